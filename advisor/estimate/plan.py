"""The best way to make a method fit, and the smallest single change that would."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from advisor.catalogue import assumptions
from advisor.estimate.breakdown import StepProfile
from advisor.estimate.need import Need, need_of
from advisor.estimate.roofline import DeviceSpeed, step_seconds
from advisor.estimate.settings import Kernels, Optimizer, Precision, Settings
from advisor.estimate.subject import Subject
from advisor.estimate.target import Target
from advisor.methods import Method

_SHORTEST = 64
"""Tokens to which a sequence is not cut down any further."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Settings that fit.

    Attributes:
        settings: of the run.
        need: on the device.
        margin_gib: free memory beyond the upper bound of the need.
        seconds: of one optimizer step, or None where the device's speed is not known.
        change: what is different from what was asked for, in words.
    """

    settings: Settings
    need: Need
    margin_gib: float
    seconds: float | None
    change: str


class Planner:
    """Looks for settings of one method that fit a device.

    Candidates are judged by formula, scaled by how far the formula is from the trace at the
    settings that were asked for; the one that is chosen is then traced itself.
    """

    def __init__(
        self, subject: Subject, method: Method, target: Target, speed: DeviceSpeed | None
    ) -> None:
        self._subject = subject
        self._method = method
        self._target = target
        self._speed = speed

    def best(self, asked: Settings) -> Plan | None:
        """The plan that fits with the same examples a step: least altered, then fastest.

        Format and optimizer change the result that training leads to, so they are kept where
        anything else helps.
        """
        scale = self._scale(asked)
        fitting = [
            (
                _alterations(asked, settings),
                self._seconds(settings, self._subject.formula),
                number,
                settings,
            )
            for number, settings in enumerate(self._candidates(asked))
            if self._seems_to_fit(settings, scale)
        ]
        return self._first_fitting(asked, (settings for *_, settings in sorted(fitting)))

    def smallest_change(self, asked: Settings) -> Plan | None:
        """The first single change, from the mildest on, that makes the method fit."""
        scale = self._scale(asked)
        changed = self._single_changes(asked, scale)
        return self._first_fitting(asked, (s for s in changed if self._seems_to_fit(s, scale)))

    def _first_fitting(self, asked: Settings, candidates: Iterable[Settings]) -> Plan | None:
        """The first that fits by the step as exactly as it can be had."""
        for settings in candidates:
            need = self._need(settings)
            margin = self._margin(need)
            if margin >= 0:
                seconds = self._seconds(settings, self._subject.profile) if self._speed else None
                return Plan(settings, need, margin, seconds, described_change(asked, settings))
        return None

    def _seems_to_fit(self, settings: Settings, scale: float) -> bool:
        return self._margin(self._quick_need(settings, scale)) >= 0

    def _candidates(self, asked: Settings) -> Iterator[Settings]:
        examples = asked.batch_size * asked.accumulation
        for batch, checkpointing, optimizer, precision in product(
            _divisors(examples),
            self._checkpointing(asked),
            self._optimizers(asked),
            self._precisions(asked),
        ):
            yield replace(
                asked,
                batch_size=batch,
                accumulation=examples // batch,
                checkpointing=checkpointing,
                optimizer=optimizer,
                precision=precision,
            )

    def _single_changes(self, asked: Settings, scale: float) -> Iterator[Settings]:
        for checkpointing in self._checkpointing(asked)[1:]:
            yield replace(asked, checkpointing=checkpointing)
        examples = asked.batch_size * asked.accumulation
        for batch in _divisors(examples):
            if batch < asked.batch_size:
                yield replace(asked, batch_size=batch, accumulation=examples // batch)
        for optimizer in self._optimizers(asked)[1:]:
            yield replace(asked, optimizer=optimizer)
        for precision in self._precisions(asked)[1:]:
            yield replace(asked, precision=precision)

        def fits(length: int) -> bool:
            return self._seems_to_fit(replace(asked, sequence_length=length), scale)

        length = _longest(fits, asked.sequence_length)
        # Cut by more than half it would be another job.
        if 2 * length >= asked.sequence_length:
            yield replace(asked, sequence_length=length)

    def _checkpointing(self, asked: Settings) -> tuple[bool, ...]:
        if asked.checkpointing or not self._method.checkpointing:
            return (asked.checkpointing,)
        return (False, True)

    def _optimizers(self, asked: Settings) -> tuple[Optimizer, ...]:
        if asked.kernels is Kernels.CPU:
            return tuple(dict.fromkeys((asked.optimizer, Optimizer.ADAFACTOR)))
        smaller = (Optimizer.ADAMW_FUSED, Optimizer.ADAMW_8BIT, Optimizer.ADAFACTOR)
        return tuple(dict.fromkeys((asked.optimizer, *smaller)))

    def _precisions(self, asked: Settings) -> tuple[Precision, ...]:
        if asked.kernels is Kernels.CPU:
            return (asked.precision,)
        return tuple(dict.fromkeys((asked.precision, Precision.BF16)))

    def _scale(self, asked: Settings) -> float:
        exact = self._subject.profile(self._method.id, asked).peak.total
        return exact / self._subject.formula(self._method.id, asked).peak.total

    def _quick_need(self, settings: Settings, scale: float) -> Need:
        profile = self._subject.formula(self._method.id, settings)
        if self._subject.config is not None:
            profile = replace(profile, basis="traced")
        need = need_of(profile, self._target.kind, self._subject.model_type, self._method.id)
        return replace(
            need, allocated=need.allocated * scale, low=need.low * scale, high=need.high * scale
        )

    def _need(self, settings: Settings) -> Need:
        profile = self._subject.profile(self._method.id, settings)
        return need_of(profile, self._target.kind, self._subject.model_type, self._method.id)

    def _margin(self, need: Need) -> float:
        free = self._target.free_gib
        return -1.0 if free is None else free - need.high

    def _seconds(self, settings: Settings, find: Callable[[str, Settings], StepProfile]) -> float:
        """Seconds of a step that is found by formula or as exactly as it can be had."""
        if self._speed is None:
            return 0.0
        work = find(self._method.id, settings).work
        return step_seconds(work, self._speed, settings.accumulation)


def _divisors(number: int) -> list[int]:
    """All divisors, the greatest first."""
    small = [one for one in range(1, math.isqrt(number) + 1) if number % one == 0]
    return sorted({*small, *(number // one for one in small)}, reverse=True)


def _alterations(asked: Settings, settings: Settings) -> float:
    """How much the outcome of training may change, by the weights of assumptions.yaml."""
    weights: dict[str, float] = assumptions()["alterations"]
    altered = 0.0
    if settings.optimizer is not asked.optimizer:
        altered += weights[settings.optimizer.value]
    if settings.precision is not asked.precision:
        altered += weights["precision"]
    return altered


def _longest(fits: Callable[[int], bool], asked: int) -> int:
    """The greatest multiple of `_SHORTEST` below `asked` that fits, 0 if none does."""
    low, high = 0, (asked - 1) // _SHORTEST
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle * _SHORTEST):
            low = middle
        else:
            high = middle - 1
    return low * _SHORTEST


def described_change(asked: Settings, settings: Settings) -> str:
    """What differs between two settings, in words; empty if nothing does."""
    changes = []
    if settings.checkpointing != asked.checkpointing:
        changes.append("gradient checkpointing")
    if settings.batch_size != asked.batch_size:
        changes.append(f"batch {settings.batch_size} x {settings.accumulation} accumulated")
    if settings.optimizer is not asked.optimizer:
        changes.append(f"optimizer {settings.optimizer.value}".replace("_", " "))
    if settings.precision is not asked.precision:
        changes.append(f"precision {settings.precision.value}".replace("_", " "))
    if settings.sequence_length != asked.sequence_length:
        changes.append(f"at most {settings.sequence_length} tokens")
    return ", ".join(changes)
