"""What a check says about the rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning", "note"]
RemarkKind: TypeAlias = Literal[
    "dead",
    "repeated",
    "contradictory",
    "opposed",
    "never decisive",
    "unreachable",
    "stacked",
    "gap",
    "unread",
    "replaced",
    "stale",
]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that the author of the rules should know.

    Attributes:
        kind: the kind of defect, as docs/rules.md names it.
        code: the label of the rule, or the fact, method or answer that is spoken of.
        where: file and line; empty where the rules as a whole are meant.
    """

    severity: Severity
    kind: RemarkKind
    code: str
    text: str
    where: str = ""


def gravest_first(remarks: Iterable[Remark]) -> list[Remark]:
    """The remarks by severity, then by code and text."""
    return sorted(remarks, key=lambda r: (SEVERITIES.index(r.severity), r.code, r.text))
