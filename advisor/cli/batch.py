"""A portfolio: one project a line in, one verdict a line out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from advisor.facts import Fact
from advisor.facts.factsfile import facts_from
from advisor.gather import Request, gather, machine_facts
from advisor.pipeline import advise
from advisor.report.files import to_json
from advisor.report.record import record
from advisor.rules.engine import Engine
from advisor.support.errors import AdvisorError, ExitCode
from advisor.support.strictjson import parse_json
from advisor.support.strictyaml import YamlDocument
from advisor.support.textfiles import STANDARD_INPUT, require_regular_file

_MAX_LINE = 1024 * 1024


def judge_lines(path: Path, request: Request, engine: Engine) -> ExitCode:
    """Judge every line of a JSONL file and write each verdict as it is made.

    A bad line is answered by an error object in its place. The facts of ``request`` hold for every
    line; the machine is looked at once, for the lines that name none.

    Returns:
        OK, or USAGE if any line was bad.
    """
    shared = gather(_without_machine(request))
    if len(shared.models) > 1:
        raise AdvisorError("--batch takes one --model at most", where="--model")
    common = [*shared.common, *(fact for _, facts in shared.models for fact in facts)]
    machine: list[Fact] | None = None
    code = ExitCode.OK
    for where, raw in _lines(path):
        try:
            own = facts_from(YamlDocument(parse_json(_decode(raw), where=where), {}, where))
            stated = [*common, *own]
            planned = _plans_machine(request, stated)
            if not planned and machine is None:
                machine = machine_facts(request, ())
            hardware = [] if planned else machine or []
            answer = advise([*stated, *hardware], engine)
            line = to_json(record(answer, engine.base), indent=None, ascii_only=True)
        except AdvisorError as error:
            code = ExitCode.USAGE
            line = to_json(
                {**error.as_json(), "where": error.where or where}, indent=None, ascii_only=True
            )
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    return code


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


def _lines(path: Path) -> Iterator[tuple[str, bytes]]:
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


def _numbered(stream: IO[bytes], name: str) -> Iterator[tuple[str, bytes]]:
    """Yield non-empty lines with their place; an overlong one is cut and then refused."""
    number = 0
    while line := stream.readline(_MAX_LINE + 1):
        number += 1
        if len(line) > _MAX_LINE:
            while rest := stream.readline(_MAX_LINE):
                if rest.endswith(b"\n"):
                    break
        if line.strip():
            yield f"{name}, line {number}", line


def _decode(raw: bytes) -> str:
    if len(raw) > _MAX_LINE:
        raise AdvisorError(f"the line is longer than {_MAX_LINE // 1024} KiB")
    if b"\0" in raw:
        raise AdvisorError("the line contains NUL bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise AdvisorError("the line is not valid UTF-8 text") from None
