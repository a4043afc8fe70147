"""Smaller batches and shorter inputs, for a model that is too slow for the budget."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from advisor.catalogue import planning
from advisor.methods import Method
from advisor.microbench.planning.ladder import Room, long_enough
from advisor.microbench.records import Bench, Probe


class StepShape(NamedTuple):
    """What a training step works on: examples, and the most tokens of each."""

    batch_size: int
    max_tokens: int


def smaller(shape: StepShape) -> StepShape | None:
    """Half the batch, then half the tokens; None where less would say little about the task."""
    table = planning()
    if shape.batch_size // 2 >= table.least_batch:
        return shape._replace(batch_size=shape.batch_size // 2)
    if shape.max_tokens // 2 >= table.fewest_tokens:
        return shape._replace(max_tokens=shape.max_tokens // 2)
    return None


def smallest(shape: StepShape) -> StepShape:
    """The last shape that is tried below this one."""
    while (less := smaller(shape)) is not None:
        shape = less
    return shape


def shape_to_probe(shape: StepShape, typical: int, seconds: float, allowed: float) -> StepShape:
    """The largest shape, from this one down, that can be probed in time, or the smallest.

    Args:
        shape: the usual one.
        typical: tokens of a typical input.
        seconds: of a step for each typical example.
        allowed: wall seconds that a probe may take.
    """
    cost = seconds * planning().probe_cost
    found = shape
    while cost * found.batch_size * _cut(typical, found, shape.max_tokens) > allowed:
        less = smaller(found)
        if less is None:
            break
        found = less
    return found


def _cut(typical: int, shape: StepShape, max_tokens: int) -> float:
    """The share of a typical input, as it was before, that a shape leaves."""
    typical = max(typical, 1)
    return min(typical, shape.max_tokens) / min(typical, max_tokens)


def shape_to_try(
    bench: Bench, methods: Sequence[Method], probe: Probe, room: Room
) -> StepShape | None:
    """The largest shape below the probed one that seems to leave enough steps, or the smallest.

    None if the probed shape leaves enough steps already, or nothing is smaller. Whether the steps
    really get shorter has to be measured: this takes their time as proportional to the tokens.
    """
    chosen, found = None, probe
    shape: StepShape | None = StepShape(probe.batch_size, probe.max_tokens)
    while not long_enough(bench, methods, found, room):
        shape = smaller(shape) if shape else None
        if shape is None:
            break
        expected = _expected(probe, shape)
        # A cut that leaves a typical input whole saves nothing: it is not worth another probe.
        if expected.methods != found.methods:
            chosen, found = shape, expected
    return chosen


def _expected(probe: Probe, shape: StepShape) -> Probe:
    """The probe as it would be if time went with the tokens of a typical batch."""
    shorter = _cut(probe.token_lengths[0], shape, probe.max_tokens)
    fewer = shape.batch_size / probe.batch_size
    methods = {
        id_: found.model_copy(
            update={
                "seconds_per_step": found.seconds_per_step * fewer * shorter,
                "evaluation_seconds": found.evaluation_seconds * shorter,
            }
        )
        for id_, found in probe.methods.items()
    }
    return probe.model_copy(update={**shape._asdict(), "methods": methods})
