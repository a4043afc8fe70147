"""Memory per device by the closed form: a plain run, and the least that savings reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from advisor.catalogue import assumptions, device_table
from advisor.estimate.assumed import assumed_settings
from advisor.estimate.breakdown import Breakdown, StepProfile
from advisor.estimate.closed import (
    closed_form_moments,
    closed_form_profile,
    forward_activations,
)
from advisor.estimate.job import TrainingJob
from advisor.estimate.need import Need, need_of, total_gib
from advisor.estimate.settings import Precision, Settings
from advisor.estimate.sharding import Sharding, sharded
from advisor.facts import GIB
from advisor.methods import Method

FindProfile: TypeAlias = Callable[[str, Settings], StepProfile]
"""Finds out the step of a trained method, by its identifier and settings."""


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
