"""Facts in, estimate facts out: the provisional closed form for every method."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from advisor.catalogue.gpus import find_gpu
from advisor.catalogue.tables import Method, load_methods, price_of
from advisor.estimate.duration import Rates, device_rates, hours, training_operations
from advisor.estimate.job import Corners, bounds, corners, device_count
from advisor.estimate.memory import Memory, expected_memory, optimistic_memory
from advisor.estimate.sizes import storage_gib
from advisor.facts import Fact, FactBase, Interval, Source, Value

_NO_LIMIT = 1e9
"""The headroom under a limit that nobody has set."""


def estimate_facts(facts: FactBase) -> list[Fact]:
    """Return the ``estimate.<method>.*`` facts that can be computed from what is known.

    A range of inputs gives a range of results. Where an input is unknown the fact is left out,
    and rules that read it stay undetermined.
    """
    job = corners(facts)
    if job is None:
        return []
    limit, limit_basis = _memory_limit(facts)
    rates = device_rates(facts)
    prices = _prices(facts)
    found: list[Fact] = []
    for method in load_methods().values():
        found.extend(_memory_facts(method, job, facts, limit, limit_basis))
        if method.trained:
            found.extend(_storage_facts(method, job, facts))
            found.extend(_time_facts(method, job, facts, rates, prices))
    return found


def _memory_limit(facts: FactBase) -> tuple[tuple[float, float] | None, str]:
    """Free memory of one device, in GiB, and what it is."""
    if facts.value("hardware.accelerator") == "none":
        return bounds(facts, "hardware.ram_available_gib"), "RAM"
    memory = bounds(facts, "hardware.accelerator_memory_gib")
    ram = bounds(facts, "hardware.ram_available_gib")
    if memory and ram and facts.value("hardware.unified_memory") is True:
        # The accelerator draws on the machine's RAM, so no more than that is free.
        return (min(memory[0], ram[0]), min(memory[1], ram[1])), "unified memory"
    return memory, "accelerator memory"


def _memory_facts(
    method: Method,
    job: Corners,
    facts: FactBase,
    limit: tuple[float, float] | None,
    limit_basis: str,
) -> Iterator[Fact]:
    kinds = _possible_accelerators(facts)
    small = min((expected_memory(method, job.small, kind) for kind in kinds), key=_total)
    large = max((expected_memory(method, job.large, kind) for kind in kinds), key=_total)
    least = min(optimistic_memory(method, job.small, kind).total for kind in kinds)
    most = max(optimistic_memory(method, job.large, kind).total for kind in kinds)
    parts = (
        f"closed form: state {large.state:.2f} + trained part {large.trained_part:.2f} + "
        f"activations {large.activations:.2f} + context {large.context:.2f} + "
        f"reserve {large.reserve:.2f} GiB; {job.basis}"
    )
    yield _fact(method, "memory_gib", small.total, large.total, parts)
    least_basis = "closed form: batch 1, checkpointing, smallest optimizer state"
    yield _fact(method, "memory_optimistic_gib", least, most, least_basis)
    if limit is None:
        return
    basis = f"{_span(*limit)} GiB {limit_basis} free, divided by the need"
    for suffix, low, high in (
        ("memory_headroom", small.total, large.total),
        ("memory_headroom_optimistic", least, most),
    ):
        yield _fact(method, suffix, limit[0] / high, limit[1] / low, basis)


def _total(memory: Memory) -> float:
    return memory.total


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
    low, high = storage_gib(method, job.small), storage_gib(method, job.large)
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
    rates: Rates | None,
    prices: tuple[float, float, str],
) -> Iterator[Fact]:
    examples = bounds(facts, "data.train_examples")
    if rates is None or examples is None:
        yield from _budget_facts(method, facts, None, None)
        return
    tokens = bounds(facts, "data.median_tokens") or (job.small.tokens, job.large.tokens)
    devices = device_count(facts)

    def run(rate: tuple[float, float], *, optimistic: bool) -> _Run:
        few = training_operations(method, job.small, examples[0], tokens[0], optimistic=optimistic)
        many = training_operations(method, job.large, examples[1], tokens[1], optimistic=optimistic)
        low, high = hours(few, rate[1]), hours(many, rate[0])
        return _Run((low, high), (low * prices[0] * devices[0], high * prices[1] * devices[1]))

    expected, fastest = run(rates.expected, optimistic=False), run(rates.best, optimistic=True)
    yield _fact(
        method, "hours", *expected.hours, f"{method.recipe['epochs']} epochs; {rates.basis}"
    )
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


def _prices(facts: FactBase) -> tuple[float, float, str]:
    """US dollars an hour for one device, lowest and highest, and where they come from."""
    stated = bounds(facts, "price.per_hour")
    if stated:
        return (*stated, "stated price")
    accelerator = facts.get("hardware.accelerator")
    if accelerator and accelerator.source is Source.DETECTED:
        return 0.0, 0.0, "a device of this machine, not rented"
    name = facts.value("hardware.accelerator_name")
    gpu = find_gpu(name) if isinstance(name, str) else None
    price = price_of(gpu.name if gpu else "")
    return price.low, price.high, price.basis


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
