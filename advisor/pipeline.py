"""The program as one reads it: gather facts, estimate, judge."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from advisor.catalogue.tables import load_table
from advisor.estimate.estimator import estimate_facts
from advisor.estimate.evaluation import evaluation_facts
from advisor.estimate.memory import FindProfile
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


def run(
    request: Request, engine: Engine, *, traced: bool = False
) -> tuple[list[Candidate], Gathered]:
    """Gather what the request names and judge every candidate model with it.

    Args:
        request: where the facts are.
        engine: the compiled rule base.
        traced: whether memory is traced rather than estimated in the closed form, which takes
            some seconds a model.
    """
    gathered = gather(request)
    models = gathered.models or (("", ()),)
    notes = list(gathered.notes)
    candidates = []
    for name, (spec, facts) in zip(_names([spec for spec, _ in models]), models, strict=True):
        known = [*gathered.common, *facts]
        find = _tracer(request, spec, known, notes) if traced else None
        candidates.append(Candidate(name, advise(known, engine, find)))
    return candidates, replace(gathered, notes=tuple(dict.fromkeys(notes)))


def _tracer(
    request: Request, spec: str, known: Sequence[Fact], notes: list[str]
) -> FindProfile | None:
    from advisor.tracing import subject_of

    if not spec:
        notes.append("--trace needs --model; the closed form is used")
        return None
    subject = subject_of(request, FactBase(known), notes, traced=True, model=spec)
    return subject.profile if subject.config is not None else None


def advise(
    stated: Iterable[Fact], engine: Engine | None = None, find: FindProfile | None = None
) -> Answer:
    """Judge a project.

    Args:
        stated: facts from profilers, the questionnaire, files and flags, in any order.
        engine: the compiled rule base; the shipped rules by default.
        find: finds out the memory of a step more exactly than the closed form.

    Raises:
        AdvisorError: if two facts contradict each other.
    """
    engine = engine or load_engine()
    facts = completed(stated, find)
    values = facts.values()
    inputs = {key for fact_type in facts.vocabulary.values() for key in fact_type.inputs}

    def values_without(key: str) -> Mapping[str, Value]:
        if key not in inputs:
            return {**values, key: None}
        unknown = FactBase(f for f in facts.statements() if f.source is not Source.ESTIMATED)
        unknown.forget(key, Source.DEFAULT)
        _add_computed(unknown, find)
        return unknown.values()

    return Answer(facts, judge(facts, engine, values_without))


def completed(
    stated: Iterable[Fact],
    find: FindProfile | None = None,
    estimate: Callable[[FactBase, FindProfile | None], Iterable[Fact]] = estimate_facts,
) -> FactBase:
    """The facts with declared defaults and all that can be computed from them.

    Args:
        stated: as for `advise`.
        find: as for `advise`.
        estimate: works out the estimates; the closed form by default.

    Raises:
        AdvisorError: if two facts contradict each other.
    """
    facts = FactBase(stated).with_defaults()
    require_consistent(facts)
    _add_computed(facts, find, estimate)
    return facts


def _add_computed(
    facts: FactBase,
    find: FindProfile | None,
    estimate: Callable[[FactBase, FindProfile | None], Iterable[Fact]] = estimate_facts,
) -> None:
    facts.add(_task_facts(facts))
    facts.add(estimate(facts, find))
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
    metric = _metrics().get(str(facts.value("task.type")))
    if metric is None:
        return []
    return [Fact("task.metric", metric, Source.CATALOGUE, "the usual metric of the task type")]


@functools.cache
def _metrics() -> dict[str, str]:
    metrics: dict[str, str] = load_table("tasks.yaml")["metrics"]
    return metrics
