"""The program as one reads it: gather facts, estimate, judge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from advisor.catalogue.tables import load_table
from advisor.estimate.estimator import estimate_facts
from advisor.estimate.evaluation import evaluation_facts
from advisor.facts import Fact, FactBase, Source, Value
from advisor.facts.consistency import require_consistent
from advisor.gather import Gathered, Request, gather, lies_on_disk
from advisor.rules.engine import Engine
from advisor.rules.loading import load_rules
from advisor.verdict.verdict import Answer, judge


@dataclass(frozen=True, slots=True)
class Candidate:
    """The answer for one base model; the name is empty where none was given."""

    model: str
    answer: Answer


def run(request: Request, engine: Engine) -> tuple[list[Candidate], Gathered]:
    """Gather what the request names and judge every candidate model with it."""
    gathered = gather(request)
    models = gathered.models or (("", ()),)
    candidates = [
        Candidate(name, advise([*gathered.common, *facts], engine))
        for name, (_, facts) in zip(_names([spec for spec, _ in models]), models, strict=True)
    ]
    return candidates, gathered


def advise(stated: Iterable[Fact], engine: Engine | None = None) -> Answer:
    """Judge a project.

    Args:
        stated: facts from profilers, the questionnaire, files and flags, in any order.
        engine: the compiled rule base; the shipped rules by default.

    Raises:
        AdvisorError: if two facts contradict each other.
    """
    engine = engine or load_engine()
    facts = FactBase(stated).with_defaults()
    require_consistent(facts)
    _add_computed(facts)
    values = {fact.key: fact.value for fact in facts}
    inputs = {key for fact_type in facts.vocabulary.values() for key in fact_type.inputs}

    def values_without(key: str) -> Mapping[str, Value]:
        if key not in inputs:
            return {**values, key: None}
        unknown = FactBase(f for f in facts.statements() if f.source is not Source.ESTIMATED)
        unknown.forget(key, Source.DEFAULT)
        _add_computed(unknown)
        return {fact.key: fact.value for fact in unknown}

    return Answer(facts, judge(facts, engine, values_without))


def _add_computed(facts: FactBase) -> None:
    facts.add(_task_facts(facts))
    facts.add(estimate_facts(facts))
    facts.add(evaluation_facts(facts))


def load_engine(packs: Sequence[Path] = ()) -> Engine:
    """Compile the shipped rules, with house rules from ``packs`` on top."""
    return Engine(load_rules(packs, quick=True))


def _names(specs: Sequence[str]) -> list[str]:
    """Names for the candidates: of files and folders the last part, unless two are the same."""
    short = [_short(spec) for spec in specs]
    return list(specs) if len(set(short)) < len(short) else short


def _short(spec: str) -> str:
    return Path(spec).resolve().name if lies_on_disk(spec) else spec


def _task_facts(facts: FactBase) -> list[Fact]:
    """What a point usually means for the task type, unless somebody has said it."""
    metrics: dict[str, str] = load_table("tasks.yaml")["metrics"]
    metric = metrics.get(str(facts.value("task.type")))
    if metric is None:
        return []
    return [Fact("task.metric", metric, Source.CATALOGUE, "the usual metric of the task type")]
