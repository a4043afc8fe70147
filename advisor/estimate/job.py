"""The training job that the closed form looks at, as a lower and an upper corner.

Every estimate is monotone in its inputs, so a range of inputs ("1B to 10B") becomes a range of
results by judging the corner of all small inputs and the corner of all large ones.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

from advisor.catalogue.tables import closed_form
from advisor.facts import FactBase, Interval


@dataclass(frozen=True, slots=True)
class Job:
    """One corner of what is known of the training job.

    Attributes:
        parameters: of the base model.
        layers, width, vocabulary: its shape; typical ones where only the size is known.
        batch: examples a step and device.
        tokens: the longest input of a step, virtual tokens left out.
        generates: whether a language-model loss over the vocabulary is computed.
        devices: over which state can be sharded.
    """

    parameters: float
    layers: float
    width: float
    vocabulary: float
    batch: float
    tokens: float
    generates: bool
    devices: float


@dataclass(frozen=True, slots=True)
class Corners:
    """The smallest and the largest job that the facts allow, and what was assumed for them."""

    small: Job
    large: Job
    basis: str


def corners(facts: FactBase) -> Corners | None:
    """Return both corners, or None if nothing is known of the model's size."""
    parameters = bounds(facts, "model.parameters")
    if parameters is None:
        return None
    batch = bounds(facts, "train.batch_size")
    tokens, token_basis = _tokens(facts)
    batch_basis = "stated" if batch else "assumed"
    batch = batch or (closed_form()["assumed_batch"],) * 2
    devices = device_count(facts)
    jobs = [
        Job(
            parameters=parameters[end],
            layers=_shape(facts, "model.layer_count", parameters[end], 1, end),
            width=_shape(facts, "model.hidden_size", parameters[end], 2, end),
            vocabulary=_shape(facts, "model.vocabulary_size", parameters[end], 3, end),
            batch=batch[end],
            tokens=tokens[end],
            generates=_generates(facts, end),
            devices=devices[1 - end],
        )
        for end in (0, 1)
    ]
    basis = f"batch {batch[1]:g} ({batch_basis}), {tokens[1]:g} tokens ({token_basis})"
    return Corners(jobs[0], jobs[1], basis)


def bounds(facts: FactBase, key: str) -> tuple[float, float] | None:
    """The least and greatest value of a numeric fact, or None if it is unknown."""
    value = facts.value(key)
    if isinstance(value, Interval):
        return value.low, value.high
    number = facts.number(key)
    return None if number is None else (number, number)


def device_count(facts: FactBase) -> tuple[float, float]:
    """The least and greatest number of devices; a machine without accelerator counts as one."""
    fact_type = facts.vocabulary["hardware.accelerator_count"]
    if not facts.applies(fact_type):
        return 1.0, 1.0
    low, high = bounds(facts, fact_type.key) or fact_type.range or (1.0, 1.0)
    return max(low, 1.0), max(high, 1.0)


def _tokens(facts: FactBase) -> tuple[tuple[float, float], str]:
    context = bounds(facts, "model.context_length") or (math.inf, math.inf)
    for key, basis in (("train.sequence_length", "stated"), ("data.p95_tokens", "95th percentile")):
        stated = bounds(facts, key)
        if stated:
            low, high = max(stated[0], 1.0), max(stated[1], 1.0)
            return (min(low, context[0]), min(high, context[1])), basis
    assumed: dict[str, int] = closed_form()["assumed_tokens"]
    task = facts.value("task.type")
    types = [task] if isinstance(task, str) else task if isinstance(task, frozenset) else assumed
    lengths = [assumed[str(name)] for name in types]
    shortest, longest = min(lengths), max(lengths)
    return (min(shortest, context[0]), min(longest, context[1])), "assumed for the task"


def _shape(facts: FactBase, key: str, parameters: float, column: int, end: int) -> float:
    stated = bounds(facts, key)
    return stated[end] if stated else _typical(parameters, column)


def _typical(parameters: float, column: int) -> float:
    """Interpolate the table of typical shapes in the logarithm of the parameter count."""
    rows: list[list[Any]] = closed_form()["typical_shapes"]
    if parameters <= rows[0][0]:
        return float(rows[0][column])
    for below, above in itertools.pairwise(rows):
        if parameters <= above[0]:
            share = math.log(parameters / below[0]) / math.log(above[0] / below[0])
            low, high = float(below[column]), float(above[column])
            return float(low * (high / low) ** share)
    scale = math.sqrt(parameters / rows[-1][0])
    return float(rows[-1][column]) * (scale if column == 2 else 1.0)  # noqa: PLR2004


def _generates(facts: FactBase, end: int) -> bool:
    """Whether the loss runs over the vocabulary; what is not settled counts as no below."""
    task = facts.value("task.type")
    architecture = facts.value("model.architecture")
    if architecture == "encoder":
        return False
    if not isinstance(task, str):
        return bool(end)
    generates = task.startswith("generation") or task in ("math_reasoning", "code")
    # An encoder generates nothing, so an unknown architecture leaves the lower corner without.
    return generates and (isinstance(architecture, str) or bool(end))
