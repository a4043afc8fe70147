"""What a report offers for trying out, and where the estimates lie for every combination of it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from advisor.catalogue.tables import load_table
from advisor.facts import Value
from advisor.profilers.hardware import planned_hardware
from advisor.reasoning.case import Case
from advisor.reasoning.offered_estimates import base36, offered_estimates
from advisor.report.inpage.rules_as_data import value_as_data

Places = tuple[tuple[int, ...], ...]
DEVICE = "hardware.accelerator_name"


class Setting(NamedTuple):
    """One position of a knob: what it is called by, and the facts that it changes."""

    value: Value
    changes: Mapping[str, Value]


class Knob(NamedTuple):
    """A fact, or a device with all its facts, and its positions; `here` is the project's own."""

    fact: str
    settings: tuple[Setting, ...]
    here: int


def offered(case: Case) -> dict[str, Any]:
    """The knobs of a project, and the places of all estimates for every combination, as data.

    Args:
        case: the project.

    Returns:
        ``facts``: the values that rules read, as they are.
        ``knobs``: in the order in which combinations count them, the last one fastest; each
        setting has the values of the facts that it changes and rules read.
        ``direct``: facts with their choices, which change no estimate.
        ``groups`` of computed facts that mostly move together: the distinct ``places``, and for
        every combination the number of the one that holds, in digits of base 36, ``width`` for
        each (dots where the values contradict each other). A place is the number of the step that
        a fact lies on, counted from below, a range of them, or empty for unknown.
        ``estimates`` of memory and time, to be shown (`offered_estimates`).
    """
    knobs = [*knobs_of(case)]
    now = _as_data(case.values({}) or {}, case)
    combinations = [*_combinations(knobs)]
    found = [case.cells(changes) for changes in combinations]
    values = [case.values(changes) for changes in combinations]
    counts = [len(knob.settings) for knob in knobs]
    return {
        "facts": now,
        "knobs": [
            {
                "fact": knob.fact,
                "here": knob.here,
                "settings": [
                    {"value": one.value, "facts": _changed(now, one.changes, case)}
                    for one in knob.settings
                ],
            }
            for knob in knobs
        ],
        "direct": [_direct(case, key) for key in load_table("offered.yaml")["direct"]],
        "groups": [
            _group([case.computed[number] for number in numbers], numbers, found)
            for numbers in _groups(case.computed).values()
        ],
        "estimates": offered_estimates(case.facts.vocabulary, counts, values),
    }


def _changed(now: Mapping[str, Any], changes: Mapping[str, Value], case: Case) -> dict[str, Any]:
    """The facts that rules read and that are others after some changes; null for unknown."""
    after = _as_data(case.values(changes) or {}, case)
    keys = sorted(now.keys() | after.keys())
    return {key: after.get(key) for key in keys if now.get(key) != after.get(key)}


def _direct(case: Case, key: str) -> dict[str, Any]:
    fact_type = case.facts.vocabulary[key]
    values: list[Value] = [False, True] if fact_type.type == "boolean" else list(fact_type.choices)
    now = case.facts.value(key)
    return {"fact": key, "values": values, "here": values.index(now) if now in values else -1}


def _as_data(values: Mapping[str, Value], case: Case) -> dict[str, Any]:
    vocabulary = case.facts.vocabulary
    return {
        key: value_as_data(value, integer=vocabulary[key].integer)
        for key, value in sorted(values.items())
        if case.engine.reads(key) and value is not None and key not in case.computed
    }


def knobs_of(case: Case) -> Iterator[Knob]:
    """The numbers and devices of offered.yaml, with the project's own among them."""
    table = load_table("offered.yaml")
    for fact, values in table["values"].items():
        now = case.facts.value(fact)
        # A range, or nothing at all, stays as it is at a position of its own.
        own = [now] if isinstance(now, (int, float)) else []
        numbers = sorted({*values, *own})
        settings = [Setting(v, {} if v == now else {fact: v}) for v in numbers]
        if not own:
            settings.insert(0, Setting(None, {}))
        yield Knob(fact, tuple(settings), numbers.index(now) if own else 0)
    yield _device_knob(case, table["devices"])


def _device_knob(case: Case, names: Sequence[str]) -> Knob:
    own = case.facts.value(DEVICE)
    count = case.facts.number("hardware.accelerator_count") or 1
    settings = [Setting(own if isinstance(own, str) else None, {})]
    for name in names:
        if name != own:
            planned = planned_hardware(name, math.ceil(count))
            settings.append(Setting(name, {fact.key: fact.value for fact in planned}))
    return Knob(DEVICE, tuple(settings), 0)


def _combinations(knobs: Sequence[Knob]) -> Iterator[dict[str, Value]]:
    for chosen in itertools.product(*(knob.settings for knob in knobs)):
        yield {key: value for one in chosen for key, value in one.changes.items()}


def _groups(computed: Sequence[str]) -> dict[str, list[int]]:
    """Numbers of the computed facts by what they are about, such as ``memory``."""
    groups: dict[str, list[int]] = {}
    for number, key in enumerate(computed):
        subject = key.rsplit(".", 1)[-1].split("_")[0]
        groups.setdefault(subject, []).append(number)
    return groups


def _group(
    facts: Sequence[str], numbers: Sequence[int], found: Sequence[Places | None]
) -> dict[str, Any]:
    distinct: dict[str, int] = {}
    cells: list[int | None] = []
    for places in found:
        if places is None:
            cells.append(None)
            continue
        text = ",".join(_shown(places[number]) for number in numbers)
        cells.append(distinct.setdefault(text, len(distinct)))
    width = len(base36(max(len(distinct) - 1, 0)))
    digits = ("." * width if cell is None else base36(cell).rjust(width, "0") for cell in cells)
    return {
        "facts": list(facts), "places": list(distinct), "width": width, "cells": "".join(digits),
    }  # fmt: skip


def _shown(place: tuple[int, ...]) -> str:
    if not place:
        return ""
    first, last, single = place
    return str(first) if single else f"{first}-{last}"
