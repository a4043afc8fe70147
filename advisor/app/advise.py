"""Advise: gather what a request names, and judge every candidate model with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from advisor.app.gather import Gathered, gather_facts, subject_of
from advisor.decide import Answer, answer_for
from advisor.estimate import FindProfile
from advisor.facts import Fact, FactBase
from advisor.profilers import Request, lies_on_disk
from advisor.rules import Engine


@dataclass(frozen=True, slots=True)
class Candidate:
    """The answer for one base model; the name is empty where none was given."""

    model: str
    answer: Answer


def advise_project(
    request: Request, engine: Engine, *, traced: bool = False
) -> tuple[list[Candidate], Gathered]:
    """Gather what the request names and judge every candidate model with it.

    Args:
        request: where the facts are.
        engine: the compiled rule base.
        traced: whether memory is traced rather than estimated in the closed form, which takes
            some seconds a model.
    """
    gathered = gather_facts(request)
    models = gathered.models or (("", ()),)
    notes = list(gathered.notes)
    candidates = []
    for name, (spec, facts) in zip(_names([spec for spec, _ in models]), models, strict=True):
        known = [*gathered.common, *facts]
        find = _tracer(request, spec, known, notes) if traced else None
        candidates.append(Candidate(name, answer_for(known, engine, find)))
    return candidates, replace(gathered, notes=tuple(dict.fromkeys(notes)))


def _tracer(
    request: Request, spec: str, known: Sequence[Fact], notes: list[str]
) -> FindProfile | None:
    if not spec:
        notes.append("--trace needs --model; the closed form is used")
        return None
    subject = subject_of(request, FactBase(known), notes, traced=True, model=spec)
    return subject.profile if subject.config is not None else None


def _names(specs: Sequence[str]) -> list[str]:
    """Names for the candidates: of files and folders the last part, unless two are the same."""
    short = [_short(spec) for spec in specs]
    return list(specs) if len(set(short)) < len(short) else short


def _short(spec: str) -> str:
    return Path(spec).resolve().name if lies_on_disk(spec) else spec
