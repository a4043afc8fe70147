"""How a run is set up: by the user's wishes, else as is usual for method, device and data."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from advisor.catalogue import assumptions
from advisor.estimate.job import TrainingJob, bounds
from advisor.estimate.settings import Head, Kernels, Optimizer, Precision, Settings
from advisor.estimate.target import Target
from advisor.facts import FactBase
from advisor.methods import Method, load_methods
from advisor.support import AdvisorError, did_you_mean

_LONGEST_WITHOUT_DATA = 512


def assumed_settings(
    method: Method, job: TrainingJob, accelerator: str, *, tokens: float
) -> Settings:
    """A plain run of the method, with gradient checkpointing where the method allows it.

    Args:
        method: decides precision, virtual tokens and rank.
        job: batch and head.
        accelerator: its kind, ``none`` for a CPU.
        tokens: of an example, virtual tokens left out.
    """
    head = Head.CLASSIFICATION
    if job.generates:
        head = Head.SEQ2SEQ if job.shape.encoder_decoder else Head.CAUSAL_LM
    cpu = accelerator == "none"
    precision, optimizer = _usual(method.id, cpu=cpu)
    return Settings(
        batch_size=math.ceil(job.batch),
        sequence_length=math.ceil(tokens),
        kernels=Kernels.CPU if cpu else Kernels.CUDA,
        head=head,
        checkpointing=method.checkpointing,
        precision=precision,
        optimizer=optimizer,
        virtual_tokens=method.virtual_tokens,
        rank=method.rank,
    )


def usual_settings(method: Method, settings: Settings) -> Settings:
    """The settings with the method's usual precision and optimizer, and its recipe.

    Checkpointing is left out where the method does not allow it.
    """
    precision, optimizer = _usual(method.id, cpu=settings.kernels is Kernels.CPU)
    return replace(
        settings,
        precision=precision,
        optimizer=optimizer,
        checkpointing=settings.checkpointing and method.checkpointing,
        virtual_tokens=method.virtual_tokens,
        rank=method.rank,
    )


@functools.cache
def _usual(method: str, *, cpu: bool) -> tuple[Precision, Optimizer]:
    """The usual precision and optimizer of a method."""
    row = load_methods()[method].usual["cpu" if cpu else "accelerator"]
    return Precision(row["precision"]), Optimizer(row["optimizer"])


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user has said of the run; None is filled in by the method and the device."""

    methods: tuple[str, ...] = ()
    batch_size: int | None = None
    sequence_length: int | None = None
    mean_tokens: int | None = None
    target_length: int | None = None
    precision: Precision | None = None
    optimizer: Optimizer | None = None
    head: Head | None = None
    checkpointing: bool = False
    accumulation: int = 1
    padded: bool = True
    use_cache: bool = True
    virtual_tokens: int | None = None
    rank: int | None = None
    upcast: bool = True
    epochs: float | None = None
    quick: bool = False


def chosen_methods(names: Iterable[str]) -> list[Method]:
    """The trained methods of those names; all of them if none is named.

    Raises:
        AdvisorError: if a name is unknown or trains nothing.
    """
    known = {id_: method for id_, method in load_methods().items() if method.trained}
    chosen = []
    for name in names or known:
        id_ = name.strip().lower().replace("-", "_")
        if id_ not in known:
            raise AdvisorError(
                f"no method {name!r} is trained",
                where="--method",
                hint=did_you_mean(id_, known) or "one of " + ", ".join(known),
            )
        chosen.append(known[id_])
    return chosen


def settings_for(method: Method, wishes: Wishes, common: Settings) -> Settings:
    """The common settings with what the method's recipe and usual precision add."""
    usual = usual_settings(method, common)
    return replace(
        usual,
        precision=wishes.precision or usual.precision,
        optimizer=wishes.optimizer or usual.optimizer,
        # A method without virtual tokens, or without a rank, has none by wish either.
        virtual_tokens=(wishes.virtual_tokens or usual.virtual_tokens)
        if usual.virtual_tokens
        else 0,
        rank=(wishes.rank or usual.rank) if usual.rank else 0,
    )


def common_settings(wishes: Wishes, facts: FactBase, target: Target) -> Settings:
    """What all methods share of a run: the user's wishes, else what the facts tell."""
    length = wishes.sequence_length or _usual_length(facts, wishes)
    stated = bounds(facts, "train.batch_size")
    assumed = int(stated[1]) if stated else int(assumptions()["assumed_batch"])
    return Settings(
        batch_size=wishes.batch_size or assumed,
        sequence_length=length,
        target_length=wishes.target_length,
        padded=wishes.padded,
        kernels=target.kernels,
        head=wishes.head or _usual_head(facts),
        labels=int((bounds(facts, "data.label_count") or (2, 2))[1]),
        checkpointing=wishes.checkpointing,
        accumulation=wishes.accumulation,
        use_cache=wishes.use_cache,
        upcast=wishes.upcast,
    )


def _usual_length(facts: FactBase, wishes: Wishes) -> int:
    """The longest input that is stated or in the data, else one that leaves soft prompts room."""
    stated = bounds(facts, "train.sequence_length")
    if stated:
        return math.ceil(stated[1])
    positions = bounds(facts, "model.context_length")
    room = positions[1] if positions else math.inf
    data = bounds(facts, "data.p95_tokens")
    if data:
        return math.ceil(min(data[1], room))
    recipes = (method.virtual_tokens for method in load_methods().values())
    virtual = wishes.virtual_tokens or max(recipes)
    return max(int(min(_LONGEST_WITHOUT_DATA, room - virtual)), 1)


def _usual_head(facts: FactBase) -> Head:
    heads = {"encoder": Head.CLASSIFICATION, "encoder_decoder": Head.SEQ2SEQ}
    return heads.get(str(facts.value("model.architecture")), Head.CAUSAL_LM)
