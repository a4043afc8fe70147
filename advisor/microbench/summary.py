"""What a finished micro-benchmark comes to: scores, comparisons, and what would settle it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from advisor.catalogue import planning
from advisor.methods import load_methods
from advisor.microbench.judging.alarms import Alarm, AlarmLevel, alarms, still_better
from advisor.microbench.judging.curve import LearningCurve, learning_curve
from advisor.microbench.judging.failures import why_none
from advisor.microbench.judging.outcome import Comparison, compare_methods
from advisor.microbench.judging.scores import usable_trials
from advisor.microbench.planning.cost import Sizes
from advisor.microbench.planning.ladder import Room, affordable_sizes, make_plan, sizes_for
from advisor.microbench.planning.plan import TrialPlan
from advisor.microbench.planning.schedule import curve, finals, search, untrainable
from advisor.microbench.preparing.budget import parse_budget
from advisor.microbench.records import Bench, Metric, TrialResult
from advisor.microbench.run import RunFindings


def budget_for(
    bench: Bench,
    findings: RunFindings,
    train: int,
    test: int,
    suffices: Callable[[TrialPlan], bool],
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
    for offered in planning().offered_budgets:
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


class JudgedRun:
    """The trials of a run by what they are for, and the comparisons that they allow.

    Args:
        bench: what was trained on.
        findings: plan and results, complete or not.
        reference: the method that all others are compared with.
        tolerance: points that do not matter.
        full_size: training examples of the whole project.

    Attributes:
        withheld: methods whose comparison with the reference counts for nothing, as the runs were
            too short.
    """

    def __init__(
        self, bench: Bench, findings: RunFindings, reference: str, tolerance: float, full_size: int
    ) -> None:
        self.bench = bench
        self.findings = findings
        self.reference = reference
        self.full_size = full_size
        plan = findings.plan
        self.targets = targets_of(bench, plan.test_size)
        self.finals = {method: self._results(finals, method) for method in plan.methods}
        self.search = {method: self._results(search, method) for method in plan.methods}
        self.curves = {method: self._results(curve, method) for method in plan.methods}
        self.withheld: set[str] = set()
        self.comparisons = {
            method: self._compare(method, tolerance)
            for method in (*plan.methods, *plan.left_out)
            if method != reference
        }

    def trials(self, method: str) -> Sequence[TrialResult]:
        """What a method is judged by: its final runs, or what failed so that there can be none.

        Nothing is told from failures as long as runs are open that may succeed.
        """
        plan, results = self.findings.plan, self.findings.results
        if method not in plan.methods:
            probe = self.findings.probe.methods[method]
            if probe.status.usable:
                return []
            return [TrialResult(trial="probe", status=probe.status, message=probe.message)]
        found = self.finals[method]
        if usable_trials(found) or len(found) >= plan.seeds:
            return found
        if untrainable(plan, method, results):
            return [result for result in self.search[method] if not result.status.usable]
        return []

    def alarms(self) -> tuple[Alarm, ...]:
        """What makes the figures mean less than they seem to, the serious ones first."""
        plan, results = self.findings.plan, self.findings.results
        if self.findings.baselines is None:
            return ()
        trials = [
            trial
            for stage in (search, finals, curve)
            for method in plan.methods
            for trial in stage(plan, method, results)
        ]
        test = self.bench.splits.test[: plan.test_size]
        found = list(results.values())
        metric, baselines = self.bench.task.metric, self.findings.baselines
        return (*self._left_out(), *alarms(metric, test, baselines, trials, found))

    def _left_out(self) -> Iterator[Alarm]:
        """Methods that no trial was run of, as their probe had failed."""
        for method in self.findings.plan.left_out:
            sentence = why_none(method, self.trials(method))
            yield Alarm(id="left_out", method=method, level=AlarmLevel.SERIOUS, sentence=sentence)

    def learning_curve(self, method: str) -> LearningCurve:
        """The curves of a method and of the reference over the sizes that were trained on.

        The scores of the other methods stand beside theirs.
        """
        pair = (method, self.reference)
        first, second = (self._by_size(one) for one in pair)
        metric = self.bench.task.metric
        others = [one for one in self.findings.plan.methods if one not in pair]
        beside = {one: self._by_size(one) for one in others}
        return learning_curve(pair, first, second, metric, self.targets, self.full_size, beside)

    def _by_size(self, method: str) -> dict[int, list[TrialResult]]:
        results, plan = self.findings.results, self.findings.plan
        if method not in plan.methods:
            return {}
        found: dict[int, list[TrialResult]] = {}
        for trial in (*curve(plan, method, results), *finals(plan, method, results)):
            if trial.id in results:
                found.setdefault(trial.train_size, []).append(results[trial.id])
        return found

    def _results(self, stage: Any, method: str) -> list[TrialResult]:
        results = self.findings.results
        trials = stage(self.findings.plan, method, results)
        return [results[trial.id] for trial in trials if trial.id in results]

    def _compare(self, method: str, tolerance: float) -> Comparison:
        found = compare_methods(
            method,
            self.trials(method),
            self.reference,
            self.trials(self.reference),
            self.bench.task.metric,
            self.targets,
            tolerance,
        )
        return self._with_budget(self._withheld(found))

    def _withheld(self, found: Comparison) -> Comparison:
        """No method loses, or is as good as another, by runs too short to show anything."""
        if found.difference is None:
            return found
        why = self._too_short(found) or self._less_effort(found)
        if not why:
            return found
        self.withheld.add(found.method_a)
        longer = self._fair_budget()
        told = f"{found.sentence} But {why}, so this settles nothing: give it " + (
            f"--budget {longer}." if longer else "a faster machine, or a smaller model."
        )
        return found.model_copy(update={"winner": None, "equivalent": False, "sentence": told})

    def _with_budget(self, found: Comparison) -> Comparison:
        """An open comparison tells the budget that holds what would settle it."""
        difference = found.difference
        if difference is None:
            return self._with_time_for_scores(found)
        if difference.needed_test_examples is None or found.method_a in self.withheld:
            return found
        examples, seeds = difference.needed_test_examples, difference.needed_seeds or 1
        budget = budget_for(
            self.bench,
            self.findings,
            self.full_size,
            examples,
            lambda plan: plan.test_size >= examples and plan.seeds >= seeds,
        )
        told = f"That takes --budget {budget}." if budget else "No budget here would hold that."
        return found.model_copy(
            update={
                "sentence": f"{found.sentence} {told}",
                "difference": difference.model_copy(update={"needed_budget": budget}),
            }
        )

    def _with_time_for_scores(self, found: Comparison) -> Comparison:
        """Where the budget ended before there were two scores, the one that holds them."""
        plan = self.findings.plan
        sides = (found.method_a, found.method_b)
        cut_off = all(
            m in plan.methods and all(t.status.usable for t in self.trials(m)) for m in sides
        )
        if found.winner is not None or not self.findings.late or not cut_off:
            return found
        longer = self._fair_budget()
        if longer is None:
            return found
        told = f"{found.sentence} The budget ended before that; --budget {longer} likely holds it."
        return found.model_copy(update={"sentence": told})

    def _fair_budget(self) -> str | None:
        """The one in which all methods would have had their steps, on the same examples."""
        plan = self.findings.plan
        return budget_for(self.bench, self.findings, plan.train_size, plan.test_size, _fair)

    def _too_short(self, found: Comparison) -> str:
        """Which method that does not win had fewer steps than it needs to show anything."""
        for method in (found.method_a, found.method_b):
            steps, least = self.findings.plan.methods[method].steps, _least_steps(method)
            if method != found.winner and steps < least:
                name = load_methods()[method].name
                return f"{name} had {steps} steps in this budget, and shows little before {least}"
        return ""

    def _less_effort(self, found: Comparison) -> str:
        """That the loser had less of its recipe than the winner, and was still getting better."""
        if found.winner is None:
            return ""
        loser = found.method_b if found.winner == found.method_a else found.method_a
        plans = self.findings.plan.methods
        own, other = plans[loser], plans[found.winner]
        # Shares that are meant to be equal differ by the rounding to whole steps.
        less = own.steps + 1 < other.effort * own.recipe_steps
        if not less or not still_better(usable_trials(self.trials(loser))):
            return ""
        return (
            f"{load_methods()[loser].name} had {own.effort:.0%} of its recipe's steps against "
            f"{other.effort:.0%}, and was still getting better at their end"
        )


def _fair(plan: TrialPlan) -> bool:
    """Whether every method has the steps that it needs, and as much of its recipe as any other."""
    most = max((own.effort for own in plan.methods.values()), default=0.0)
    return all(
        own.steps >= _least_steps(method) and own.steps + 1 >= most * own.recipe_steps
        for method, own in plan.methods.items()
    )


def _least_steps(method: str) -> int:
    return int(load_methods()[method].recipe["least_steps"])


def targets_of(bench: Bench, size: int) -> tuple[float, ...]:
    """The true numbers of the test split for a correlation; empty for other metrics."""
    if bench.task.metric is not Metric.PEARSON:
        return ()
    return tuple(float(example.target) for example in bench.splits.test[:size])
