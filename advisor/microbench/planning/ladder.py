"""Choose the most thorough level that fits into the budget, and say what it gave up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from advisor.catalogue.tables import Method
from advisor.microbench.planning.cost import (
    Level,
    Sizes,
    curve_size,
    levels,
    method_plan,
    planning,
    seconds_of,
    trial_seconds,
)
from advisor.microbench.planning.plan import MethodPlan, Plan
from advisor.microbench.spec import Bench, Probe, Route

_SHARES = 20
"""The share of the recipes' steps is chosen to a twentieth."""


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
    level: Level
    share: float
    plans: dict[str, MethodPlan]
    seconds: float


def sizes_for(budget: float) -> Sizes:
    """Most examples of each split for a budget in seconds."""
    row = _row("sizes", budget)
    return Sizes(row["train"], row["dev"], row["test"])


def whole_sizes(bench: Bench) -> Sizes:
    """All examples of each split."""
    return Sizes(len(bench.splits.train), len(bench.splits.dev), len(bench.splits.test))


def affordable_sizes(bench: Bench, probe: Probe, room: Room) -> Sizes:
    """The splits, with fewer to judge by where judging alone would eat the budget."""
    table, whole = planning(), whole_sizes(bench)
    able = [found for found in probe.methods.values() if found.status.usable]
    slowest = max((found.evaluation_seconds for found in able), default=0.0)
    allowed = table["evaluation_share"] * room.left * room.slots / max(len(able), 1)
    examples = allowed / max(slowest * room.slowdown, 1e-9)
    factor = min(1.0, examples / (3 * whole.dev + whole.test))
    return Sizes(
        whole.train,
        min(whole.dev, max(round(whole.dev * factor), int(table["least_dev"]))),
        min(whole.test, max(round(whole.test * factor), int(table["least_test"]))),
    )


def ranked_size(bench: Bench, probe: Probe, room: Room, dev_size: int) -> int:
    """Development examples on which the candidate prompts are ranked, which are several passes."""
    table = planning()
    passes = max(len(bench.prompts), 1)
    seconds = max(passes * _slowest_evaluation(probe, room), 1e-9)
    affordable = int(table["ranking_share"] * room.left / seconds)
    return min(dev_size, max(affordable, int(table["least_ranked"])))


def _slowest_evaluation(probe: Probe, room: Room) -> float:
    """Wall seconds for one example, of the slowest method that can run."""
    able = [found for found in probe.methods.values() if found.status.usable]
    return max((found.evaluation_seconds for found in able), default=0.0) * room.slowdown


def head_rows(bench: Bench, probe: Probe, room: Room) -> int | None:
    """Training examples for the linear head of a language model; None for all, as for a new head.

    Each one is a pass that nothing else needs.
    """
    if bench.task.route is Route.HEAD:
        return None
    table = planning()
    affordable = int(table["head_share"] * room.left / max(_slowest_evaluation(probe, room), 1e-9))
    return max(affordable, int(table["least_head_rows"]))


def tokens_for(budget: float) -> int:
    """Tokens that inputs are cut to, for a budget in seconds."""
    return int(_row("most_tokens", budget)["tokens"])


def new_tokens_for(budget: float) -> int:
    """Tokens that written answers are cut to, for a budget in seconds."""
    return int(_row("most_new_tokens", budget)["tokens"])


def _row(table: str, budget: float) -> Mapping[str, int]:
    """The row of a table of planning.yaml that holds for a budget in seconds."""
    row: Mapping[str, int] = next(row for row in planning()[table] if budget <= row["budget"])
    return row


def usual_batch(bench: Bench, token_lengths: Sequence[int]) -> int:
    """Examples of a training batch, by the 95th percentile of the inputs' tokens once they are cut.

    Args:
        bench: says what they are cut to.
        token_lengths: quantiles 0.5, 0.95 and 1 of the inputs.
    """
    table = planning()
    wanted = int(table["batch_tokens"]) // max(min(token_lengths[1], bench.max_tokens), 1)
    return min(max(wanted, int(table["least_batch"])), int(table["most_batch"]))


def long_enough(bench: Bench, methods: Sequence[Method], probe: Probe, room: Room) -> bool:
    """Whether the trials fit with the steps that the recipes call the least."""
    able = [method for method in methods if probe.methods[method.id].status.usable]
    draft = _draft(bench, able, probe, affordable_sizes(bench, probe, room), room)
    whole = draft.level.least > 0 or draft.share == 1.0
    return whole and draft.seconds <= room.left * float(planning()["used_share"])


def make_plan(
    bench: Bench, methods: Sequence[Method], probe: Probe, room: Room, sizes: Sizes, prompt: int = 0
) -> Plan:
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
    table = planning()
    limits = {
        id_: max(
            table["patience_factor"] * room.slowdown * trial_seconds(own, sizes, own.steps),
            table["least_seconds"],
        )
        for id_, own in draft.plans.items()
    }
    return Plan(
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
        dropped=(*_dropped(draft, whole_sizes(bench), sizes, room), *_shortened(bench, probe)),
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
        for twentieth in range(_SHARES, -1, -1):
            share = twentieth / _SHARES
            if share < level.least:
                break
            draft = _at(bench, methods, probe, sizes, room, level, share)
            if draft.seconds <= room.left * planning()["used_share"]:
                return draft
    if draft is None:
        raise ValueError("planning.yaml has no level")
    return draft


def _at(
    bench: Bench, methods: Sequence[Method], probe: Probe, sizes: Sizes, room: Room, level: Level,
    share: float,
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
    return _Draft(level, share, plans, wall)


def _chain(plan: MethodPlan, level: Level, sizes: Sizes) -> float:
    """Seconds that no number of processes can save: rung after rung, then one final run."""
    alone = level._replace(seeds=1)
    rungs = seconds_of(plan, alone, sizes) - trial_seconds(plan, sizes, plan.steps)
    return max(rungs / max(len(plan.pairs), 1), trial_seconds(plan, sizes, plan.steps))


def _dropped(draft: _Draft, whole: Sizes, sizes: Sizes, room: Room) -> tuple[str, ...]:
    """What a larger budget would have brought, as sentences."""
    best = levels()[0]
    level = draft.level
    said = []
    if not level.curve:
        said.append("no learning curve")
    if level.seeds < best.seeds:
        said.append(f"{level.seeds} of {best.seeds} seeds")
    if level.rates < best.rates:
        said.append(f"{level.rates} of {best.rates} pairs of learning rates")
    if level.least == 0:
        said.append("fewer steps than the recipes call the least")
    elif draft.share < 1.0:
        said.append(f"{draft.share:.0%} of the steps of the recipes, or their least")
    if sizes.test < whole.test:
        said.append(f"{sizes.test} of {whole.test} test examples")
    if draft.seconds > room.left:
        said.append(
            f"even so the trials were expected to take {draft.seconds:.0f} s when "
            f"{max(room.left, 0):.0f} s were left; what is not reached in time is left undone"
        )
    return tuple(said)


def _shortened(bench: Bench, probe: Probe) -> tuple[str, ...]:
    """How the examples had to be made smaller so that there is time for enough steps."""
    said = []
    usual = usual_batch(bench, probe.token_lengths)
    if probe.batch_size < usual:
        said.append(f"batches of {probe.batch_size} instead of {usual} examples")
    if probe.max_tokens < bench.max_tokens:
        said.append(f"inputs cut to {probe.max_tokens} instead of {bench.max_tokens} tokens")
    return tuple(said)
