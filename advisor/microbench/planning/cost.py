"""What a method's trials are, and what they are expected to take by the probe."""

from __future__ import annotations

import math
from typing import NamedTuple

from advisor.catalogue import EffortLevel, planning
from advisor.methods import Method
from advisor.microbench.planning.plan import MethodPlan
from advisor.microbench.planning.schedule import rungs
from advisor.microbench.records import MethodProbe, Purpose, Route, Trial


class Sizes(NamedTuple):
    """Examples of each split."""

    train: int
    dev: int
    test: int


def levels() -> list[EffortLevel]:
    """All levels, the most thorough first: what ample budgets add, then what others give up."""
    return [*planning().additions, *planning().levels]


def wished_level() -> EffortLevel:
    """What a budget should hold; less is said to have been given up."""
    return planning().levels[0]


def recipe_steps(method: Method, train_size: int, batch_size: int) -> int:
    """Optimizer steps of a run as the recipe has it: its epochs, and more of them on few rows."""
    epochs = math.ceil(method.epochs * train_size / batch_size)
    return max(epochs, int(method.recipe["few_rows_steps"]))


def method_plan(
    method: Method, probe: MethodProbe, level: EffortLevel, share: float, sizes: Sizes,
    batch_size: int, route: Route,
) -> MethodPlan:  # fmt: skip
    """The plan of one method at a level and a share of its recipe's steps."""

    def steps(train_size: int) -> int:
        least = int(method.recipe["least_steps"])
        if level.least > 0:
            return max(round(recipe_steps(method, train_size, batch_size) * share), least)
        # Of steps that are too few for each method, each gets the same share.
        return max(round(least * share), planning().fewest_steps)

    full = steps(sizes.train)
    searched = round(planning().search_share * int(method.recipe["least_steps"]))
    return MethodPlan(
        pairs=_pairs(method, level.rates, route),
        recipe_steps=recipe_steps(method, sizes.train, batch_size),
        steps=full,
        curve_steps=tuple(steps(curve_size(sizes, part)) for part in level.curve),
        search_steps=min(searched, full),
        looks=_looks(full, probe, sizes),
        patience=float(method.recipe["patience"]),
        seconds_per_step=probe.seconds_per_step,
        evaluation_seconds=probe.evaluation_seconds,
    )


def curve_size(sizes: Sizes, part: float) -> int:
    """Train examples of a point of the learning curve."""
    return max(round(sizes.train * part), 1)


def seconds_of(plan: MethodPlan, level: EffortLevel, sizes: Sizes) -> float:
    """Process seconds of all trials of a method."""
    final = trial_seconds(plan, sizes, plan.steps)
    searched = sum(count * _search_seconds(plan, sizes, steps) for count, steps in rungs(plan))
    curve = sum(trial_seconds(plan, sizes, steps) for steps in plan.curve_steps)
    return searched + level.seeds * (final + curve)


def expected_seconds(plan: MethodPlan, sizes: Sizes, trial: Trial) -> float:
    """Process seconds of a trial that takes all of its steps."""
    if trial.purpose is Purpose.SEARCH:
        return _search_seconds(plan, sizes, trial.steps)
    return trial_seconds(plan, sizes, trial.steps)


def trial_seconds(plan: MethodPlan, sizes: Sizes, steps: int) -> float:
    """Process seconds of one final run."""
    return _run_seconds(plan, sizes, steps, beside=2 * sizes.dev + sizes.test)


def _search_seconds(plan: MethodPlan, sizes: Sizes, steps: int) -> float:
    """Process seconds of one run of the search, which is not judged on the test split."""
    return _run_seconds(plan, sizes, steps, beside=sizes.dev)


def _run_seconds(plan: MethodPlan, sizes: Sizes, steps: int, *, beside: int) -> float:
    """Process seconds of a run with its looks; ``beside`` examples are predicted besides those."""
    looks = max(plan.looks * steps / plan.steps, 1)
    predicting = (looks * sizes.dev + beside) * plan.evaluation_seconds
    return steps * plan.seconds_per_step + predicting + planning().overhead_seconds


def _pairs(method: Method, count: int, route: Route) -> tuple[tuple[float, float | None], ...]:
    """The first rates of the recipe; without a new head those that differ in the body's rate."""
    listed: list[list[float]] = method.recipe["search"]
    if route is Route.HEAD:
        return tuple((body, head) for body, head in listed[:count])
    bodies = list(dict.fromkeys(body for body, _ in listed))
    while count > len(bodies):
        count //= 2
    return tuple((body, None) for body in bodies[:count])


def _looks(steps: int, probe: MethodProbe, sizes: Sizes) -> int:
    """As many looks at the development split as cost a fixed share of the training."""
    table = planning()
    look = max(sizes.dev * probe.evaluation_seconds, 1e-9)
    affordable = int(table.looks_share * steps * probe.seconds_per_step / look)
    return min(max(affordable, table.fewest_looks), table.most_looks, steps)
