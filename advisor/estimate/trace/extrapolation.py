"""Extend a trace of few layers to the full depth, which may differ by part of the model.

What a step computes, and what it holds at rest, is linear in the number of equal layers. Its peaks
are not, since the moment at which they come changes with depth: the order of requests is extended
instead, and the peaks are looked for in that. Where the order cannot be extended, the peaks of each
phase are taken to be linear.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any

import transformers

from advisor.estimate.breakdown import Breakdown, StepProfile, Work
from advisor.estimate.settings import Settings
from advisor.estimate.trace.building import hugging_face_config
from advisor.estimate.trace.replay import Phase, deepened, peaks, reserved
from advisor.estimate.trace.step import TracedStep, steady, trace_step
from advisor.support import AdvisorError

_ENCODER = ("encoder_layers", "num_layers", "num_hidden_layers", "n_layer", "n_layers")
_DECODER = ("decoder_layers", "num_decoder_layers")
_LONGEST_PERIOD = 8


def layer_keys(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys that say how many layers there are: one, or encoder's and decoder's."""
    found = [next((key for key in _ENCODER if key in raw), None)]
    if raw.get("is_encoder_decoder"):
        found.append(next((key for key in _DECODER if key in raw), None))
    return tuple(key for key in found if key is not None)


def layer_period(raw: Mapping[str, Any]) -> int:
    """After how many layers the kinds of layers repeat; 1 where all are alike."""
    kinds = raw.get("layer_types")
    if not isinstance(kinds, list) or len(set(map(str, kinds))) <= 1:
        return 1
    for period in range(2, _LONGEST_PERIOD + 1):
        if all(kind == kinds[index % period] for index, kind in enumerate(kinds)):
            return period
    return len(kinds)


def with_layers(raw: Mapping[str, Any], layers: Mapping[str, int]) -> dict[str, Any]:
    """The configuration with other numbers of layers, lists of one entry a layer cut to fit."""
    changed = {**raw, **layers}
    for key, count in layers.items():
        full = raw[key]
        for name, value in raw.items():
            if isinstance(value, list) and len(value) == full and full > count:
                changed[name] = value[:count]
    return changed


_MOST_PERIODS = 500
"""Added layers, or periods of them, up to which the order of requests is written out; no published
model has as many."""


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
    full = _depths(raw)
    period = layer_period(raw)
    base = {key: min(2 * period, count) for key, count in full.items()}

    def at(depths: Mapping[str, int]) -> TracedStep:
        return trace_step(with_layers(raw, depths), method, settings)

    start = at(base)
    if base == full:
        return start.profile
    if len(set(full.values())) == 1:
        return _equally_deepened(start, at, base, full, period)
    ends = []
    for key, count in full.items():
        if count > base[key]:
            deeper = min(3 * period, count)
            end = at({**base, key: deeper})
            ends.append((end.profile, (count - base[key]) / (deeper - base[key])))
    return _extended(start.profile, ends)


def _depths(raw: Mapping[str, Any]) -> dict[str, int]:
    """The layers of each stack, by the key that states them."""
    full = {key: raw[key] for key in layer_keys(raw)}
    if not full or not all(isinstance(count, int) and count > 0 for count in full.values()):
        raise AdvisorError("the configuration does not say how many layers there are",
                           where="config.json")  # fmt: skip
    return full


def _equally_deepened(
    start: TracedStep,
    at: Callable[[Mapping[str, int]], TracedStep],
    base: Mapping[str, int],
    full: Mapping[str, int],
    period: int,
) -> StepProfile:
    """The step where all stacks are of one depth; its order of requests is extended as well."""
    deeper = {key: min(3 * period, count) for key, count in full.items()}
    end = at(deeper)
    key = next(iter(full))
    steps = (full[key] - base[key]) / (deeper[key] - base[key])
    profile = _extended(start.profile, [(end.profile, steps)])
    if not steps.is_integer() or steps > _MOST_PERIODS:
        return profile
    with _without_collection():
        phases = _deepened(start, end, int(steps))
        if phases is None and steps > 1:
            # Top and bottom layer may differ from those between: three have just one of them.
            further = at({key: count + period for key, count in deeper.items()})
            phases = _deepened(end, further, int(steps) - 1)
        if phases is None:
            return profile
        held = reserved(phases) if start.profile.reserved is not None else None
        return replace(profile, peaks=peaks(phases, steady(phases)), reserved=held)


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
    """The step so many times further along from its start towards each end."""

    def along(value: Callable[[StepProfile], float]) -> float:
        first = value(start)
        return first + sum((value(end) - first) * count for end, count in ends)

    def peak(phase: str, kind: str) -> float:
        return along(lambda step: getattr(step.peaks[phase], kind))

    def work(phase: str, count: str) -> float:
        return along(lambda step: getattr(step.work[phase], count))

    return StepProfile(
        peaks={
            phase: Breakdown(*(peak(phase, kind.name) for kind in fields(Breakdown)))
            for phase in start.peaks
        },
        work={
            phase: Work(*(work(phase, count.name) for count in fields(Work)))
            for phase in start.work
        },
        parameters=along(lambda step: step.parameters),
        trained_parameters=along(lambda step: step.trained_parameters),
        resting=along(lambda step: step.resting),
        basis=start.basis,
    )
