"""How a run is set up where nobody has said so."""

from __future__ import annotations

import functools
import math
from dataclasses import replace

from advisor.catalogue.known import row_of
from advisor.catalogue.tables import Method, assumptions
from advisor.estimate.job import Job
from advisor.estimate.settings import Head, Kernels, Optimizer, Precision, Settings


def assumed_settings(method: Method, job: Job, accelerator: str, *, tokens: float) -> Settings:
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
    place = "cpu" if cpu else "accelerator"
    rows: dict[str, dict[str, str]] = assumptions()["settings"][place]
    row = row_of(rows, method, f"advisor/catalogue/assumptions.yaml, settings, {place}")
    return Precision(row["precision"]), Optimizer(row["optimizer"])
