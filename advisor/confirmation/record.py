"""The run file with a micro-benchmark in it: what was planned, sealed, measured and concluded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from advisor.confirmation.agreement import SOFT, agreement_of
from advisor.confirmation.bench import Prepared
from advisor.confirmation.measured import measured_facts
from advisor.facts import Fact
from advisor.microbench.conduct import Findings
from advisor.microbench.judging.alarms import Alarm, Level
from advisor.microbench.judging.outcome import Comparison
from advisor.microbench.summary import Judged, baselines_of, results_of
from advisor.pipeline import advise
from advisor.reasoning.outlook import outlook
from advisor.report.record import record
from advisor.rules.engine import Engine
from advisor.verdict.headline import FULL
from advisor.verdict.verdict import Answer

HEADLINE = (SOFT, FULL)
"""The two methods that are always compared, the reference last."""


def confirmation_record(
    prepared: Prepared, findings: Findings, stated: Sequence[Fact], before: Answer, engine: Engine
) -> dict[str, Any]:
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
    judged = Judged(prepared.bench, findings, reference, tolerance, full_size)
    results = results_of(judged)
    differences = {
        method: difference_of(found, withheld=method in judged.withheld)
        for method, found in judged.comparisons.items()
    }
    measured = {
        "plan": plan_of(findings, prepared),
        "prediction": findings.prediction,
        "baselines": baselines_of(findings.baselines),
        "results": results,
        "difference": differences[soft],
        "differences": differences,
        "curve": judged.learning_curve(soft).model_dump(mode="json"),
        "alarms": [
            alarm.model_dump(mode="json")
            for alarm in (*_overlap(prepared, before), *judged.alarms())
        ],
        "outcome": judged.comparisons[soft].outcome.value,
        "complete": not (findings.interrupted or findings.late),
        "wall_seconds": round(findings.wall_seconds, 1),
    }
    # What an earlier run measured of these methods does not count beside this one.
    anew = tuple(f"measured.{method}." for method in results)
    facts = [
        *(fact for fact in stated if not fact.key.startswith(anew)),
        *measured_facts(measured, before.facts, reference=reference),
    ]
    after = advise(facts, engine)
    agreement = agreement_of(after, findings.prediction, results, differences)
    return {
        **record(after, engine.base, outlook(facts, engine, quick=True)),
        **measured,
        "agreement": agreement,
    }


def _overlap(prepared: Prepared, before: Answer) -> Iterator[Alarm]:
    """The user's own files share rows; the micro-benchmark trains without them.

    It may have read samples of the files, in which fewer rows meet than in the whole of them.
    """
    share = max(prepared.overlap, before.facts.number("data.train_eval_overlap") or 0.0)
    if share > 0:
        yield Alarm(
            id="train_test_overlap",
            method=None,
            level=Level.WARNING,
            sentence=f"{share:.1%} of the evaluation examples also stand in the "
            "training file. They were not trained on here; take them out before the real training, "
            "or its score says less than it seems to.",
        )


def plan_record(
    findings: Findings, prepared: Prepared, before: Answer, engine: Engine
) -> dict[str, Any]:
    """The run file with a plan that was not carried out."""
    return {
        **record(before, engine.base, None),
        "plan": plan_of(findings, prepared),
        "prediction": findings.prediction,
        "baselines": baselines_of(findings.baselines),
    }


def plan_of(findings: Findings, prepared: Prepared) -> dict[str, Any]:
    """The frozen plan with the task and what was probed."""
    return {
        **findings.plan.model_dump(mode="json"),
        "task": prepared.bench.task.model_dump(mode="json"),
        "token_lengths": list(findings.probe.token_lengths),
        "room": findings.probe.room,
        "max_new_tokens": findings.probe.most_written,
        "answer_lengths": list(findings.probe.answer_lengths),
    }


def difference_of(found: Comparison, *, withheld: bool) -> dict[str, Any]:
    """A comparison with full fine-tuning as plain data.

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
    plain: Mapping[str, Any] = {} if difference is None else difference.model_dump(mode="json")
    return {
        "outcome": outcome,
        "by_default": found.by_default,
        "sentence": found.sentence,
        "withheld": withheld,
        "points_below": None if counted is None else round(-counted.points, 4),
        "within_tolerance": within,
        **plain,
    }
