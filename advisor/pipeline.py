"""The program as one reads it: gather facts, estimate, judge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from advisor.catalogue.tables import load_table
from advisor.estimate.estimator import estimate_facts
from advisor.estimate.evaluation import evaluation_facts
from advisor.facts import Fact, FactBase, Source
from advisor.facts.consistency import require_consistent
from advisor.gather import Gathered, Request, gather
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
        Candidate(_short(spec), advise([*gathered.common, *facts], engine))
        for spec, facts in models
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
    facts.add(_task_facts(facts))
    facts.add(estimate_facts(facts))
    facts.add(evaluation_facts(facts))
    return Answer(facts, judge(facts, engine))


def load_engine(packs: Sequence[Path] = ()) -> Engine:
    """Compile the shipped rules, with house rules from ``packs`` on top."""
    return Engine(load_rules(packs, quick=True))


def _short(spec: str) -> str:
    """The name of a model file or folder without its path; a Hub id stays whole."""
    return Path(spec).resolve().name if Path(spec).exists() else spec


def _task_facts(facts: FactBase) -> list[Fact]:
    """What a point usually means for the task type, unless somebody has said it."""
    metrics: dict[str, str] = load_table("tasks.yaml")["metrics"]
    metric = metrics.get(str(facts.value("task.type")))
    if metric is None:
        return []
    return [Fact("task.metric", metric, Source.CATALOGUE, "the usual metric of the task type")]
