"""The budget with which a micro-benchmark here would settle what this one has left open."""

from __future__ import annotations

from collections.abc import Callable

from advisor.catalogue.tables import load_methods
from advisor.microbench.conduct import Findings
from advisor.microbench.planning.cost import Sizes, planning
from advisor.microbench.planning.ladder import Room, affordable_sizes, make_plan, sizes_for
from advisor.microbench.planning.plan import Plan
from advisor.microbench.preparing.budget import parse_budget
from advisor.microbench.spec import Bench


def budget_for(
    bench: Bench, findings: Findings, train: int, test: int, suffices: Callable[[Plan], bool]
) -> str | None:
    """The smallest of the offered budgets whose plan suffices, as it is typed; None if none does.

    Plans are made as for a real run, by what steps took here. Inputs that a larger budget would cut
    less take longer, so it is a guess from below.

    Args:
        bench: what was trained on.
        findings: its plan and probe.
        train: training examples of the whole project.
        test: examples to judge by that the user would have then.
        suffices: whether a plan would settle it.
    """
    probe, plan = findings.probe, findings.plan
    ids, architecture = (*plan.methods, *plan.left_out), bench.task.architecture
    methods = [load_methods()[id_].on(architecture) for id_ in ids]
    for offered in planning()["offered_budgets"]:
        budget = parse_budget(offered)
        if budget <= plan.budget_seconds:
            continue
        most = sizes_for(budget)
        room = Room(
            budget, budget - probe.loading_seconds, plan.slots, plan.memory_limit, probe.slowdown
        )
        whole = Sizes(min(most.train, train), most.dev, min(most.test, test))
        sizes = affordable_sizes(whole, probe, room)
        if suffices(make_plan(bench, methods, probe, room, sizes, plan.prompt)):
            return str(offered)
    return None
