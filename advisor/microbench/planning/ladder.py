"""Choose the most thorough level that fits into the budget, and say what it gave up."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from advisor.catalogue import EffortLevel, planning
from advisor.methods import Method
from advisor.microbench.planning.cost import (
    Sizes,
    curve_size,
    levels,
    method_plan,
    seconds_of,
    trial_seconds,
    wished_level,
)
from advisor.microbench.planning.plan import MethodPlan, TrialPlan
from advisor.microbench.records import Bench, Probe, Route

_MINUTE = 60
_TWENTIETHS = tuple(count / 20 for count in range(20, 0, -1))
_SHARES = (*_TWENTIETHS, *(_TWENTIETHS[-1] * 0.85**power for power in range(1, 29)), 0.0)
"""Shares of the recipes' steps to choose from, down to a two thousandth: long recipes need few."""


class Room(NamedTuple):
    """What the machine and the user allow.

    Attributes:
        budget: wall seconds in all.
        left: wall seconds of it that loading and probing have left.
        slots: processes side by side.
        memory_limit: bytes for each process, or None.
        slowdown: wall seconds of a process for each of its CPU seconds, 1 on an idle machine.
    """

    budget: float
    left: float
    slots: int
    memory_limit: int | None = None
    slowdown: float = 1.0


class _Draft(NamedTuple):
    level: EffortLevel
    share: float
    plans: dict[str, MethodPlan]
    seconds: float
    no_more_than_least: bool

    @property
    def holds_least(self) -> bool:
        """Whether every method has the steps that its recipe calls the least."""
        return self.level.least > 0 or self.share == 1.0

    @property
    def pairs(self) -> int:
        """Of rates, which are as many for each method."""
        return min((len(plan.pairs) for plan in self.plans.values()), default=0)


def sizes_for(budget: float) -> Sizes:
    """Most examples of each split for a budget in seconds."""
    row = next(row for row in planning().sizes if budget <= row.budget)
    return Sizes(row.train, row.dev, row.test)


def whole_sizes(bench: Bench) -> Sizes:
    """All examples of each split."""
    return Sizes(len(bench.splits.train), len(bench.splits.dev), len(bench.splits.test))


def affordable_sizes(whole: Sizes, probe: Probe, room: Room) -> Sizes:
    """The splits, with fewer to judge by where judging alone would eat the budget."""
    table = planning()
    able = sum(found.status.usable for found in probe.methods.values())
    allowed = table.evaluation_share * room.left
    examples = allowed / max(slowest_evaluation(probe) * room.slowdown, 1e-9)
    side_by_side = examples * room.slots / max(able, 1)
    # The baselines are judged on as many, by one process.
    factor = min(1.0, side_by_side / (3 * whole.dev + whole.test), examples / max(whole.test, 1))
    return Sizes(
        whole.train,
        min(whole.dev, max(round(whole.dev * factor), table.least_dev)),
        min(whole.test, max(round(whole.test * factor), table.least_test)),
    )


def slowest_evaluation(probe: Probe) -> float:
    """Seconds for an example with the slowest method that can be run; 0 if none can."""
    able = (found for found in probe.methods.values() if found.status.usable)
    return max((found.evaluation_seconds for found in able), default=0.0)


def ranked_size(bench: Bench, probe: Probe, room: Room, dev_size: int) -> int:
    """Development examples on which the candidate prompts are ranked, which are several passes."""
    table = planning()
    passes = max(len(bench.prompts), 1)
    seconds = max(passes * slowest_evaluation(probe) * room.slowdown, 1e-9)
    affordable = int(table.ranking_share * room.left / seconds)
    return min(dev_size, max(affordable, table.least_ranked))


def head_examples(bench: Bench, probe: Probe, room: Room) -> int | None:
    """Training examples for the linear head of a model that chooses labels by their words.

    Each one is a pass that nothing else needs. None for other models.
    """
    if bench.task.route is not Route.LABEL_WORDS or not bench.task.labels:
        return None
    table = planning()
    seconds = max(slowest_evaluation(probe) * room.slowdown, 1e-9)
    return max(int(table.head_share * room.left / seconds), table.least_head_rows)


def tokens_for(budget: float) -> int:
    """Tokens that inputs are cut to, for a budget in seconds."""
    return next(row.tokens for row in planning().most_tokens if budget <= row.budget)


def new_tokens_for(budget: float) -> int:
    """Tokens that written answers are cut to, for a budget in seconds."""
    return next(row.tokens for row in planning().most_new_tokens if budget <= row.budget)


def usual_batch(bench: Bench, token_lengths: Sequence[int]) -> int:
    """Examples of a training batch, by the 95th percentile of the inputs' tokens once they are cut.

    Args:
        bench: says what they are cut to.
        token_lengths: quantiles 0.5, 0.95 and 1 of the inputs.
    """
    table = planning()
    wanted = table.batch_tokens // max(min(token_lengths[1], bench.max_tokens), 1)
    return min(max(wanted, table.least_batch), table.most_batch)


def long_enough(bench: Bench, methods: Sequence[Method], probe: Probe, room: Room) -> bool:
    """Whether the trials fit with the steps that the recipes call the least."""
    able = [method for method in methods if probe.methods[method.id].status.usable]
    draft = _draft(bench, able, probe, affordable_sizes(whole_sizes(bench), probe, room), room)
    return draft.holds_least and draft.seconds <= room.left * planning().used_share


def make_plan(
    bench: Bench, methods: Sequence[Method], probe: Probe, room: Room, sizes: Sizes, prompt: int = 0
) -> TrialPlan:
    """The most thorough plan that the budget allows.

    Args:
        bench: what is trained on.
        methods: to be compared.
        probe: what steps and evaluations take.
        room: budget, processes and memory.
        sizes: examples of each split, at most those of the bench.
        prompt: the candidate prompt to use.
    """
    able = [method for method in methods if probe.methods[method.id].status.usable]
    draft = _draft(bench, able, probe, sizes, room)
    # A route may have fewer rates than a level allows.
    wish = _at(bench, able, probe, sizes, room, wished_level(), 1.0)
    dropped = [*_dropped(draft, wish, whole_sizes(bench), sizes, room), *_shortened(bench, probe)]
    if not draft.holds_least:
        dropped.append(_enough(_at(bench, able, probe, sizes, room, draft.level, 1.0), room))
    table = planning()
    limits = {
        id_: max(
            table.patience_factor * room.slowdown * trial_seconds(own, sizes, own.steps),
            table.least_seconds,
        )
        for id_, own in draft.plans.items()
    }
    return TrialPlan(
        budget_seconds=room.budget,
        expected_seconds=draft.seconds,
        slots=room.slots,
        precision=probe.precision,
        device=bench.device,
        batch_size=probe.batch_size,
        max_tokens=probe.max_tokens,
        virtual_tokens=bench.virtual_tokens,
        train_size=sizes.train,
        dev_size=sizes.dev,
        test_size=sizes.test,
        seeds=draft.level.seeds,
        curve_sizes=tuple(curve_size(sizes, part) for part in draft.level.curve),
        step_share=draft.share,
        methods=draft.plans,
        left_out={
            method.id: probe.methods[method.id].message for method in methods if method not in able
        },
        dropped=tuple(dropped),
        memory_limit=room.memory_limit,
        time_limits=limits,
        prompt=prompt,
        spare_seeds=levels()[0].seeds - draft.level.seeds,
    )


def _draft(
    bench: Bench, methods: Sequence[Method], probe: Probe, sizes: Sizes, room: Room
) -> _Draft:
    """The first level and the largest share of steps that fit; the last level if none does."""
    draft = None
    for level in levels():
        for share in _SHARES:
            if share < level.least:
                break
            draft = _at(bench, methods, probe, sizes, room, level, share)
            if draft.seconds <= room.left * planning().used_share:
                return draft
    if draft is None:
        raise ValueError("planning.yaml has no level")
    return draft


def _at(
    bench: Bench, methods: Sequence[Method], probe: Probe, sizes: Sizes, room: Room,
    level: EffortLevel, share: float,
) -> _Draft:  # fmt: skip
    plans = {
        method.id: method_plan(
            method, probe.methods[method.id], level, share, sizes, probe.batch_size,
            bench.task.route,
        )
        for method in methods
    }  # fmt: skip
    # The same number of rates for every method: a longer search would be an advantage.
    fewest = min((len(plan.pairs) for plan in plans.values()), default=0)
    plans = {
        id_: plan.model_copy(update={"pairs": plan.pairs[:fewest]}) for id_, plan in plans.items()
    }
    process_seconds = sum(seconds_of(plan, level, sizes) for plan in plans.values())
    # No less than the longest method one trial after another.
    longest = max((_chain(plan, level, sizes) for plan in plans.values()), default=0.0)
    wall = max(process_seconds / room.slots, longest) * room.slowdown
    few = all(plans[own.id].steps <= int(own.recipe["least_steps"]) for own in methods)
    return _Draft(level, share, plans, wall, few)


def _chain(plan: MethodPlan, level: EffortLevel, sizes: Sizes) -> float:
    """Seconds that no number of processes can save: rung after rung, then one final run."""
    alone = replace(level, seeds=1)
    rungs = seconds_of(plan, alone, sizes) - trial_seconds(plan, sizes, plan.steps)
    return max(rungs / max(len(plan.pairs), 1), trial_seconds(plan, sizes, plan.steps))


def _dropped(draft: _Draft, wish: _Draft, whole: Sizes, sizes: Sizes, room: Room) -> Iterator[str]:
    """What the budget does not hold of the wished level and the splits, as sentences."""
    level, wished = draft.level, wish.level
    if not level.curve:
        yield "no learning curve"
    if level.seeds < wished.seeds:
        yield f"{level.seeds} of {wished.seeds} seeds"
    if draft.pairs < wish.pairs:
        yield f"{draft.pairs} of {wish.pairs} pairs of learning rates"
    if not draft.holds_least:
        yield f"{draft.share:.0%} of the least steps of the recipes"
    elif draft.no_more_than_least:
        yield "the least steps of the recipes"
    elif draft.share < 1.0:
        yield f"{100 * draft.share:.2g}% of the steps of the recipes, or their least"
    if sizes.dev < whole.dev:
        yield f"{sizes.dev} of {whole.dev} development examples"
    if sizes.test < whole.test:
        yield f"{sizes.test} of {whole.test} test examples"
    if draft.seconds > room.left:
        yield (
            f"even so the trials were expected to take {draft.seconds:.0f} s when "
            f"{max(room.left, 0):.0f} s were left; what is not reached in time is left undone"
        )


def _enough(least: _Draft, room: Room) -> str:
    """The budget that would hold the least steps of the recipes, as a sentence."""
    seconds = room.budget - room.left + least.seconds / planning().used_share
    return f"a budget of about {math.ceil(seconds / _MINUTE)} min would hold these least steps"


def _shortened(bench: Bench, probe: Probe) -> tuple[str, ...]:
    """How the examples had to be made smaller so that there is time for enough steps."""
    said = []
    usual = usual_batch(bench, probe.token_lengths)
    if probe.batch_size < usual:
        said.append(f"batches of {probe.batch_size} instead of {usual} examples")
    if probe.max_tokens < bench.max_tokens:
        said.append(f"inputs cut to {probe.max_tokens} instead of {bench.max_tokens} tokens")
    return tuple(said)
