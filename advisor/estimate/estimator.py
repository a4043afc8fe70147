"""Facts in, estimate facts out, by the closed form; and the cost of an evaluation."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import TypeAlias

from advisor.catalogue import assumptions, device_table
from advisor.estimate.assumed import assumed_settings
from advisor.estimate.breakdown import Breakdown, StepProfile
from advisor.estimate.closed import (
    closed_form_moments,
    closed_form_profile,
    forward_activations,
)
from advisor.estimate.job import Corners, TrainingJob, bounds, corners
from advisor.estimate.need import Need, need_of, total_gib
from advisor.estimate.run_cost import estimated, paces, run_facts, span, unlimited
from advisor.estimate.settings import Precision, Settings
from advisor.estimate.shape import stored_bytes
from advisor.estimate.sharding import Sharding, sharded
from advisor.estimate.target import memory_limit
from advisor.facts import GIB, Fact, FactBase, Interval, Source, Value
from advisor.methods import Method, load_methods

FindProfile: TypeAlias = Callable[[str, Settings], StepProfile]
"""Finds out the step of a trained method, by its identifier and settings."""


def estimate_facts(facts: FactBase, find: FindProfile | None = None) -> list[Fact]:
    """Return the ``estimate.<method>.*`` facts that can be computed from what is known.

    A range of inputs gives a range of results. Where an input is unknown the fact is left out,
    and rules that read it stay undetermined.

    Args:
        facts: what is known.
        find: finds out a step more exactly than the closed form, for memory where all inputs are
            known exactly.
    """
    job = corners(facts)
    if job is None:
        return []
    return [
        *memory_facts(job, facts, find),
        *storage_facts(job, facts),
        *run_facts(paces(job, facts), facts),
    ]


def memory_facts(job: Corners, facts: FactBase, find: FindProfile | None = None) -> Iterator[Fact]:
    """What every method needs of one device, and the headroom of its memory.

    Args:
        job: what is known of the training job.
        facts: decide the device.
        find: as for `estimate_facts`.
    """
    limit = memory_limit(facts)
    for method in load_methods().values():
        yield from _memory_facts(method, job, facts, limit, find)


def storage_facts(job: Corners, facts: FactBase) -> Iterator[Fact]:
    """What every trained method stores, and the headroom of the disk."""
    for method in load_methods().values():
        if method.trained:
            yield from _storage_facts(method, job, facts)


def _memory_facts(
    method: Method,
    job: Corners,
    facts: FactBase,
    memory: tuple[tuple[float, float] | None, str],
    find: FindProfile | None,
) -> Iterator[Fact]:
    limit, limit_basis = memory
    kinds = _possible_accelerators(facts)
    exact = find if job.exact and len(kinds) == 1 else None
    few, many = job.few, job.many
    needs = [expected_need(method, *case, exact) for case in product(many, kinds)]
    large, peak = max(needs, key=lambda pair: pair[0].total)
    if few == many:
        small = min(need.total for need, _ in needs)
    else:
        small = min(least_gib(method, few, kind) for kind in kinds)
    least = min(optimistic_gib(method, *case) for case in product(few, kinds))
    most = max(optimistic_gib(method, *case) for case in product(many, kinds))
    parts = " + ".join(
        f"{kind.replace('_', ' ')} {size / GIB:.2f}"
        for kind, size in peak.by_kind().items()
        if size
    )
    detail = (
        f"{large.basis}: {parts} + context {large.context:.2f} + reserve {large.reserve:.2f} GiB; "
        f"{job.basis}"
    )
    yield estimated(method, "memory_gib", small, large.total, detail)
    least_basis = "closed form: batch 1, checkpointing, smallest optimizer state"
    yield estimated(method, "memory_optimistic_gib", least, most, least_basis)
    if limit is None:
        return
    basis = f"{span(*limit)} GiB {limit_basis} free, divided by the need"
    for suffix, low, high in (
        ("memory_headroom", small, large.total),
        ("memory_headroom_optimistic", least, most),
    ):
        yield estimated(method, suffix, limit[0] / high, limit[1] / low, basis)


def _possible_accelerators(facts: FactBase) -> tuple[str, ...]:
    """The kinds that the accelerator can be; a kind decides what the context takes."""
    value = facts.value("hardware.accelerator")
    if isinstance(value, str):
        return (value,)
    choices = facts.vocabulary["hardware.accelerator"].choices
    memory = bounds(facts, "hardware.accelerator_memory_gib")
    return tuple(
        kind
        for kind in choices
        if (not isinstance(value, frozenset) or kind in value)
        and not (kind == "none" and memory and memory[0] > 0)
    )


def _storage_facts(method: Method, job: Corners, facts: FactBase) -> Iterator[Fact]:
    recipe = Settings(virtual_tokens=method.virtual_tokens, rank=method.rank)
    low = min(stored_bytes(method.id, one.shape, recipe) for one in job.few) / GIB
    high = max(stored_bytes(method.id, one.shape, recipe) for one in job.many) / GIB
    tasks = bounds(facts, "deployment.tasks_per_base") or (1.0, 1.0)
    basis = f"closed form: {span(low, high)} GiB a task, {span(*tasks)} tasks"
    yield estimated(method, "storage_gib", low * tasks[0], high * tasks[1], basis)
    disk = bounds(facts, "hardware.disk_free_gib")
    if disk is None:
        yield unlimited(method.id, "disk_headroom", "no disk limit is known")
        return
    basis = f"{span(*disk)} GiB of disk free, divided by one task"
    yield estimated(method, "disk_headroom", disk[0] / high, disk[1] / low, basis)


_POINTS = 100.0
_UNLIMITED = 1e9


def smallest_visible_points(eval_examples: float) -> float:
    """Return the smallest accuracy difference, in points, that stands out at the 5 % level.

    Two methods judge the same ``eval_examples`` and disagree on a fixed share of them (the
    ``disagreement_share`` of assumptions.yaml), as in McNemar's test; the standard error of the
    difference is then the root of that share over the number of examples.
    """
    if eval_examples <= 0:
        return _POINTS
    table = assumptions()
    error = math.sqrt(table["disagreement_share"] / eval_examples)
    return min(_POINTS, float(table["significance_z"]) * error * _POINTS)


def evaluation_facts(facts: FactBase) -> list[Fact]:
    """Return the computed facts on the evaluation set and on the model's positions."""
    found = []
    examples = bounds(facts, "data.eval_examples")
    if examples:
        visible = smallest_visible_points(examples[1]), smallest_visible_points(examples[0])
        detail = "McNemar's standard error, methods assumed to disagree on a tenth of the examples"
        found.append(_fact("data.smallest_visible_points", *visible, detail))
        tolerance = bounds(facts, "quality.tolerance_points")
        if tolerance:
            power = tolerance[0] / visible[1], tolerance[1] / visible[0]
            found.append(
                _fact("data.evaluation_power", *power, "tolerance / smallest visible difference")
            )
    context, length = bounds(facts, "model.context_length"), bounds(facts, "data.p95_tokens")
    if context and length:
        virtual = max(m.virtual_tokens for m in load_methods().values())
        room = context[0] / (length[1] + virtual), context[1] / (length[0] + virtual)
        found.append(
            _fact("data.position_headroom", *room, f"positions / (95 % length + {virtual:g})")
        )
    return found


def _fact(key: str, low: float, high: float, detail: str) -> Fact:
    low, high = (float(f"{min(number, _UNLIMITED):.4g}") for number in (low, high))
    value: Value = low if low == high else Interval(low, high)
    return Fact(key, value, Source.ESTIMATED, detail)


def expected_need(
    method: Method, job: TrainingJob, accelerator: str, find: FindProfile | None = None
) -> tuple[Need, Breakdown]:
    """What a plain training run is expected to need on each device.

    Weights, gradients and optimizer state are divided by the devices, since ZeRO-3 and FSDP shard
    them; activations are not.
    """
    profile = _expected_profile(method, job, accelerator, find)
    return need_of(profile, accelerator, job.model_type, method.id), profile.peak


def least_gib(method: Method, jobs: Sequence[TrainingJob], accelerator: str) -> float:
    """No plain run of a job between the given ones is expected to need less.

    The peak is the highest of some moments. Between two jobs it can lie below both, where one
    moment falls and another rises; so the least of each moment is taken, then the highest of them.
    """
    moments = (_moments(method, job, accelerator) for job in jobs)
    allocated = max(min(moment) for moment in zip(*moments, strict=True))
    return total_gib(allocated / GIB, accelerator)


def _moments(method: Method, job: TrainingJob, accelerator: str) -> tuple[float, ...]:
    if not method.trained:
        return (_expected_profile(method, job, accelerator, None).peak.total,)
    settings = assumed_settings(method, job, accelerator, tokens=job.tokens)
    return closed_form_moments(
        job.shape, method.id, settings, share=Sharding.ZERO_3, devices=job.devices
    )


def _expected_profile(
    method: Method, job: TrainingJob, accelerator: str, find: FindProfile | None
) -> StepProfile:
    """The step of a plain run, or one forward pass where nothing is trained."""
    if not method.trained:
        return sharded(_inference(job), Sharding.ZERO_3, job.devices)
    settings = assumed_settings(method, job, accelerator, tokens=job.tokens)
    if find is None:
        return closed_form_profile(
            job.shape, method.id, settings, share=Sharding.ZERO_3, devices=job.devices
        )
    profile = find(method.id, settings)
    return sharded(profile, Sharding.ZERO_3, job.devices) if job.devices > 1 else profile


def optimistic_gib(method: Method, job: TrainingJob, accelerator: str) -> float:
    """The least that known savings could reach: batch 1, the smallest state, split activations."""
    each = method.least_state_bytes["cpu" if accelerator == "none" else "accelerator"]
    state = job.shape.parameters * each / job.devices
    kept = _least_activations(method, replace(job, batch=1.0), accelerator)
    activations = kept * float(assumptions()["optimistic_activations"])
    context = float(device_table()["context_gib"][accelerator][0])
    return (state + activations) / GIB + context


def _least_activations(method: Method, job: TrainingJob, accelerator: str) -> float:
    """Bytes that a forward pass in the smallest format keeps."""
    if not method.trained:
        return _inference(job).peak.activations
    settings = assumed_settings(method, job, accelerator, tokens=job.tokens)
    if accelerator != "none":
        settings = replace(settings, precision=Precision.BF16)
    return forward_activations(job.shape, method.id, settings)


def _inference(job: TrainingJob) -> StepProfile:
    """A forward pass that keeps nothing but the keys and values of the input."""
    each = float(assumptions()["inference_bytes"])
    tokens = job.batch * job.tokens
    cached = 2.0 * tokens * job.shape.key_value * job.shape.layers * each
    passing = tokens * (job.shape.width + job.shape.feed_forward) * 2.0 * each
    held = Breakdown(weights=job.shape.parameters * each, activations=cached + passing)
    return StepProfile(
        peaks={"forward": held},
        work={},
        parameters=job.shape.parameters,
        trained_parameters=0.0,
        resting=held.weights,
        basis="closed form",
    )
