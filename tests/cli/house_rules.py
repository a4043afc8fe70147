"""Folders of house rules for the tests."""

from __future__ import annotations

from pathlib import Path

_RULE = """\
rules:
  - code: {code}
    name: {name}
    kind: {kind}
    since: "0.1"
{lines}
    claim: A claim of the house.
    why: A reason of the house.
    wrong_when: The house is wrong.
    source:
      - title: "A report of the house"
        says: Something that bears on the claim.
        read: 2026-11
    cases:
      - {case}
"""

# What F204 says, but as a matter of taste: the result is too large, and is advised all the same.


def house_rule(
    folder: Path,
    lines: str = "    when: {}\n    effects: {lora: 3}",
    *,
    code: str = "H901",
    name: str = "a-rule-of-the-house",
    kind: str = "quality",
    case: str = "{name: always, facts: {}, expect: fires}",
) -> Path:
    """Write a folder with one rule and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    text = _RULE.format(code=code, name=name, kind=kind, lines=lines, case=case)
    (folder / "own.yaml").write_text(text, encoding="utf-8")
    return folder
