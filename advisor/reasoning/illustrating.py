"""What an HTML report shows beside its record: map, published rows, and what can be tried out."""

from __future__ import annotations

import itertools
import math
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from advisor.catalogue import Published, load_table
from advisor.decide import published_near
from advisor.facts import FactType, Interval, Value, Vocabulary, facts_from
from advisor.methods import load_methods
from advisor.profilers import planned_hardware
from advisor.reasoning.case import Case
from advisor.reasoning.map import DEFAULT_AXES, draw_map
from advisor.reasoning.record import map_entry
from advisor.report import (
    Illustration,
    Nearby,
    Offered,
    OfferedChoice,
    OfferedEstimate,
    OfferedGroup,
    OfferedKnob,
    OfferedSetting,
    RunFile,
    plain,
    rules_as_data,
    value_as_data,
)
from advisor.rules import Engine, RuleSettings
from advisor.support import AdvisorError, YamlDocument

_SIZE = DEFAULT_AXES[0]


def illustration(run: RunFile, engine: Engine) -> Illustration:
    """Judge the run's project at every point of the usual map; some seconds.

    Args:
        run: nothing in it is changed.
        engine: the rules of the map. Facts that they do not know, as those of another version,
            leave the report without a map, which then says so.
    """
    try:
        case = Case(facts_from(YamlDocument(plain(run), {}, "the run")), engine)
        values = case.facts.values()
    except AdvisorError as error:
        return Illustration(
            None, f"There is no map, since the facts cannot be read: {error.message}."
        )
    near = tuple(_nearby(run.parity, values, engine.base.settings))
    if not isinstance(values.get(_SIZE), (int, float)):
        return Illustration(None, "There is no map, since the model's size is not known.", near)
    return Illustration(
        map_entry(draw_map(case, *DEFAULT_AXES)),
        published=near,
        rules=rules_as_data(engine, case.facts.vocabulary),
        offered=offered(case),
    )


def _nearby(
    methods: Iterable[str], values: Mapping[str, Value], settings: RuleSettings
) -> Iterable[Nearby]:
    """Each published comparison once, with the methods that it speaks for."""
    found: dict[tuple[Published, float], list[str]] = {}
    for method in methods:
        for row in published_near(method, values, settings) or ():
            gap = row.gap_of(method)
            if gap is not None:
                found.setdefault((row, gap), []).append(load_methods()[method].name)
    for (row, gap), names in sorted(found.items(), key=_order):
        yield Nearby(
            tuple(names), row.study, row.table, row.model, row.task,
            round(row.train_examples), round(0.0 - gap, 1),
        )  # fmt: skip


def _order(entry: tuple[tuple[Published, float], list[str]]) -> tuple[Any, ...]:
    (row, gap), names = entry
    return names, row.study, row.parameters, row.model, row.task, row.train_examples, gap


KINDS = ("memory_gib", "hours")
_WIDTH = 2
_LEVELS = 36**_WIDTH - 1
"""Steps of the scale; over six powers of ten a number is told to half a percent."""
_UNKNOWN = "." * _WIDTH
_DIGITS = string.digits + string.ascii_lowercase
_Ends: TypeAlias = "tuple[float | None, float | None]"
"""Least and greatest value; None for one that is unknown or without limit."""


def offered_estimates(
    vocabulary: Vocabulary, counts: Sequence[int], found: Sequence[Mapping[str, Value] | None]
) -> list[OfferedEstimate]:
    """What is shown of memory and time, for each of `KINDS` that is known anywhere.

    Args:
        vocabulary: the facts.
        counts: settings of each knob.
        found: the values by fact for every combination, the last knob's settings running fastest;
            None where they contradict each other.
    """
    shown = []
    for kind in KINDS:
        keys = _known(vocabulary, kind, found)
        if keys:
            rows = [[_ends((v or {}).get(key), vocabulary[key]) for key in keys] for v in found]
            shown.append(_encoded(kind, keys, counts, rows))
    return shown


def base36(number: int) -> str:
    """A whole number from 0 in digits and small letters."""
    high, low = divmod(number, len(_DIGITS))
    return (base36(high) if high else "") + _DIGITS[low]


def _known(
    vocabulary: Vocabulary, kind: str, found: Sequence[Mapping[str, Value] | None]
) -> list[str]:
    keys = (f"estimate.{method}.{kind}" for method in vocabulary.methods)
    return [key for key in keys if any(v and v.get(key) is not None for v in found)]


def _ends(value: Value, fact_type: FactType) -> _Ends:
    if isinstance(value, Interval):
        most = fact_type.range[1] if fact_type.range else math.inf
        return value.low, None if value.high >= most else value.high
    number = float(value) if isinstance(value, (int, float)) else None
    return number, number


def _encoded(
    kind: str, keys: Sequence[str], counts: Sequence[int], rows: Sequence[Sequence[_Ends]]
) -> OfferedEstimate:
    knobs = [number for number in range(len(counts)) if _matters(number, counts, rows)]
    kept = [row for place, row in _placed(counts, rows) if not _elsewhere(place, knobs)]
    numbers = [number for row in kept for one in row for number in one if number]
    first, last = min(numbers, default=1.0), max(numbers, default=1.0)
    ratio = (last / first) ** (1 / _LEVELS)
    ends = 2 if any(low != high for row in kept for low, high in row) else 1
    columns = [
        tuple("".join(_code(n, first, ratio) for n in one[:ends]) for one in column)
        for column in zip(*kept, strict=True)
    ]
    distinct = list(dict.fromkeys(columns))
    return OfferedEstimate(
        kind=kind,
        methods=[key.split(".")[1] for key in keys],
        columns=[distinct.index(column) for column in columns],
        knobs=knobs,
        first=float(f"{first:.6g}"),
        ratio=float(f"{ratio:.10g}"),
        ends=ends,
        width=_WIDTH,
        cells="".join(itertools.chain.from_iterable(zip(*distinct, strict=True))),
    )


def _placed(
    counts: Sequence[int], rows: Sequence[Sequence[_Ends]]
) -> Iterator[tuple[tuple[int, ...], Sequence[_Ends]]]:
    return zip(itertools.product(*map(range, counts)), rows, strict=True)


def _elsewhere(place: tuple[int, ...], knobs: Sequence[int]) -> bool:
    """Whether a knob that does not matter is not at its first setting."""
    return any(at and number not in knobs for number, at in enumerate(place))


def _matters(number: int, counts: Sequence[int], rows: Sequence[Sequence[_Ends]]) -> bool:
    """Whether some estimate differs between two settings of this knob."""
    step = math.prod(counts[number + 1 :])
    return any(place[number] and row != rows[index - step]
               for index, (place, row) in enumerate(_placed(counts, rows)))  # fmt: skip


def _code(number: float | None, first: float, ratio: float) -> str:
    if number is None:
        return _UNKNOWN
    level = round(math.log(max(number, first) / first) / math.log(ratio)) if ratio > 1 else 0
    return base36(level).rjust(_WIDTH, "0")


Places = tuple[tuple[int, ...], ...]
DEVICE = "hardware.accelerator_name"


class KnobSetting(NamedTuple):
    """One position of a knob: what it is called by, and the facts that it changes."""

    value: Value
    changes: Mapping[str, Value]


class Knob(NamedTuple):
    """A fact, or a device with all its facts, and its positions; `here` is the project's own."""

    fact: str
    settings: tuple[KnobSetting, ...]
    here: int


def offered(case: Case) -> Offered:
    """The knobs of a project, and the places of all estimates for every combination."""
    knobs = [*knobs_of(case)]
    now = _as_data(case.values({}) or {}, case)
    combinations = [*_combinations(knobs)]
    found = [case.cells(changes) for changes in combinations]
    values = [case.values(changes) for changes in combinations]
    counts = [len(knob.settings) for knob in knobs]
    return Offered(
        facts=now,
        knobs=[
            OfferedKnob(
                fact=knob.fact,
                here=knob.here,
                settings=[
                    OfferedSetting(value=one.value, facts=_changed(now, one.changes, case))
                    for one in knob.settings
                ],
            )
            for knob in knobs
        ],
        direct=[_direct(case, key) for key in load_table("offered.yaml")["direct"]],
        groups=[
            _group([case.computed[number] for number in numbers], numbers, found)
            for numbers in _groups(case.computed).values()
        ],
        estimates=offered_estimates(case.facts.vocabulary, counts, values),
    )


def _changed(now: Mapping[str, Any], changes: Mapping[str, Value], case: Case) -> dict[str, Any]:
    """The facts that rules read and that are others after some changes; null for unknown."""
    after = _as_data(case.values(changes) or {}, case)
    keys = sorted(now.keys() | after.keys())
    return {key: after.get(key) for key in keys if now.get(key) != after.get(key)}


def _direct(case: Case, key: str) -> OfferedChoice:
    fact_type = case.facts.vocabulary[key]
    values: list[Value] = [False, True] if fact_type.type == "boolean" else list(fact_type.choices)
    now = case.facts.value(key)
    here = values.index(now) if now in values else -1
    return OfferedChoice(fact=key, values=values, here=here)


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
        settings = [KnobSetting(v, {} if v == now else {fact: v}) for v in numbers]
        if not own:
            settings.insert(0, KnobSetting(None, {}))
        yield Knob(fact, tuple(settings), numbers.index(now) if own else 0)
    yield _device_knob(case, table["devices"])


def _device_knob(case: Case, names: Sequence[str]) -> Knob:
    own = case.facts.value(DEVICE)
    count = case.facts.number("hardware.accelerator_count") or 1
    settings = [KnobSetting(own if isinstance(own, str) else None, {})]
    for name in names:
        if name != own:
            planned = planned_hardware(name, math.ceil(count))
            settings.append(KnobSetting(name, {fact.key: fact.value for fact in planned}))
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
) -> OfferedGroup:
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
    return OfferedGroup(
        facts=list(facts), places=list(distinct), width=width, cells="".join(digits)
    )


def _shown(place: tuple[int, ...]) -> str:
    if not place:
        return ""
    first, last, single = place
    return str(first) if single else f"{first}-{last}"
