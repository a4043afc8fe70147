"""The run file of a micro-benchmark: plan, prediction, results, conclusion, and facts for rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from advisor.confirmation.bench import Prepared
from advisor.confirmation.prediction import SOFT, agreement_of
from advisor.decide.answer import answer_for
from advisor.decide.verdict import Answer
from advisor.facts import Fact, FactBase, Source
from advisor.methods import FULL, load_methods
from advisor.microbench.judging.alarms import Alarm, Level
from advisor.microbench.judging.outcome import Comparison
from advisor.microbench.planning.cost import recipe_steps
from advisor.microbench.run import Findings
from advisor.microbench.summary import Judged, baselines_of, results_of
from advisor.reasoning.outlook import outlook
from advisor.report.record import record
from advisor.rules.engine import Engine

_GIB = 2.0**30
_HOUR = 3600.0
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


def measured_facts(record: Mapping[str, Any], facts: FactBase, *, reference: str) -> Iterator[Fact]:
    """State what was measured of each method.

    Args:
        record: ``plan``, ``results`` and ``differences`` of the micro-benchmark.
        facts: the project's, for the number of its training examples.
        reference: the method that the others are compared with.
    """
    plan, examples = record["plan"], facts.number("data.train_examples")
    for method, result in record["results"].items():
        detail = f"micro-benchmark, {plan['train_size']} training examples"
        found: dict[str, Any] = {
            "score": result["score"],
            "memory_gib": result["peak_memory_bytes"] / _GIB
            if result["score"] is not None
            else None,
            "hours": None
            if _cut(plan)
            else _hours(method, result, examples or plan["train_size"], plan["batch_size"]),
        }
        difference = record["differences"].get(method)
        if method != reference and difference is not None:
            found["points_below_full"] = difference["points_below"]
            if not difference["by_default"]:  # what does not fit here says nothing of quality
                found["outcome"] = difference["outcome"]
            if examples:
                found["data_share"] = min(plan["train_size"] / examples, 1.0)
        for name, value in found.items():
            if value is not None:
                yield Fact(f"measured.{method}.{name}", value, Source.MEASURED, detail)


def _cut(plan: Mapping[str, Any]) -> bool:
    """Whether so many inputs were cut that a step on all of their tokens would take longer."""
    _, usual, _ = plan["token_lengths"]
    return bool(usual > plan["max_tokens"])


def _hours(
    method: str, result: Mapping[str, Any], examples: float, batch_size: int
) -> float | None:
    """Of the recipe's run on all the data, by the measured step."""
    if not result["seconds_per_step"]:
        return None
    steps = recipe_steps(load_methods()[method], int(examples), batch_size)
    return steps * float(result["seconds_per_step"]) / _HOUR


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
    after = answer_for(facts, engine)
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
