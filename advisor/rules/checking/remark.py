"""What the checks say about the rules, also in words for a terminal and as plain data."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

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

_INDENT = "    "
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


def remark_lines(remarks: Sequence[Remark], width: int) -> Iterator[str]:
    """The remarks by severity and kind; those that say the same of several things are one."""
    for severity in SEVERITIES:
        chosen = [remark for remark in remarks if remark.severity == severity]
        if chosen:
            yield f"{severity}s"
        for kind in dict.fromkeys(sorted(remark.kind for remark in chosen)):
            yield f"  {kind}"
            same: dict[tuple[str, str], list[str]] = {}
            for remark in chosen:
                if remark.kind == kind:
                    same.setdefault((remark.text, remark.where), []).append(remark.code)
            for (text, where), codes in same.items():
                place = f" ({where})" if where else ""
                yield from textwrap.wrap(
                    f"{', '.join(codes)}: {text}{place}",
                    width,
                    initial_indent=_INDENT,
                    subsequent_indent=_INDENT + "  ",
                    break_long_words=False,
                    break_on_hyphens=False,
                )


def witness_record(
    decisive: Mapping[str, Mapping[str, Any]], reached: Mapping[tuple[str, str], Mapping[str, Any]]
) -> dict[str, Any]:
    """The facts on which each rule decides, and those that lead to each answer."""
    return {
        "decisive": {label: dict(facts) for label, facts in sorted(decisive.items())},
        "reached": [
            {"field": field, "value": value, "facts": dict(facts)}
            for (field, value), facts in reached.items()
        ],
    }
