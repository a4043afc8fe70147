"""Extend a trace of few layers to the full depth, phase by phase.

What a step computes, and what it holds at rest, is linear in the number of equal layers. Its peaks
are not, since the moment at which they come changes with depth: the order of requests is extended
instead, and the peaks are looked for in that. Where the order cannot be extended, the peaks of each
phase are taken to be linear.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any

import transformers

from advisor.estimate.breakdown import Breakdown, StepProfile, Work
from advisor.estimate.settings import Kernels, Settings
from advisor.estimate.trace.building import hugging_face_config
from advisor.estimate.trace.depth import layer_keys, layer_period, with_layers
from advisor.estimate.trace.replay import Phase, deepened, peaks, reserved
from advisor.estimate.trace.step import TracedStep, steady, trace_step
from advisor.support.errors import AdvisorError

_MOST_STEPS = 500
"""Layers up to which the order of requests is written out; no published model has as many."""


def trace(raw: Mapping[str, Any], method: str, settings: Settings) -> StepProfile:
    """Trace a training step of a model of any depth, in a time that does not grow with it.

    Two and three layers are traced (twice and three times the period where kinds of layers
    alternate); encoder and decoder of different depth are varied one at a time.

    Args:
        raw: the content of a config.json.
        method: its identifier, such as ``lora``.
        settings: the training run.

    Raises:
        AdvisorError: if the number of layers is not stated, or a step cannot be traced.
    """
    with _quiet():
        return _traced(raw, method, settings)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep remarks of transformers on runs that never take place away from the user."""
    level = transformers.logging.get_verbosity()
    transformers.logging.set_verbosity_error()
    try:
        yield
    finally:
        transformers.logging.set_verbosity(level)


def _traced(raw: Mapping[str, Any], method: str, settings: Settings) -> StepProfile:
    raw = hugging_face_config(raw).get_text_config().to_dict()
    keys = layer_keys(raw)
    full = {key: raw[key] for key in keys}
    if not keys or not all(isinstance(count, int) and count > 0 for count in full.values()):
        raise AdvisorError("the configuration does not say how many layers there are",
                           where="config.json")  # fmt: skip
    period = layer_period(raw)
    base = {key: min(2 * period, count) for key, count in full.items()}
    deeper = {key: min(3 * period, count) for key, count in full.items()}
    start = trace_step(with_layers(raw, base), method, settings)
    if base == full:
        return start.profile
    if len(set(full.values())) == 1:
        end = trace_step(with_layers(raw, deeper), method, settings)
        steps = (full[keys[0]] - base[keys[0]]) / (deeper[keys[0]] - base[keys[0]])
        profile = _extended(start.profile, [(end.profile, steps)])
        if not steps.is_integer() or steps > _MOST_STEPS:
            return profile
        more = {key: deeper[key] + period for key in full}

        def further() -> TracedStep:
            return trace_step(with_layers(raw, more), method, settings)

        with _without_collection():
            phases = _deepened(start, end, int(steps))
            if phases is None and steps > 1:
                # Top and bottom layer may differ from those between: three have just one of them.
                phases = _deepened(end, further(), int(steps) - 1)
            if phases is None:
                return profile
            held = reserved(phases) if settings.kernels is Kernels.CUDA else None
            return replace(profile, peaks=peaks(phases, steady(phases)), reserved=held)
    ends = []
    for key in keys:
        if full[key] > base[key]:
            end = trace_step(with_layers(raw, {**base, key: deeper[key]}), method, settings)
            ends.append((end.profile, (full[key] - base[key]) / (deeper[key] - base[key])))
    return _extended(start.profile, ends)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Keep the garbage collector still while many small values are made.

    Each of its rounds would walk through all that torch and transformers have loaded.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _deepened(start: TracedStep, end: TracedStep, steps: int) -> list[Phase] | None:
    """The order of requests at full depth, or None if it cannot be extended."""
    phases = []
    for fewer, more in zip(start.phases, end.phases, strict=True):
        phase = deepened(fewer, more, steps)
        if phase is None:
            return None
        phases.append(phase)
    return phases


def _extended(start: StepProfile, ends: list[tuple[StepProfile, float]]) -> StepProfile:
    def along(value: float, others: list[float]) -> float:
        steps = zip(others, ends, strict=True)
        return value + sum((other - value) * count for other, (_, count) in steps)

    peaks = {
        phase: Breakdown(
            *(
                along(
                    getattr(peak, kind.name), [getattr(e.peaks[phase], kind.name) for e, _ in ends]
                )
                for kind in fields(Breakdown)
            )
        )
        for phase, peak in start.peaks.items()
    }
    work = {
        phase: Work(
            *(
                along(
                    getattr(done, count.name), [getattr(e.work[phase], count.name) for e, _ in ends]
                )
                for count in fields(Work)
            )
        )
        for phase, done in start.work.items()
    }
    return StepProfile(
        peaks=peaks,
        work=work,
        parameters=along(start.parameters, [end.parameters for end, _ in ends]),
        trained_parameters=along(
            start.trained_parameters, [end.trained_parameters for end, _ in ends]
        ),
        resting=along(start.resting, [end.resting for end, _ in ends]),
        basis=start.basis,
    )
