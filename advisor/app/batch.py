"""A portfolio: one project a line in, one verdict a line out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any

from advisor.app.gather import gather_facts, machine_facts
from advisor.decide import answer_for
from advisor.facts import Fact, facts_from
from advisor.profilers import Request
from advisor.report import run_record, to_json
from advisor.rules import Engine
from advisor.support import (
    STANDARD_INPUT,
    AdvisorError,
    ExitCode,
    YamlDocument,
    parse_flat_json,
    parse_json,
    plugin,
    require_regular_file,
)

_MAX_LINE = 1024 * 1024


def judge_lines(path: Path, request: Request, engine: Engine) -> ExitCode:
    """Judge every line of a JSONL file and write each verdict as it is made.

    A bad line is answered by an error object in its place. The facts of ``request`` hold for every
    line; the machine is looked at once, for the lines that name none.

    Returns:
        OK, or USAGE if any line was bad.
    """
    shared = _Shared(request)
    code = ExitCode.OK
    for _, where, raw in _lines(path):
        try:
            own = facts_from(YamlDocument(_parsed(raw, where), {}, where))
            answer: Any = run_record(answer_for(shared.complete(own), engine), engine.base)
        except AdvisorError as error:
            code = ExitCode.USAGE
            answer = {**error.as_json(), "where": error.where or where}
        sys.stdout.write(to_json(answer, indent=None, ascii_only=True) + "\n")
        sys.stdout.flush()
    return code


def judge_lines_briefly(path: Path, request: Request, engine: Engine) -> ExitCode:
    """Judge the lines of a JSONL file together and write a short answer to each, in their order.

    Bad lines and the facts of ``request`` are treated as by `judge_lines`.

    Returns:
        OK, or USAGE if any line was bad.

    Raises:
        AdvisorError: if numpy is not installed.
    """
    portfolio = plugin("advisor_portfolio")
    shared = _Shared(request)
    records = (
        portfolio.PortfolioRow(number, where, partial(_parsed, raw, where, parse_flat_json))
        for number, where, raw in _lines(path)
    )
    code = ExitCode.OK
    for answer in portfolio.short_answers(records, engine, shared.complete):
        if "error" in answer:
            code = ExitCode.USAGE
        sys.stdout.write(to_json(answer, indent=None, ascii_only=True) + "\n")
    sys.stdout.flush()
    return code


def _parsed(raw: bytes, where: str, parse: Callable[..., Any] = parse_json) -> Any:
    return parse(_decode(raw), where=where)


class _Shared:
    """The facts that lines share: those of the request, and of this machine where none is named."""

    def __init__(self, request: Request) -> None:
        shared = gather_facts(_without_machine(request))
        if len(shared.models) > 1:
            raise AdvisorError("--batch takes one --model at most", where="--model")
        self._request = request
        self._common = [*shared.common, *(fact for _, facts in shared.models for fact in facts)]
        self._machine: list[Fact] | None = None

    def complete(self, own: list[Fact]) -> list[Fact]:
        """The facts of a line with those that it shares."""
        stated = [*self._common, *own]
        if _plans_machine(self._request, stated):
            return stated
        if self._machine is None:
            self._machine = machine_facts(self._request, ())
        return [*stated, *self._machine]


def _without_machine(request: Request) -> Request:
    return Request(
        facts_files=request.facts_files,
        settings=request.settings,
        models=request.models,
        data=request.data,
        offline=request.offline,
        detect=False,
    )


def _plans_machine(request: Request, stated: list[Fact]) -> bool:
    """Whether the line's own facts name a machine, so that nothing is to be added."""
    return request.gpu is None and any(
        fact.key.startswith("hardware.accelerator") for fact in stated
    )


def _lines(path: Path) -> Iterator[tuple[int, str, bytes]]:
    name = "standard input" if str(path) == STANDARD_INPUT else path.name
    if str(path) == STANDARD_INPUT:
        yield from _numbered(sys.stdin.buffer, name)
        return
    require_regular_file(path, what="batch file")
    try:
        with path.open("rb") as stream:
            yield from _numbered(stream, name)
    except OSError as error:
        raise AdvisorError(
            f"the batch file cannot be read: {error.strerror or error}", where=str(path)
        ) from None


def _numbered(stream: IO[bytes], name: str) -> Iterator[tuple[int, str, bytes]]:
    """Yield non-empty lines with number and place; an overlong one is cut and then refused."""
    number = 0
    while line := stream.readline(_MAX_LINE + 1):
        number += 1
        if len(line) > _MAX_LINE:
            while rest := stream.readline(_MAX_LINE):
                if rest.endswith(b"\n"):
                    break
        if line.strip():
            yield number, f"{name}, line {number}", line


def _decode(raw: bytes) -> str:
    if len(raw) > _MAX_LINE:
        raise AdvisorError(f"the line is longer than {_MAX_LINE // 1024} KiB")
    if b"\0" in raw:
        raise AdvisorError("the line contains NUL bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise AdvisorError("the line is not valid UTF-8 text") from None
