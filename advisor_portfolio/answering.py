"""Records in, short answers out, in constant memory and in their order."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from advisor.decide import Status, answer_for
from advisor.facts import Fact, Value
from advisor.report import rounded
from advisor.rules import Engine
from advisor.support import AdvisorError
from advisor_portfolio.completing import Completer
from advisor_portfolio.judging import Portfolio, ShortAnswer, short_answer
from advisor_portfolio.reading import Reader

_CHUNK = 512
"""Records that are read before any is answered."""


class PortfolioRow(NamedTuple):
    """One project as it was written.

    Attributes:
        number: its place, counted from one.
        where: the place in words, for messages.
        read: gives what was written, or raises AdvisorError.
    """

    number: int
    where: str
    read: Callable[[], Any]


class _Known(NamedTuple):
    """What a record states, and the values that follow from it."""

    stated: list[Fact]
    values: Mapping[str, Value]


def short_answers(
    records: Iterable[PortfolioRow],
    engine: Engine,
    complete: Callable[[list[Fact]], list[Fact]] = lambda own: own,
) -> Iterator[dict[str, Any]]:
    """Yield the short answer to every record, or an error object in its place.

    Args:
        records: in any number; some hundred of them are held at a time.
        engine: the compiled rule base.
        complete: adds the facts that a record shares with others to its own.
    """
    portfolio = Portfolio(engine)
    completer, reader = Completer(portfolio.facts), Reader()

    def known(record: PortfolioRow) -> _Known | AdvisorError:
        try:
            raw = record.read()
            try:
                stated = complete(reader.facts(raw, record.where))
                return _Known(stated, completer.values(stated))
            except AdvisorError:
                # Facts that are read anew name the very record in what is wrong with them.
                stated = complete(Reader().facts(raw, record.where))
                return _Known(stated, completer.values(stated))
        except AdvisorError as error:
            return error

    remaining = iter(records)
    while chunk := list(itertools.islice(remaining, _CHUNK)):
        found = [known(record) for record in chunk]
        good = [one.values for one in found if not isinstance(one, AdvisorError)]
        judged = (answer for block in portfolio.judge(portfolio.encode(good)) for answer in block)
        for record, one in zip(chunk, found, strict=True):
            if isinstance(one, AdvisorError):
                yield {**one.as_json(), "where": one.where or record.where}
                continue
            answer = next(judged)
            if answer["status"] == Status.UNDETERMINED.value:
                answer = _alone(one.stated, engine)
            yield {
                "line": record.number,
                **answer,
                "confidence": rounded(answer["confidence"]),
            }


def _alone(stated: list[Fact], engine: Engine) -> ShortAnswer:
    """The answer with exact bounds, which many projects at once are not judged by."""
    verdict = answer_for(stated, engine).verdict
    scores = {method: tally.score for method, tally in verdict.tallies.items()}
    return short_answer(verdict.advice, verdict.confidence, scores)
