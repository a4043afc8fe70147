"""Texts of rule files for the tests, each a valid one until a test changes a part of it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from advisor.rules.loading import rules_folder

SHIPPED_SETTINGS = rules_folder() / "settings.yaml"

SOURCE = """\
    source:
      - title: "A report that can be read"
        says: Something that bears on the claim.
        read: 2026-11
"""


def rule(
    code: str = "Q901",
    *,
    when: str = "{}",
    effects: str = "{lora: 3}",
    kind: str = "quality",
    source: str = SOURCE,
    cases: str = "[{name: always, facts: {}, expect: fires}]",
    more: str = "",
) -> str:
    """One entry of a list of rules."""
    return (
        f"  - code: {code}\n"
        f"    name: rule-{code.lower()}\n"
        f"    kind: {kind}\n"
        '    since: "0.1"\n'
        f"    when: {when}\n"
        + (f"    effects: {effects}\n" if effects else "")
        + "    claim: A claim of some length.\n"
        "    why: A reason of some length.\n"
        "    wrong_when: A case in which it is wrong.\n"
        f"{source}{more}    cases: {cases}\n"
    )


def rules(*entries: str) -> str:
    """A file of rules."""
    return "rules:\n" + "".join(entries)


def table(
    decides: str = "decision.data_adequacy",
    rows: str = (
        '  - {when: {data.train_examples: "< 10"}, level: none, why: Too few to train on.}\n'
        "  - {when: {}, level: ample, why: Enough to train on.}\n"
    ),
) -> str:
    """A file with a sub-decision table."""
    return (
        f"decides: {decides}\n"
        "name: Data\n"
        "question: Are there enough examples to train on?\n"
        "source:\n"
        '  - {title: "A report that can be read", says: Something of it., read: 2026-11}\n'
        f"rows:\n{rows}"
    )


def fill(folder: Path, files: Mapping[str, str], *, settings: bool = True) -> None:
    """Write rule files, with the shipped settings beside them where they stand for the shipped."""
    folder.mkdir(exist_ok=True)
    if settings:
        shutil.copyfile(SHIPPED_SETTINGS, folder / "settings.yaml")
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


LINES = {"code": 2, "kind": 4, "when": 6, "effects": 7, "claim": 8, "source": 11, "cases": 15}
"""Where the fields of a first rule stand in its file."""


def at(field: str) -> str:
    return f"rules/own.yaml, line {LINES[field]}"


VETO = "    veto: [lora]\n"


RISK = (
    "risks:\n  - {code: R901, name: a-risk, methods: [lora], when: {},\n"
    "     risk: Something goes wrong., watch: Look at it often., source: A long report}\n"
)
