"""How a run is set up where nobody has said so."""

from __future__ import annotations

import math
from typing import Any

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
    cpu = accelerator == "none"
    rows: dict[str, Any] = assumptions()["settings"]["cpu" if cpu else "accelerator"]
    row = rows.get(method.id, rows["other"])
    head = Head.CLASSIFICATION
    if job.generates:
        head = Head.SEQ2SEQ if job.shape.encoder_decoder else Head.CAUSAL_LM
    return Settings(
        batch_size=math.ceil(job.batch),
        sequence_length=math.ceil(tokens),
        precision=Precision(row["precision"]),
        optimizer=Optimizer(row["optimizer"]),
        kernels=Kernels.CPU if cpu else Kernels.CUDA,
        head=head,
        checkpointing=method.checkpointing,
        virtual_tokens=int(method.recipe.get("virtual_tokens", 0)),
        rank=int(method.recipe.get("rank", 0)),
    )
