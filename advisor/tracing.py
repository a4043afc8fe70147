"""The model whose steps are traced: its sizes from the facts, its configuration from its files."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from advisor.estimate.job import corners
from advisor.estimate.subject import Subject
from advisor.facts import FactBase
from advisor.gather import Request
from advisor.profilers.model.profile import raw_config
from advisor.support.errors import AdvisorError

_LIBRARIES = ("torch", "transformers", "peft")


def subject_of(
    request: Request, facts: FactBase, notes: list[str], *, traced: bool, model: str = ""
) -> Subject:
    """The model of a request.

    Args:
        request: where the model lies, and whether the network may be used.
        facts: what its profile has told.
        notes: gets a remark where a trace was wanted and cannot be made.
        traced: whether its steps are to be traced where that is possible.
        model: which of several; the first one if empty.

    Raises:
        AdvisorError: if its size is unknown, or its configuration damaged or incomplete.
    """
    job = corners(facts)
    if job is None:
        raise AdvisorError(
            "the model's size is not known, so nothing can be estimated",
            where="MODEL",
            hint="name a folder, a config.json or a GGUF file, or --set model.parameters=8B",
        )
    spec = model or (request.models[0] if request.models else "")
    largest = job.many[0]
    # It is read even where nothing is traced: a damaged or incomplete one is an error everywhere.
    config = raw_config(spec, offline=request.offline) if spec else None
    if spec and traced:
        config = _traceable(config, notes)
    name = spec or "the stated model"
    return Subject(name, largest.model_type, largest.shape, config if traced else None)


def _traceable(config: Mapping[str, Any] | None, notes: list[str]) -> Mapping[str, Any] | None:
    """The configuration to trace, or None with a note where there is nothing to trace with."""
    missing = [name for name in _LIBRARIES if find_spec(name) is None]
    if missing:
        notes.append(
            f"{' and '.join(missing)} not installed, so the closed form is used; "
            "pip install 'tuning-advisor[train]' to trace the real step"
        )
        return None
    if config is None:
        notes.append("no configuration of the model to trace, so the closed form is used")
    return config
