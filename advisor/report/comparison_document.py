"""What differs between two runs: as plain data, and as neutral blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from advisor.methods import load_methods
from advisor.report.blocks import Block, Bullets, Heading, Paragraph, Table
from advisor.report.run import RunFile
from advisor.report.wording import method_name, shown_value, side_name

COMPARISON_TITLE = "Two runs compared"
_NOTHING = "-"
_NAMES = {
    "advice": "Advice",
    "status": "Status",
    "recommendation": "Recommendation",
    "variant": "Best soft prompt",
    "alternative": "Serves better",
    "confidence": "Confidence",
    "margin_decibans": "Margin in decibans",
}
_FEASIBLE = {True: "feasible", False: "not feasible", None: "feasible or not is open"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSide:
    """Value and source of a fact in one of the runs."""

    value: Any
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSide:
    """What a rule says in one of the runs: methods that it rules out, and decibans by method."""

    claim: str
    vetoes: list[str]
    effects: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodSide:
    """Where a method stands in one of the runs."""

    place: int
    score: int
    feasible: bool | None
    parity: float | None


_T = TypeVar("_T")
_Moved: TypeAlias = dict[str, "list[_T | None]"]
"""By name, both sides of what is not the same; None on a side on which there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunComparison:
    """What differs between two runs."""

    schema_version: str
    headlines: list[str]
    verdict: _Moved[Any]
    facts: _Moved[FactSide]
    rules: _Moved[RuleSide]
    methods: _Moved[MethodSide]
    estimates: _Moved[FactSide]


def comparison_blocks(found: RunComparison) -> Iterator[Block]:
    """The verdicts first, then what moved them."""
    first, second = found.headlines
    yield Heading("Verdicts")
    yield Bullets((f"First: {first}", f"Second: {second}"))
    if not (found.verdict or found.facts or found.rules or found.methods or found.estimates):
        yield Paragraph(
            "Nothing moved: facts, rules, scores and verdict are the same.", strong=True
        )
        return
    yield from _verdict(found.verdict)
    yield from _table("Facts that differ", "Fact", found.facts, _fact)
    yield from _rules(found.rules)
    yield from _table("Scores and places that moved", "Method", found.methods, _place)
    yield from _table("Estimates that moved", "Estimate", found.estimates, _estimate)


def _verdict(moved: _Moved[Any]) -> Iterator[Block]:
    if not moved:
        yield Paragraph("The verdict is the same.")
        return
    rows = ((_NAMES[key], *(_part(key, side) for side in sides)) for key, sides in moved.items())
    yield Table(("What", "First", "Second"), tuple(rows))


def _part(key: str, value: Any) -> str:
    if value is None:
        return _NOTHING
    if key == "recommendation":
        return side_name(value, None)
    if key in ("advice", "variant", "alternative"):
        return load_methods()[value].name
    if key == "confidence":
        return f"{value:.0%}"
    return f"{value:+d}" if key == "margin_decibans" else str(value).replace("_", " ")


def _table(
    title: str, column: str, moved: _Moved[_T], show: Callable[[str, _T], str]
) -> Iterator[Block]:
    if moved:
        yield Heading(title)
        rows = (
            (_label(name), *(_NOTHING if side is None else show(name, side) for side in sides))
            for name, sides in moved.items()
        )
        yield Table((column, "First", "Second"), tuple(rows))


def _label(name: str) -> str:
    return method_name(name) if name in load_methods() else name


def _fact(name: str, side: FactSide) -> str:
    return f"{shown_value(name, side.value)} ({side.source.replace('_', ' ')})"


def _estimate(name: str, side: FactSide) -> str:
    return shown_value(name, side.value)


def _place(_: str, side: MethodSide) -> str:
    parity = side.parity
    near = "" if parity is None else f", parity {parity:.0%}"
    return f"place {side.place}, {side.score:+d}, {_FEASIBLE[side.feasible]}{near}"


def _rules(moved: _Moved[RuleSide]) -> Iterator[Block]:
    if moved:
        yield Heading("Rules that say something else")
        yield Table(
            ("Rule", "First", "Second", "Claim"),
            tuple(
                (
                    rule,
                    *map(_saying, sides),
                    next((s.claim for s in sides if s and s.claim), ""),
                )
                for rule, sides in moved.items()
            ),
        )
        yield Paragraph("Effects are in decibans; `advisor explain RULE` prints a rule.")


def _saying(side: RuleSide | None) -> str:
    """The effects in decibans, methods of the same effect together; or what is ruled out."""
    if side is None:
        return "silent"
    said = []
    if side.vetoes:
        said.append(f"rules out {_listed(side.vetoes)}")
    same: dict[int, list[str]] = {}
    for method, effect in side.effects.items():
        same.setdefault(effect, []).append(method)
    said.extend(f"{effect:+d} {_listed(methods)}" for effect, methods in same.items())
    return "; ".join(said)


def _listed(methods: Sequence[str]) -> str:
    return ", ".join(load_methods()[method].name for method in methods)


_ESTIMATE = "estimate."
_SHOWN_ESTIMATES = ("memory_gib", "memory_optimistic_gib", "hours", "cost", "storage_gib")


def comparison_record(first: RunFile, second: RunFile, claims: Mapping[str, str]) -> RunComparison:
    """What differs between two runs.

    Args:
        first: a run.
        second: another.
        claims: by rule, where a run does not tell the claim: it does between the two methods
            compared only.
    """
    whole = all(_has_waterfalls(run) for run in (first, second))
    return RunComparison(
        schema_version="1",
        headlines=[first.headline, second.headline],
        verdict=_moved(_comparison_verdict(first), _comparison_verdict(second)),
        facts=_moved(_facts(first, _stated), _facts(second, _stated)),
        rules=_moved(*(_comparison_rules(run, claims, whole=whole) for run in (first, second))),
        methods=_moved(_ranking(first), _ranking(second)),
        estimates=_moved(_facts(first, _comparison_estimate), _facts(second, _comparison_estimate)),
    )


def _moved(first: Mapping[str, _T], second: Mapping[str, _T]) -> _Moved[_T]:
    """By name, both sides of what is not the same."""
    return {
        name: [first.get(name), second.get(name)]
        for name in dict.fromkeys([*first, *second])
        if first.get(name) != second.get(name)
    }


def _comparison_verdict(run: RunFile) -> dict[str, Any]:
    method = run.advice.method if run.advice else None
    return {key: method if key == "advice" else getattr(run, key) for key in _NAMES}


def _facts(run: RunFile, chosen: Callable[[str], bool]) -> dict[str, FactSide]:
    """Value and source of facts; where they were read does not count as a difference."""
    return {
        key: FactSide(value=entry.value, source=entry.source)
        for key, entry in run.facts.items()
        if chosen(key)
    }


def _stated(key: str) -> bool:
    return not key.startswith(_ESTIMATE)


def _comparison_estimate(key: str) -> bool:
    return key.startswith(_ESTIMATE) and key.endswith(_SHOWN_ESTIMATES)


def _comparison_rules(
    run: RunFile, claims: Mapping[str, str], *, whole: bool
) -> dict[str, RuleSide]:
    """What each rule says: its veto or its effects on the methods.

    Runs of early versions tell only of rules between the two methods compared; beside one of them
    the other run is held to the same (``whole`` is false), lest rules seem to have come up.
    """
    told = {reason.rule: reason.claim for reason in run.reasons}
    found: dict[str, RuleSide] = {}
    for rule, method, effect in _shares(run) if whole else _reasons(run):
        claim = told.get(rule) or claims.get(rule, "")
        said = found.setdefault(rule, RuleSide(claim=claim, vetoes=[], effects={}))
        if effect is None:
            said.vetoes.append(method)
        else:
            said.effects[method] = effect
    return found


def _has_waterfalls(run: RunFile) -> bool:
    return all(entry.waterfall is not None for entry in run.ranking)


def _shares(run: RunFile) -> Iterator[tuple[str, str, int | None]]:
    """Rule, method and decibans, or None for a veto, over all methods."""
    for entry in sorted(run.ranking, key=lambda entry: entry.method):
        for rule in entry.vetoes:
            yield rule, entry.method, None
        for step in entry.waterfall or ():
            yield step.rule, entry.method, step.effect


def _reasons(run: RunFile) -> Iterator[tuple[str, str, int | None]]:
    """The same between the two methods compared."""
    for reason in run.reasons:
        for method in sorted(reason.veto if reason.effect is None else ()):
            yield reason.rule, method, None
        for method, effect in sorted(reason.effects.items()):
            yield reason.rule, method, effect


def _ranking(run: RunFile) -> dict[str, MethodSide]:
    return {
        entry.method: MethodSide(
            place=place,
            score=entry.score,
            feasible=entry.feasible,
            parity=run.parity[entry.method].probability if entry.method in run.parity else None,
        )
        for place, entry in enumerate(run.ranking, start=1)
    }
