"""The sides that the portfolio benchmark compares, and whether they say the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from engine import Bench, flattened, load_bench
from ifchain import Chain, if_chain
from records import records
from scenarios import with_unknowns

import advisor
from advisor.decide.answer import answer_for
from advisor.decide.decision import decision_of
from advisor.facts import Fact, FactBase, Source
from advisor.facts.factsfile import facts_from
from advisor.rules.engine import load_engine
from advisor.support.strictjson import parse_flat_json
from advisor.support.strictyaml import YamlDocument
from advisor_portfolio.judging import Portfolio

ZEN, TRACED = "zen-engine, without trace", "zen-engine, with trace"
CHAIN, SCALAR, OWN = "if-chain in Python", "advisor, one by one", "advisor, all together"
_POOL = 20_000
_FEW = 300
"""Scenarios of a round for the sides that take them one by one."""
_LINES = 512
"""Lines that are read before they are judged together."""
_UNKNOWN_SHARE = 0.1

Answer: TypeAlias = "dict[str, Any]"
Sides: TypeAlias = "dict[str, tuple[Callable[[], object], int]]"


@dataclass(frozen=True, slots=True)
class Judges:
    """All sides, ready to judge."""

    bench: Bench
    chain: Chain
    portfolio: Portfolio
    pool: list[Answer]
    lines: list[str]

    def together(self, scenarios: Sequence[Answer]) -> list[Answer]:
        """Ours, from values."""
        return [
            a for block in self.portfolio.judge(self.portfolio.encode(scenarios)) for a in block
        ]

    def from_text(self, lines: Sequence[str]) -> Iterator[Answer]:
        """Ours, from lines of JSON to answers as plain data."""
        for start in range(0, len(lines), _LINES):
            yield from self.together([parsed(line) for line in lines[start : start + _LINES]])


def parsed(line: str) -> Answer:
    """A line of JSON as `--brief` reads it; all sides read so."""
    found: Answer = parse_flat_json(line, where="a line")
    return found


def all_judges() -> Judges:
    """Compile the rules for every side and draw the scenarios."""
    bench = load_bench()
    if bench.zen is None:
        raise SystemExit("needs zen-engine: pip install -r benchmarks/requirements.txt")
    pool = bench.draw(_POOL)
    return Judges(
        bench,
        if_chain(bench.engine.base, bench.vocabulary),
        Portfolio(bench.engine, bench.vocabulary),
        pool,
        [json.dumps(facts) for facts in pool],
    )


def compare(judges: Judges, count: int) -> dict[str, list[str]]:
    """The scenarios in which a side says something else, by side."""
    bench, pool = judges.bench, judges.pool[:count]
    found: dict[str, list[str]] = {ZEN: [], CHAIN: [], SCALAR: [], f"{SCALAR}, facts unknown": []}

    def note(side: str, number: int, ours: object, theirs: object) -> None:
        if ours != theirs:
            found[side].append(f"scenario {number}: {ours} against {theirs}")

    for number, (facts, answer) in enumerate(zip(pool, judges.together(pool), strict=True)):
        ours = (answer["scores"], answer["variant"], _headline(answer))
        zen = bench.zen.evaluate(flattened(facts))["result"]
        note(ZEN, number, ours, (zen["scores"], zen.get("variant"), zen["headline"]))
        chained = judges.chain(facts)
        note(CHAIN, number, ours, (chained.scores, chained.variant, chained.headline))
        note(SCALAR, number, answer, _alone(bench, facts))
    partly = with_unknowns(pool, _UNKNOWN_SHARE)
    for number, (facts, answer) in enumerate(zip(partly, judges.together(partly), strict=True)):
        note(f"{SCALAR}, facts unknown", number, answer, _alone(bench, facts))
    return found


def _headline(answer: Answer) -> str:
    status: str = answer["status"]
    return status if status in ("infeasible", "do_not_train") else answer["recommendation"]


def _alone(bench: Bench, facts: Mapping[str, Any]) -> Answer:
    """The decision of the scalar verdict."""
    stated = FactBase(Fact(key, value, Source.ANSWERED) for key, value in facts.items())
    decision = decision_of(bench.engine.assess(facts).findings, stated, bench.engine.base)
    return {
        "status": decision.status.value,
        "advice": decision.advice.method,
        "recommendation": decision.recommendation,
        "variant": decision.variant,
        "alternative": decision.alternative,
        "confidence": decision.confidence,
        "scores": {method: tally.score for method, tally in decision.tallies.items()},
    }


def encoded_sides(judges: Judges) -> Sides:
    """From facts that are ready: arrays for ours, dictionaries for the others."""
    few, bench = judges.pool[:_FEW], judges.bench
    flat = [flattened(facts) for facts in few]
    encoded = judges.portfolio.encode(judges.pool)
    return {
        OWN: (lambda: list(judges.portfolio.judge(encoded)), len(judges.pool)),
        SCALAR: (lambda: [bench.decide(facts) for facts in few], _FEW),
        CHAIN: (lambda: [judges.chain(facts) for facts in few], _FEW),
        ZEN: (lambda: [bench.zen.evaluate(facts) for facts in flat], _FEW),
        TRACED: (lambda: [bench.zen.evaluate(facts, {"trace": True}) for facts in flat], _FEW),
    }


def text_sides(judges: Judges) -> Sides:
    """From lines of JSON, to answers as plain data."""
    few, bench = judges.lines[:_FEW], judges.bench
    flat = [json.dumps(flattened(facts)) for facts in judges.pool[:_FEW]]
    trace = {"trace": True}
    many = judges.lines[: _POOL // 4]
    return {
        OWN: (lambda: list(judges.from_text(many)), len(many)),
        "reading the JSON alone": (lambda: [parsed(line) for line in few], _FEW),
        SCALAR: (lambda: [bench.decide(parsed(line)) for line in few], _FEW),
        CHAIN: (lambda: [judges.chain(parsed(line)) for line in few], _FEW),
        ZEN: (lambda: [bench.zen.evaluate(parsed(line)) for line in flat], _FEW),
        TRACED: (lambda: [bench.zen.evaluate(parsed(line), trace) for line in flat], _FEW),
    }


def written_sides() -> Sides:
    """From records as users write them: read, checked, estimated and judged, by our side alone."""
    engine = load_engine()
    sides: Sides = {}
    for name, own in (("usual lengths", False), ("lengths of their own", True)):
        drawn = list(records(2_000 if own else 4_000, own_lengths=own))
        few = drawn[:50]
        sides[f"{OWN}, {name}"] = (
            lambda drawn=drawn: list(advisor.judge_portfolio(drawn)),
            len(drawn),
        )
        sides[f"{SCALAR}, {name}"] = (
            lambda few=few: [
                answer_for(facts_from(YamlDocument(one, {}, "record")), engine) for one in few
            ],
            len(few),
        )
    return sides
