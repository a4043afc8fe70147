"""The commands that make the report again, and go on from it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from advisor.report.blocks import Paragraph, Record
from advisor.report.html.section import Section

_BASE_METHODS = ("prompt_tuning", "full_fine_tuning")
_TRACED = "traced"


def command_section(record: Record) -> Section:
    """How to make the report again from itself."""
    said = [
        "The report holds its run, so that it is the save file, too. Put its name in the place of "
        "report.html. The first command judges the same facts again, the second asks on from them."
    ]
    if _traced(record):
        said.append("Memory was traced: add --model MODEL --trace for that.")
    if _measured(record):
        said.append(
            "The third command measures again; MODEL and FILE stand for the model's folder and the "
            "data, and figures of another machine or version differ."
        )
    return Section(
        "reproduce",
        "Make it again, or go on from it",
        lead=tuple(map(Paragraph, said)),
        commands=tuple(_commands(record)),
    )


def _commands(record: Record) -> Iterator[str]:
    packs = sorted({reason["house_rules"] for reason in record["reasons"]} - {""})
    rules = "".join(f" --rules {shlex.quote(pack)}" for pack in packs)
    yield f"advisor advise --facts report.html{rules} -o again.html"
    yield f"advisor ask --facts report.html{rules} -o next.html"
    if _measured(record):
        plan = record["plan"]
        others = [m for m in record["results"] if m not in _BASE_METHODS]
        wanted = "".join(f" --method {shlex.quote(method)}" for method in others)
        yield (
            f"advisor confirm --facts report.html --model MODEL --data FILE "
            f"--budget {plan['budget_seconds']:g}s{wanted}{rules} -o again.html"
        )


def _measured(record: Record) -> bool:
    return "results" in record


def _traced(record: Record) -> bool:
    return any(
        key.endswith(".memory_gib") and entry["detail"].startswith(_TRACED)
        for key, entry in record["facts"].items()
    )
