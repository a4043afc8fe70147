"""The training job that the closed form looks at, as a lower and an upper corner.

Every estimate is monotone in its inputs, so a range of inputs ("1B to 10B") becomes a range of
results by judging the corner of all small inputs and the corner of all large ones.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from advisor.catalogue import assumptions, closed_form
from advisor.estimate.shape import ModelShape, family_of
from advisor.facts import FactBase, Interval


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """One corner of what is known of the training job.

    Attributes:
        shape: of the base model; a typical one where only its size is known.
        model_type: Hugging Face's name of the architecture, empty if not known.
        batch: examples a step and device.
        tokens: the longest input of a step, virtual tokens left out.
        generates: whether a language-model loss over the vocabulary is computed.
        devices: over which state can be sharded.
    """

    shape: ModelShape
    model_type: str
    batch: float
    tokens: float
    generates: bool
    devices: float


@dataclass(frozen=True, slots=True)
class Corners:
    """The smallest and the largest job that the facts allow, and what was assumed for them.

    Which end of a width or of the vocabulary needs less is not always the lower one: at the same
    number of parameters a larger embedding leaves less in the layers. So each corner is one job
    for every combination of these, and for every family that the architecture can be.

    Attributes:
        few, many: the jobs of the small and of the large corner.
        basis: what was assumed.
    """

    few: tuple[TrainingJob, ...]
    many: tuple[TrainingJob, ...]
    basis: str

    @property
    def exact(self) -> TrainingJob | None:
        """The job, where everything that it depends on is known."""
        return self.few[0] if set(self.few) == set(self.many) and len(set(self.few)) == 1 else None


def corners(facts: FactBase) -> Corners | None:
    """Return both corners, or None if nothing is known of the model's size."""
    parameters = bounds(facts, "model.parameters")
    if parameters is None:
        return None
    batch = bounds(facts, "train.batch_size")
    tokens, token_basis = _tokens(facts)
    batch_basis = "stated" if batch else "assumed"
    batch = batch or (assumptions()["assumed_batch"],) * 2
    devices = device_count(facts)
    few: list[TrainingJob] = []
    many: list[TrainingJob] = []
    for family in _families(facts):
        small, large = (
            TrainingJob(
                shape=_shape(facts, parameters[end], end, family),
                model_type=_text(facts, "model.type"),
                batch=batch[end],
                tokens=tokens[end],
                generates=_generates(facts, end),
                devices=devices[1 - end],
            )
            for end in (0, 1)
        )
        few.extend(_variants(small, large))
        many.extend(_variants(large, small))
    basis = f"batch {batch[1]:g} ({batch_basis}), {tokens[1]:g} tokens ({token_basis})"
    return Corners(tuple(few), tuple(many), basis)


def _families(facts: FactBase) -> list[str]:
    """The family of the model, or those of every architecture that it can have."""
    model_type, architecture = _text(facts, "model.type"), _text(facts, "model.architecture")
    if model_type or architecture:
        return [family_of(model_type, architecture)]
    possible = facts.value("model.architecture")
    usual: dict[str, str] = closed_form()["usual_family"]
    known = possible if isinstance(possible, frozenset) else usual
    return [usual[str(name)] for name in known]


def _variants(job: TrainingJob, other: TrainingJob) -> Iterator[TrainingJob]:
    """The job with its own and the other's vocabulary and widths."""
    if job.shape == other.shape:
        yield job
        return
    for rows, widths in itertools.product((job.shape, other.shape), repeat=2):
        shape = replace(
            job.shape,
            vocabulary=rows.vocabulary,
            width=widths.width,
            query=widths.query,
            feed_forward=widths.feed_forward,
            key_value=widths.key_value,
            heads=widths.heads,
        )
        yield replace(job, shape=shape)


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
    assumed: dict[str, int] = assumptions()["assumed_tokens"]
    task = facts.value("task.type")
    types = [task] if isinstance(task, str) else task if isinstance(task, frozenset) else assumed
    lengths = [assumed[str(name)] for name in types]
    shortest, longest = min(lengths), max(lengths)
    return (min(shortest, context[0]), min(longest, context[1])), "assumed for the task"


def _shape(facts: FactBase, parameters: float, end: int, family: str) -> ModelShape:
    table = closed_form()
    tied = facts.value("model.tied_embeddings")

    def size(key: str, otherwise: float) -> float:
        stated = bounds(facts, key)
        return stated[end] if stated else otherwise

    width = size("model.hidden_size", _typical(parameters, 2))
    wide: dict[str, float] = table["usual_feed_forward"]
    return ModelShape(
        family=family,
        parameters=parameters,
        layers=size("model.layer_count", _typical(parameters, 1)),
        width=width,
        query=size("model.query_size", width),
        feed_forward=size("model.feed_forward_size", wide[family] * width),
        key_value=size("model.key_value_size", float(table["usual_key_value"]) * width),
        heads=max(width / float(table["usual_head_width"]), 1.0),
        vocabulary=size("model.vocabulary_size", _typical(parameters, 3)),
        tied=table["families"][family]["tied"] if tied is None else tied is True,
    )


def _text(facts: FactBase, key: str) -> str:
    value = facts.value(key)
    return value if isinstance(value, str) else ""


def _typical(parameters: float, column: int) -> float:
    """Interpolate the table of typical shapes in the logarithm of the parameter count."""
    rows: list[list[Any]] = assumptions()["typical_shapes"]
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
