"""Facts in, estimate facts out: the closed form for every method."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from advisor.catalogue.tables import Method, load_methods
from advisor.estimate.duration import Speeds, device_speeds, expected_hours, least_hours
from advisor.estimate.job import Corners, bounds, corners
from advisor.estimate.memory import FindProfile, expected_need, optimistic_gib
from advisor.estimate.need import GIB
from advisor.estimate.prices import hourly_price
from advisor.estimate.settings import Settings
from advisor.estimate.sizes import artefact_bytes
from advisor.estimate.target import memory_limit
from advisor.facts import Fact, FactBase, Interval, Source, Value

_NO_LIMIT = 1e9
"""The headroom under a limit that nobody has set."""


def estimate_facts(facts: FactBase, find: FindProfile | None = None) -> list[Fact]:
    """Return the ``estimate.<method>.*`` facts that can be computed from what is known.

    A range of inputs gives a range of results. Where an input is unknown the fact is left out,
    and rules that read it stay undetermined.

    Args:
        facts: what is known.
        find: finds out a step more exactly than the closed form, for memory where all inputs are
            known exactly.
    """
    job = corners(facts)
    if job is None:
        return []
    limit = memory_limit(facts)
    speeds = device_speeds(facts)
    prices = hourly_price(facts)
    found: list[Fact] = []
    for method in load_methods().values():
        found.extend(_memory_facts(method, job, facts, limit, find))
        if method.trained:
            found.extend(_storage_facts(method, job, facts))
            found.extend(_time_facts(method, job, facts, speeds, prices))
    return found


def _memory_facts(
    method: Method,
    job: Corners,
    facts: FactBase,
    memory: tuple[tuple[float, float] | None, str],
    find: FindProfile | None,
) -> Iterator[Fact]:
    limit, limit_basis = memory
    kinds = _possible_accelerators(facts)
    exact = find if job.exact and len(kinds) == 1 else None
    few, many = job.few, job.many
    small = min(expected_need(method, *case, exact)[0].total for case in product(few, kinds))
    needs = (expected_need(method, *case, exact) for case in product(many, kinds))
    large, peak = max(needs, key=lambda pair: pair[0].total)
    least = min(optimistic_gib(method, *case) for case in product(few, kinds))
    most = max(optimistic_gib(method, *case) for case in product(many, kinds))
    parts = " + ".join(
        f"{kind.replace('_', ' ')} {size / GIB:.2f}"
        for kind, size in peak.by_kind().items()
        if size
    )
    detail = (
        f"{large.basis}: {parts} + context {large.context:.2f} + reserve {large.reserve:.2f} GiB; "
        f"{job.basis}"
    )
    yield _fact(method, "memory_gib", small, large.total, detail)
    least_basis = "closed form: batch 1, checkpointing, smallest optimizer state"
    yield _fact(method, "memory_optimistic_gib", least, most, least_basis)
    if limit is None:
        return
    basis = f"{_span(*limit)} GiB {limit_basis} free, divided by the need"
    for suffix, low, high in (
        ("memory_headroom", small, large.total),
        ("memory_headroom_optimistic", least, most),
    ):
        yield _fact(method, suffix, limit[0] / high, limit[1] / low, basis)


def _possible_accelerators(facts: FactBase) -> tuple[str, ...]:
    """The kinds that the accelerator can be; a kind decides what the context takes."""
    value = facts.value("hardware.accelerator")
    if isinstance(value, str):
        return (value,)
    choices = facts.vocabulary["hardware.accelerator"].choices
    memory = bounds(facts, "hardware.accelerator_memory_gib")
    return tuple(
        kind
        for kind in choices
        if (not isinstance(value, frozenset) or kind in value)
        and not (kind == "none" and memory and memory[0] > 0)
    )


def _storage_facts(method: Method, job: Corners, facts: FactBase) -> Iterator[Fact]:
    recipe = Settings(virtual_tokens=method.virtual_tokens, rank=method.rank)
    low = min(artefact_bytes(method.id, one.shape, recipe) for one in job.few) / GIB
    high = max(artefact_bytes(method.id, one.shape, recipe) for one in job.many) / GIB
    tasks = bounds(facts, "deployment.tasks_per_base") or (1.0, 1.0)
    basis = f"closed form: {_span(low, high)} GiB a task, {_span(*tasks)} tasks"
    yield _fact(method, "storage_gib", low * tasks[0], high * tasks[1], basis)
    disk = bounds(facts, "hardware.disk_free_gib")
    if disk is None:
        yield _fact(method, "disk_headroom", _NO_LIMIT, _NO_LIMIT, "no disk limit is known")
        return
    basis = f"{_span(*disk)} GiB of disk free, divided by one task"
    yield _fact(method, "disk_headroom", disk[0] / high, disk[1] / low, basis)


@dataclass(frozen=True, slots=True)
class _Run:
    """The time (hours) and cost (US dollars) of one training run, each from least to most."""

    hours: tuple[float, float]
    cost: tuple[float, float]


def _time_facts(
    method: Method,
    job: Corners,
    facts: FactBase,
    speeds: Speeds | None,
    prices: tuple[float, float, str],
) -> Iterator[Fact]:
    examples = bounds(facts, "data.train_examples")
    if speeds is None or examples is None:
        yield from _budget_facts(method, facts, None, None)
        return
    tokens = bounds(facts, "data.median_tokens") or (job.few[0].tokens, job.many[0].tokens)
    slow, fast = speeds.expected
    # A larger batch spreads the cost of a step over more examples.
    few = [replace(one, batch=job.many[0].batch) for one in job.few]
    many = [replace(one, batch=job.few[0].batch) for one in job.many]

    def run(low: float, high: float) -> _Run:
        # The work is divided among the devices, and each of them is paid for.
        hours = low / speeds.devices[1], high / speeds.devices[0]
        return _Run(hours, (low * prices[0], high * prices[1]))

    expected = run(
        min(expected_hours(method, one, examples[0], tokens[0], fast) for one in few),
        max(expected_hours(method, one, examples[1], tokens[1], slow) for one in many),
    )
    fastest = run(
        min(least_hours(method, one, examples[0], tokens[0], speeds.best[1]) for one in few),
        max(least_hours(method, one, examples[1], tokens[1], speeds.best[0]) for one in many),
    )
    basis = f"{method.epochs:g} epochs; {slow.basis}"
    yield _fact(method, "hours", *expected.hours, basis)
    price = f"{_span(*prices[:2])} USD; {prices[2]}"
    yield _fact(method, "cost", *expected.cost, f"hours x devices x {price}")
    yield from _budget_facts(method, facts, expected, fastest)


def _budget_facts(
    method: Method, facts: FactBase, expected: _Run | None, fastest: _Run | None
) -> Iterator[Fact]:
    """Each budget divided by what a run takes; without a budget nothing is ever too much."""
    for key, kind in (("budget.hours", "time"), ("budget.cost", "cost")):
        budget = bounds(facts, key)
        for suffix, run in (
            (f"{kind}_headroom", expected),
            (f"{kind}_headroom_optimistic", fastest),
        ):
            if budget is None:
                yield _fact(method, suffix, _NO_LIMIT, _NO_LIMIT, f"no {key} is set")
            elif run is not None:
                need = run.hours if kind == "time" else run.cost
                low, high = _ratio(budget[0], need[1]), _ratio(budget[1], need[0])
                which = "the fastest" if run is fastest else "the expected"
                yield _fact(method, suffix, low, high, f"{key} / {which} run, {_span(*need)}")


def _ratio(limit: float, need: float) -> float:
    return min(limit / need, _NO_LIMIT) if need > 0 else _NO_LIMIT


def _fact(method: Method, suffix: str, low: float, high: float, detail: str) -> Fact:
    value: Value = _rounded(low)
    if _rounded(high) != value:
        value = Interval(_rounded(low), _rounded(high))
    return Fact(f"estimate.{method.id}.{suffix}", value, Source.ESTIMATED, detail)


def _rounded(number: float) -> float:
    """Four significant digits: more would pretend to an accuracy that a closed form lacks."""
    if number == 0 or not math.isfinite(number):
        return min(number, _NO_LIMIT)
    return float(f"{min(number, _NO_LIMIT):.4g}")


def _span(low: float, high: float) -> str:
    return f"{low:.3g}" if f"{low:.3g}" == f"{high:.3g}" else f"{low:.3g} to {high:.3g}"
