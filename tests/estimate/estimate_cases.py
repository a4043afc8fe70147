"""Projects for the tests of the estimates: random ones, and the bounds of what is estimated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from advisor.estimate.estimator import estimate_facts, evaluation_facts
from advisor.facts import Fact, FactBase, Interval, Source, Value, load_vocabulary
from advisor.facts.reading import read_value

VOCABULARY = load_vocabulary()

Range = tuple[float, float]

LIMITS: dict[str, Range] = {
    "model.parameters": (1e6, 1e12),
    "model.layer_count": (1, 200),
    "model.hidden_size": (64, 20_000),
    "model.vocabulary_size": (1_000, 300_000),
    "model.query_size": (64, 20_000),
    "model.feed_forward_size": (64, 80_000),
    "model.key_value_size": (64, 20_000),
    "model.context_length": (128, 200_000),
    "train.batch_size": (1, 256),
    "train.sequence_length": (8, 10_000),
    "data.p95_tokens": (8, 10_000),
    "data.median_tokens": (4, 5_000),
    "data.train_examples": (1, 1e7),
    "data.eval_examples": (1, 1e6),
    "hardware.accelerator_count": (1, 64),
    "hardware.accelerator_memory_gib": (1, 200),
    "hardware.ram_available_gib": (1, 2_000),
    "hardware.cpu_cores": (0.5, 256),
    "hardware.disk_free_gib": (1, 10_000),
    "budget.hours": (0.01, 1_000),
    "budget.cost": (0.01, 10_000),
    "price.per_hour": (0.01, 20),
    "deployment.tasks_per_base": (1, 1_000),
    "quality.tolerance_points": (0.1, 20),
}
"""Every number that an estimate reads, and the span from which the tests draw it."""

MAY_BE_UNKNOWN = (
    "model.layer_count",
    "model.hidden_size",
    "model.vocabulary_size",
    "model.query_size",
    "model.feed_forward_size",
    "model.key_value_size",
    "model.context_length",
    "train.batch_size",
    "train.sequence_length",
    "data.p95_tokens",
    "data.median_tokens",
    "price.per_hour",
)
"""Inputs that have an assumed value where nobody states them."""


def stated(facts: Mapping[str, Any], source: Source = Source.ANSWERED) -> list[Fact]:
    """The facts as a user would state them."""
    return [
        Fact(key, read_value(VOCABULARY[key], raw, where="a test"), source)
        for key, raw in facts.items()
    ]


def known(facts: Mapping[str, Any]) -> FactBase:
    """A base of the stated facts and the declared defaults."""
    return FactBase(stated(facts)).with_defaults()


def estimates(base: FactBase) -> dict[str, Range]:
    """The bounds of every fact that is computed."""
    found = [*estimate_facts(base), *evaluation_facts(base)]
    return {fact.key: bounds(fact.value) for fact in found}


def bounds(value: Value) -> Range:
    """The least and greatest number that a value allows."""
    if isinstance(value, Interval):
        return value.low, value.high
    assert isinstance(value, (int, float))
    return value, value


def base_of(numbers: Mapping[str, Range], accelerator: Value) -> FactBase:
    """The base of a random project, its ranges stated as ranges."""
    facts = [
        Fact(key, low if low == high else Interval(low, high), Source.ANSWERED)
        for key, (low, high) in numbers.items()
    ]
    facts.append(Fact("hardware.accelerator", accelerator, Source.ANSWERED))
    facts.append(Fact("task.type", "generation_short", Source.ANSWERED))
    return FactBase(facts).with_defaults()


def _inside(key: str) -> st.SearchStrategy[float]:
    low, high = LIMITS[key]
    if VOCABULARY[key].integer:
        return st.integers(int(low), int(high)).map(float)
    return st.floats(low, high, allow_nan=False).map(lambda number: float(f"{number:.6g}"))


_SPREADS = st.sampled_from([1.0, 1.0, 2.0, 100.0])
"""How wide a range is stated: half of the numbers are known exactly."""


@st.composite
def projects(
    draw: st.DrawFn, *, always: str = "", exact: bool = False
) -> tuple[dict[str, Range], Value]:
    """A project whose numbers are known, known as a range unless ``exact``, or unknown.

    ``always`` is a number that is not left unknown.
    """
    absent = draw(st.sets(st.sampled_from(MAY_BE_UNKNOWN))) - {always}
    numbers = {}
    for key in LIMITS:
        if key in absent:
            continue
        number = draw(_inside(key))
        spread = 1.0 if exact else draw(_SPREADS)
        numbers[key] = (number, min(number * spread, LIMITS[key][1]))
    kinds: list[Value] = ["cuda", "mps", "none", frozenset({"cuda", "mps"})]
    return numbers, draw(st.sampled_from(kinds))


@st.composite
def points_in(draw: st.DrawFn, numbers: Mapping[str, Range]) -> dict[str, Range]:
    """One point of a project's ranges."""
    point = {}
    for key, (low, high) in numbers.items():
        if VOCABULARY[key].integer:
            number = float(draw(st.integers(int(low), int(high))))
        else:
            number = draw(st.floats(low, high, allow_nan=False))
        point[key] = (number, number)
    return point
