"""The training loop's constants, from the catalogue."""

from __future__ import annotations

import functools
from dataclasses import dataclass, fields

from advisor.catalogue.tables import load_table


@dataclass(frozen=True, slots=True)
class TrainingConstants:
    """As training.yaml explains them."""

    clip_norm: float
    pool_batches: int
    progress_every: int
    evaluation_batches: int
    initial_spread: float
    probe_steps: int
    probe_seconds: float
    ridge: tuple[float, ...]
    ridge_iterations: int


@functools.cache
def training_constants() -> TrainingConstants:
    """The constants of training.yaml."""
    table = load_table("training.yaml")
    values = {field.name: table[field.name] for field in fields(TrainingConstants)}
    return TrainingConstants(**{**values, "ridge": tuple(values["ridge"])})
