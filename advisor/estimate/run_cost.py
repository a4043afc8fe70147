"""What a training run takes: hours, money at an hourly price, and how far the budgets go."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from advisor.catalogue import price_of
from advisor.estimate.duration import Speeds, device_speeds, expected_hours, least_hours
from advisor.estimate.job import Corners, bounds
from advisor.estimate.target import named_gpu
from advisor.facts import Fact, FactBase, Interval, Source, Value
from advisor.methods import Method, load_methods

NO_LIMIT = 1e9
"""The headroom under a limit that nobody has set."""


def estimated(method: Method, suffix: str, low: float, high: float, detail: str) -> Fact:
    """The fact ``estimate.<method>.<suffix>``; a range where the ends differ."""
    least, most = _rounded(low), _rounded(high)
    value: Value = least if least == most else Interval(least, most)
    return Fact(f"estimate.{method.id}.{suffix}", value, Source.ESTIMATED, detail)


@functools.cache
def unlimited(method: str, suffix: str, detail: str) -> Fact:
    """The fact ``estimate.<method>.<suffix>`` where nobody has set a limit."""
    return Fact(f"estimate.{method}.{suffix}", NO_LIMIT, Source.ESTIMATED, detail)


def span(low: float, high: float) -> str:
    """A range as text, or the number where both ends show the same."""
    least, most = f"{low:.3g}", f"{high:.3g}"
    return least if least == most else f"{least} to {most}"


def _rounded(number: float) -> float:
    """Four significant digits: more would pretend to an accuracy that a closed form lacks."""
    if number == 0 or not math.isfinite(number):
        return min(number, NO_LIMIT)
    return float(f"{min(number, NO_LIMIT):.4g}")


def hourly_price(facts: FactBase) -> tuple[float, float, str]:
    """US dollars an hour for one device, lowest and highest, and where they come from."""
    stated = bounds(facts, "price.per_hour")
    if stated:
        return (*stated, "stated price")
    accelerator = facts.get("hardware.accelerator")
    if accelerator and accelerator.source is Source.DETECTED:
        return 0.0, 0.0, "a device of this machine, not rented"
    gpu = named_gpu(facts)
    price = price_of(gpu.name if gpu else "")
    return price.low, price.high, price.basis


_BUDGETS = {"time": "budget.hours", "cost": "budget.cost"}


@dataclass(frozen=True, slots=True)
class Pace:
    """Hours that one device takes for each training example, all epochs of it together.

    Attributes:
        expected: from least to most.
        fastest: the same for a run that nothing is faster than.
        devices: how many share the work, from fewest to most.
        basis: where the figures come from.
    """

    expected: tuple[float, float]
    fastest: tuple[float, float]
    devices: tuple[float, float]
    basis: str


@dataclass(frozen=True, slots=True)
class _Run:
    """The time (hours) and cost (US dollars) of one training run, each from least to most."""

    hours: tuple[float, float]
    cost: tuple[float, float]


def paces(job: Corners, facts: FactBase) -> dict[str, Pace]:
    """The pace of every trained method; empty if no device is known."""
    speeds = device_speeds(facts)
    if speeds is None:
        return {}
    tokens = bounds(facts, "data.median_tokens") or (job.few[0].tokens, job.many[0].tokens)
    return {
        method.id: _pace(method, job, tokens, speeds)
        for method in load_methods().values()
        if method.trained
    }


def run_facts(found: Mapping[str, Pace], facts: FactBase) -> Iterator[Fact]:
    """Time, cost and the headroom of the budgets, for every trained method.

    Args:
        found: paces by method.
        facts: decide the number of examples, the price and the budgets.
    """
    examples = bounds(facts, "data.train_examples")
    prices = hourly_price(facts)
    price = f"hours x devices x {span(*prices[:2])} USD; {prices[2]}"
    budgets = {kind: bounds(facts, key) for kind, key in _BUDGETS.items()}
    for method in load_methods().values():
        if not method.trained:
            continue
        pace = found.get(method.id)
        if pace is None or examples is None:
            yield from _budget_facts(method, budgets, None, None)
            continue
        expected = _run(pace.expected, examples, pace.devices, prices)
        fastest = _run(pace.fastest, examples, pace.devices, prices)
        basis = f"{method.epochs:g} epochs; {pace.basis}"
        yield estimated(method, "hours", *expected.hours, basis)
        yield estimated(method, "cost", *expected.cost, price)
        yield from _budget_facts(method, budgets, expected, fastest)


def _pace(method: Method, job: Corners, tokens: tuple[float, float], speeds: Speeds) -> Pace:
    slow, fast = speeds.expected
    # A larger batch spreads the cost of a step over more examples.
    few = [replace(one, batch=job.many[0].batch) for one in job.few]
    many = [replace(one, batch=job.few[0].batch) for one in job.many]
    expected = [expected_hours(method, one, 1.0, tokens[0], fast) for one in few]
    fastest = [least_hours(method, one, 1.0, tokens[0], speeds.best[1]) for one in few]
    low = min(expected), min(fastest)
    if (few, tokens[0], speeds.expected[1]) != (many, tokens[1], speeds.expected[0]):
        expected = [expected_hours(method, one, 1.0, tokens[1], slow) for one in many]
        fastest = [least_hours(method, one, 1.0, tokens[1], speeds.best[0]) for one in many]
    return Pace(
        expected=(low[0], max(expected)),
        fastest=(low[1], max(fastest)),
        devices=speeds.devices,
        basis=slow.basis,
    )


def _run(
    pace: tuple[float, float],
    examples: tuple[float, float],
    devices: tuple[float, float],
    prices: tuple[float, float, str],
) -> _Run:
    low, high = examples[0] * pace[0], examples[1] * pace[1]
    # The work is divided among the devices, and each of them is paid for.
    return _Run((low / devices[1], high / devices[0]), (low * prices[0], high * prices[1]))


def _budget_facts(
    method: Method,
    budgets: Mapping[str, tuple[float, float] | None],
    expected: _Run | None,
    fastest: _Run | None,
) -> Iterator[Fact]:
    """Each budget divided by what a run takes; without a budget nothing is ever too much."""
    for kind, budget in budgets.items():
        key = _BUDGETS[kind]
        for suffix, run in (
            (f"{kind}_headroom", expected),
            (f"{kind}_headroom_optimistic", fastest),
        ):
            if budget is None:
                yield unlimited(method.id, suffix, f"no {key} is set")
            elif run is not None:
                need = run.hours if kind == "time" else run.cost
                low, high = _ratio(budget[0], need[1]), _ratio(budget[1], need[0])
                which = "the fastest" if run is fastest else "the expected"
                yield estimated(method, suffix, low, high, f"{key} / {which} run, {span(*need)}")


def _ratio(limit: float, need: float) -> float:
    return min(limit / need, NO_LIMIT) if need > 0 else NO_LIMIT
