"""Gather the facts of a project: flags, facts files, the model, the data and the machine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.facts import Fact, FactBase, FactType, Source, load_facts, load_vocabulary, read_value
from advisor.profilers import Request, lies_on_disk
from advisor.support import AdvisorError

# Whoever states one of these plans for another machine than the one that the program runs on, so
# nothing of this one is mixed in.
_MACHINE = (
    "hardware.accelerator",
    "hardware.accelerator_name",
    "hardware.accelerator_memory_gib",
    "hardware.accelerator_count",
)

if TYPE_CHECKING:
    from advisor.estimate import Subject

_LONGEST_NAME = 200
_LIBRARIES = ("torch", "transformers", "peft")
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True, slots=True)
class Gathered:
    """Facts, apart for each candidate model, and sentences that the user should see."""

    common: tuple[Fact, ...]
    models: tuple[tuple[str, tuple[Fact, ...]], ...]
    notes: tuple[str, ...]


def gather_facts(request: Request, stated: Iterable[Fact] = ()) -> Gathered:
    """Read and detect all that the request names.

    Args:
        request: where to look.
        stated: facts that are known already, such as answers; flags win over them.

    Raises:
        AdvisorError: if a file, model or setting is missing or malformed.
    """
    facts = setting_facts(request.settings)
    facts.extend(stated)
    for path in request.facts_files:
        facts.extend(load_facts(path))
    notes: list[str] = []
    models = tuple(
        (spec, tuple(_model_facts(spec, request, facts, notes))) for spec in request.models
    )
    if request.data.train is not None or request.data.evaluation is not None:
        facts.extend(_data_facts(request, notes))
    facts.extend(machine_facts(request, facts))
    return Gathered(tuple(facts), models, tuple(notes))


def setting_facts(texts: Iterable[str]) -> list[Fact]:
    """The facts that several ``--set key=value`` state, each once."""
    facts = [setting_fact(text) for text in texts]
    for fact in facts:
        if sum(other.key == fact.key for other in facts) > 1:
            raise AdvisorError(f"{fact.key} is set twice", where="--set", hint="keep one of them")
    return facts


def setting_fact(text: str) -> Fact:
    """The fact that ``--set key=value`` states."""
    key, sign, raw = text.partition("=")
    where = f"--set {text[:80]}"
    if not sign:
        raise AdvisorError(
            "a setting has the form key=value", where=where, hint="--set data.train_examples=5k"
        )
    fact_type = load_vocabulary().require(key.strip(), where=where)
    if fact_type.derived:
        raise AdvisorError(f"{key} is computed from other facts and cannot be set", where=where)
    return Fact(fact_type.key, read_value(fact_type, raw, where=where), Source.FLAG, "--set")


def machine_facts(request: Request, stated: Iterable[Fact]) -> list[Fact]:
    """Facts on the machine: the planned one, the stated one, or else this one."""
    if request.gpu is not None:
        from advisor.profilers import planned_hardware

        return planned_hardware(request.gpu, request.gpus)
    if request.gpus != 1:
        raise AdvisorError("--gpus needs --gpu", where="--gpus", hint='--gpu "RTX 4090" --gpus 2')
    if not request.detect or any(fact.key in _MACHINE for fact in stated):
        return []
    from advisor.profilers import profile_hardware

    return profile_hardware()


def named_facts(fact_type: FactType, line: str, *, offline: bool) -> Sequence[Fact]:
    """What a reply tells that names a device or a model rather than answering the question itself.

    Args:
        fact_type: the fact that was asked for.
        line: the reply.
        offline: whether the network is left alone; a Hub id is looked up otherwise.

    Returns:
        the facts of a device of the GPU table, or of a model's folder or Hub id; none if the
        question takes no names, or the line is none.

    Raises:
        AdvisorError: if the name is not known, stands for several devices, or cannot be read.
    """
    if fact_type.names == "device":
        from advisor.profilers import planned_hardware

        # How many of them there are is a question of its own.
        named = planned_hardware(line, 1)
        return [fact for fact in named if fact.key != "hardware.accelerator_count"]
    if fact_type.names == "model" and (lies_on_disk(line) or _HUB_ID.fullmatch(line)):
        from advisor.profilers import profile_model

        return profile_model(line, offline=offline)
    return ()


def _model_facts(
    spec: str, request: Request, stated: Sequence[Fact], notes: list[str]
) -> list[Fact]:
    from advisor.profilers import profile_model

    try:
        return profile_model(spec, offline=request.offline)
    except AdvisorError as error:
        # A name is enough where the size is stated; a path that does not exist is a mistake.
        if not _is_name(spec) or not any(fact.key == "model.parameters" for fact in stated):
            raise
        notes.append(f"{error.message}; the stated facts are used instead")
        return [Fact("model.name", spec, Source.FLAG, "--model")]


def _is_name(spec: str) -> bool:
    """Whether the text can be a model's name or Hub id, and is no path of something there."""
    plausible = spec.count("/") <= 1 and not spec.startswith((".", "/"))
    return plausible and len(spec) <= _LONGEST_NAME and not lies_on_disk(spec)


def _data_facts(request: Request, notes: list[str]) -> list[Fact]:
    from advisor.profilers import profile_data

    data = request.data
    if data.train is None:
        raise AdvisorError("--eval-data needs --data", where="--eval-data")
    folders = [Path(spec) for spec in request.models if (Path(spec) / "tokenizer.json").is_file()]
    profile = profile_data(
        data.train,
        eval_data=data.evaluation,
        text_columns=data.text_columns,
        label_column=data.label_column,
        tokenizer_folder=folders[0] if len(folders) == 1 else None,
    )
    notes.extend(profile.notes)
    return list(profile.facts)


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
    from advisor.estimate import Subject, corners
    from advisor.profilers import raw_config

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
