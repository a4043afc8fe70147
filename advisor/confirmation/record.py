"""The run file of a micro-benchmark: plan, prediction, results, conclusion, and facts for rules."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from advisor.confirmation.bench import PreparedBench
from advisor.confirmation.prediction import SOFT, agreement_of, prediction_digest
from advisor.decide import Answer, answer_for
from advisor.facts import GIB, Fact, FactBase, Source
from advisor.methods import FULL, load_methods
from advisor.microbench import (
    Alarm,
    AlarmLevel,
    Baselines,
    Comparison,
    JudgedRun,
    RunFindings,
    TrialResult,
    example_points,
    recipe_steps,
    score_of,
    usable_trials,
    winner,
)
from advisor.reasoning import outlook_of
from advisor.report import (
    AlarmEntry,
    BaselineScores,
    ComparedDifference,
    CurveEntry,
    FailedTrial,
    MeasuredRun,
    MethodDifference,
    MethodResult,
    PlanEntry,
    PlannedRun,
    Prediction,
    PromptLine,
    fields_of,
    part_from,
    run_record,
)
from advisor.rules import Engine

_HOUR = 3600.0
_DIGITS = 4
_OF_PROJECT = ("model.name", "model.parameters", "data.train_examples")


def earlier_measurements(facts: Sequence[Fact], notes: list[str]) -> list[Fact]:
    """What an earlier micro-benchmark measured, if it was of this model and these data.

    Args:
        facts: all that were gathered; where two of a key contradict each other, the project is
            another one.
        notes: gets a sentence where measurements are left out.
    """
    found = [fact for fact in facts if fact.of_microbenchmark]
    base = FactBase(facts)
    for key in _OF_PROJECT:
        if found and base.conflicts(key):
            notes.append(f"an earlier micro-benchmark does not count here, as it had another {key}")
            return []
    return found


def measured_facts(
    plan: PlanEntry,
    results: Mapping[str, MethodResult],
    differences: Mapping[str, MethodDifference],
    examples: float | None,
    *,
    reference: str,
) -> Iterator[Fact]:
    """State what was measured of each method.

    Args:
        plan: of the micro-benchmark.
        results: by method.
        differences: of each method with the reference.
        examples: training examples of the whole project; None if unknown.
        reference: the method that the others are compared with.
    """
    for method, result in results.items():
        detail = f"micro-benchmark, {plan.train_size} training examples"
        peak = result.peak_memory_bytes
        found: dict[str, Any] = {
            "score": result.score,
            "memory_gib": None if result.score is None or peak is None else peak / GIB,
            "hours": None
            if _cut(plan)
            else _hours(method, result, examples or plan.train_size, plan.batch_size),
        }
        difference = differences.get(method)
        if method != reference and difference is not None:
            found["points_below_full"] = difference.points_below
            if not difference.by_default:  # what does not fit here says nothing of quality
                found["outcome"] = difference.outcome
            if examples:
                found["data_share"] = min(plan.train_size / examples, 1.0)
        for name, value in found.items():
            if value is not None:
                yield Fact(f"measured.{method}.{name}", value, Source.MEASURED, detail)


def _cut(plan: PlanEntry) -> bool:
    """Whether so many inputs were cut that a step on all of their tokens would take longer."""
    _, usual, _ = plan.token_lengths
    return usual > plan.max_tokens


def _hours(method: str, result: MethodResult, examples: float, batch_size: int) -> float | None:
    """Of the recipe's run on all the data, by the measured step."""
    if not result.seconds_per_step:
        return None
    steps = recipe_steps(load_methods()[method], int(examples), batch_size)
    return steps * result.seconds_per_step / _HOUR


HEADLINE = (SOFT, FULL)
"""The two methods that are always compared, the reference last."""


def confirmation_record(
    prepared: PreparedBench,
    findings: RunFindings,
    stated: Sequence[Fact],
    before: Answer,
    engine: Engine,
) -> MeasuredRun:
    """Judge the findings, state the measured facts, advise again, and put it all into one object.

    Args:
        prepared: bench and overlap.
        findings: what the run has found, complete or not.
        stated: facts of the project before the run, those of earlier micro-benchmarks among them.
        before: the advice on them.
        engine: the rules.
    """
    soft, reference = HEADLINE
    tolerance = before.facts.number("quality.tolerance_points") or 0.0
    full_size = int(before.facts.number("data.train_examples") or findings.plan.train_size)
    judged = JudgedRun(prepared.bench, findings, reference, tolerance, full_size)
    results = results_of(judged)
    differences = {
        method: difference_of(found, withheld=method in judged.withheld)
        for method, found in judged.comparisons.items()
    }
    plan = plan_of(findings, prepared)
    # What an earlier run measured of these methods does not count beside this one.
    anew = tuple(f"measured.{method}." for method in results)
    facts = [
        *(fact for fact in stated if not fact.key.startswith(anew)),
        *measured_facts(
            plan,
            results,
            differences,
            before.facts.number("data.train_examples"),
            reference=reference,
        ),
    ]
    after = answer_for(facts, engine)
    prediction = part_from(Prediction, findings.prediction)
    intact = prediction_digest(findings.prediction) == prediction.sha256
    return MeasuredRun(
        **fields_of(run_record(after, engine.base, outlook_of(facts, engine, quick=True))),
        plan=plan,
        prediction=prediction,
        baselines=baselines_of(findings.baselines),
        results=results,
        difference=differences[soft],
        differences=differences,
        curve=part_from(CurveEntry, judged.learning_curve(soft).model_dump(mode="json")),
        alarms=[
            part_from(AlarmEntry, alarm.model_dump(mode="json"))
            for alarm in (*_overlap(prepared, before), *judged.alarms())
        ],
        outcome=judged.comparisons[soft].outcome.value,
        complete=not (findings.interrupted or findings.late),
        wall_seconds=round(findings.wall_seconds, 1),
        agreement=agreement_of(after, prediction, results, differences, intact=intact),
    )


def _overlap(prepared: PreparedBench, before: Answer) -> Iterator[Alarm]:
    """The user's own files share rows; the micro-benchmark trains without them.

    It may have read samples of the files, in which fewer rows meet than in the whole of them.
    """
    share = max(prepared.overlap, before.facts.number("data.train_eval_overlap") or 0.0)
    if share > 0:
        yield Alarm(
            id="train_test_overlap",
            method=None,
            level=AlarmLevel.WARNING,
            sentence=f"{share:.1%} of the evaluation examples also stand in the "
            "training file. They were not trained on here; take them out before the real training, "
            "or its score says less than it seems to.",
        )


def plan_record(
    findings: RunFindings, prepared: PreparedBench, before: Answer, engine: Engine
) -> PlannedRun:
    """The run file with a plan that was not carried out."""
    return PlannedRun(
        **fields_of(run_record(before, engine.base)),
        plan=plan_of(findings, prepared),
        prediction=part_from(Prediction, findings.prediction),
        baselines=baselines_of(findings.baselines),
    )


def plan_of(findings: RunFindings, prepared: PreparedBench) -> PlanEntry:
    """The frozen plan with the task and what was probed."""
    found = {
        **findings.plan.model_dump(mode="json"),
        "task": prepared.bench.task.model_dump(mode="json"),
        "token_lengths": list(findings.probe.token_lengths),
        "room": findings.probe.room,
        "max_new_tokens": findings.probe.most_written,
        "answer_lengths": list(findings.probe.answer_lengths),
    }
    return part_from(PlanEntry, found)


def results_of(judged: JudgedRun) -> dict[str, MethodResult]:
    """By method: score with its spread, chosen rates, cost; failed methods with their reason."""
    plan = judged.findings.plan
    return {method: _result(judged, method) for method in (*plan.methods, *plan.left_out)}


def _result(judged: JudgedRun, method: str) -> MethodResult:
    findings = judged.findings
    trials = judged.trials(method)
    usable = usable_trials(trials)
    planned = method in findings.plan.methods
    chosen = winner(findings.plan, method, findings.results) if planned else None
    found = None
    if usable:
        metric = judged.bench.task.metric
        points = example_points([trial.test for trial in usable], metric, judged.targets)
        found = score_of(method, points, metric)
    return MethodResult(
        score=_rounded(found.score) if found else None,
        interval=(_rounded(found.interval[0]), _rounded(found.interval[1])) if found else None,
        seeds=[_rounded(score) for score in found.by_seed] if found else [],
        dev_score=_mean([trial.dev_score for trial in usable]),
        train_score=_mean([trial.train_score for trial in usable]),
        learning_rate=chosen[0] if chosen else None,
        head_rate=chosen[1] if chosen else None,
        steps=[trial.steps_done for trial in usable],
        seconds_per_step=_mean([trial.seconds_per_step for trial in usable]),
        peak_memory_bytes=max((trial.peak_memory for trial in usable), default=None),
        trainable_parameters=max((trial.trainable_parameters for trial in usable), default=None),
        artefact_bytes=max((trial.artefact_bytes for trial in usable), default=None),
        general_loss=_mean([trial.general_loss for trial in usable]),
        failed=_failed([*judged.search.get(method, []), *trials]),
    )


def _failed(trials: Sequence[TrialResult]) -> list[FailedTrial]:
    """The trials without a score, each once."""
    failed = {trial.trial: trial for trial in trials if not trial.status.usable}
    return [
        FailedTrial(trial=trial.trial, status=trial.status.value, message=trial.message)
        for trial in failed.values()
    ]


def baselines_of(baselines: Baselines | None) -> BaselineScores | None:
    """The baselines without their single outcomes."""
    if baselines is None:
        return None
    return BaselineScores(
        majority=baselines.majority,
        zero_shot=baselines.zero_shot,
        head_only=baselines.head_only,
        head_only_rows=baselines.head_only_rows,
        general_loss=baselines.general_loss,
        prompts=[
            PromptLine(**scored.prompt.model_dump(mode="json"), dev_score=scored.dev_score)
            for scored in baselines.prompts
        ],
        note=baselines.note,
    )


def _mean(numbers: Sequence[float | None]) -> float | None:
    known = [number for number in numbers if number is not None and math.isfinite(number)]
    return _rounded(statistics.fmean(known)) if known else None


def _rounded(number: float) -> float:
    return round(number, _DIGITS)


def difference_of(found: Comparison, *, withheld: bool) -> MethodDifference:
    """A comparison with full fine-tuning as the record states it.

    ``outcome`` is the method's own; ``points_below`` and ``within_tolerance``, which rules and the
    scoring of the prediction read, are None where the comparison is withheld, the second also where
    the interval leaves it open.
    """
    own = found.method_a
    difference = found.difference
    counted = None if withheld else difference
    within = None
    if counted is not None and counted.a_within_tolerance:
        within = True
    elif counted is not None and counted.interval_90[1] < -counted.tolerance:
        within = False
    outcome = "inconclusive"
    if found.equivalent:
        outcome = "equivalent"
    elif found.winner is not None:
        outcome = "better" if found.winner == own else "worse"
    told: dict[str, Any] = {
        "outcome": outcome,
        "by_default": found.by_default,
        "sentence": found.sentence,
        "withheld": withheld,
        "points_below": None if counted is None else round(-counted.points, 4),
        "within_tolerance": within,
    }
    if difference is None:
        return MethodDifference(**told)
    return ComparedDifference(**told, **difference.model_dump())
