"""The record of ``advisor estimate``, part by part; docs/estimate-file.md describes every key."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeAlias

import advisor
from advisor.estimate import (
    Estimates,
    MethodEstimate,
    ModelShape,
    Need,
    Plan,
    Settings,
    Shared,
    Target,
)
from advisor.facts import GIB
from advisor.report.part import Part, part_class

Figure: TypeAlias = int | float
LowHigh: TypeAlias = tuple[Figure, Figure]
_DIGITS = 6


@part_class
class EstimatedModel(Part):
    """The model and its sizes."""

    name: str
    type: str | None
    parameters: Figure
    layers: Figure
    width: Figure
    query: Figure
    feed_forward: Figure
    key_value: Figure
    heads: Figure
    vocabulary: Figure
    tied: Figure


@part_class
class NoSettings(Part):
    """No method can be combined with what was asked for."""


@part_class
class CommonSettings(Part):
    """What all methods share."""

    batch_size: int
    sequence_length: int
    target_length: int | None
    padded: bool
    kernels: str
    head: str
    labels: int
    accumulation: int
    use_cache: bool
    outputs_kept: bool
    upcast: bool


@part_class
class OwnSettings(Part):
    """What differs from method to method."""

    precision: str
    optimizer: str
    checkpointing: bool
    virtual_tokens: int
    rank: int


@part_class
class EstimatedDevice(Part):
    """The device, and what of it is free."""

    name: str
    kind: str
    count: int
    free_gib: Figure | None
    free_is: str
    speed: str | None


@part_class
class EstimatedRun(Part):
    """How much is trained, and what an hour costs, lowest and highest."""

    examples: Figure | None
    mean_tokens: Figure | None
    price_per_hour: tuple[Figure | None, ...]
    tasks_per_base: LowHigh


@part_class
class EstimatedPlan(Part):
    """Settings that fit, and what they take."""

    change: str
    batch_size: int
    accumulation: int
    sequence_length: int
    precision: str
    optimizer: str
    checkpointing: bool
    virtual_tokens: int
    rank: int
    allocated_gib: Figure
    reserved_gib: Figure
    context_gib: Figure
    total_gib: Figure
    interval_gib: LowHigh
    basis: str
    margin_gib: Figure | None
    step_seconds: Figure | None


@part_class
class EstimatedSharing(Part):
    """One way of sharing among devices or with the host's memory."""

    how: str
    devices: int
    total_gib_per_device: Figure
    interval_gib: LowHigh
    fits: str
    basis: str


@part_class
class EstimatedMethod(Part):
    """What one method takes."""

    settings: OwnSettings
    parameters: Figure
    trained_parameters: Figure
    allocated_gib: Figure
    reserved_gib: Figure
    context_gib: Figure
    total_gib: Figure
    interval_gib: LowHigh
    basis: str
    breakdown_gib: dict[str, Figure]
    phases_gib: dict[str, Figure]
    peak_phase: str
    fits: str
    step_seconds: Figure | None
    total_hours: Figure | None
    cost: LowHigh | None
    artefact_bytes: int
    artefact_bytes_all_tasks: tuple[int, int]
    extra_tokens_per_request: int
    plan: EstimatedPlan | None
    nearest_fix: EstimatedPlan | None
    smallest_fitting_device: str | None
    shared: list[EstimatedSharing]


@part_class
class NoMethod(Part):
    """A method that cannot be combined with the settings, and why."""

    not_available: str
    hint: str


@part_class
class EstimateFile(Part):
    """The JSON of ``advisor estimate``."""

    schema_version: str
    advisor_version: str
    model: EstimatedModel
    settings: CommonSettings | NoSettings
    device: EstimatedDevice
    run: EstimatedRun
    methods: dict[str, EstimatedMethod | NoMethod]
    notes: list[str]

    @property
    def done(self) -> dict[str, EstimatedMethod]:
        """The methods that can be combined with the settings."""
        return {id_: one for id_, one in self.methods.items() if isinstance(one, EstimatedMethod)}


def record_of_estimate(found: Estimates) -> EstimateFile:
    """The record of estimates."""
    target, run = found.target, found.run
    done = [one for one in found.outcomes.values() if isinstance(one, MethodEstimate)]
    low, high = found.tasks
    return EstimateFile(
        schema_version="1",
        advisor_version=advisor.__version__,
        model=_model(found.subject.name, found.subject.model_type, found.subject.shape),
        settings=_common(done[0].settings) if done else NoSettings(),
        device=EstimatedDevice(
            name=target.name,
            kind=target.kind,
            count=target.count,
            free_gib=_maybe(target.free_gib),
            free_is=target.free_basis,
            speed=run.speed.basis if run.speed else None,
        ),
        run=EstimatedRun(
            examples=_maybe(run.examples),
            mean_tokens=run.tokens,
            price_per_hour=tuple(_maybe(price) for price in run.price_per_hour),
            tasks_per_base=(_number(low), _number(high)),
        ),
        methods={
            method: _method(one, target, found.tasks)
            if isinstance(one, MethodEstimate)
            else NoMethod(not_available=one.message, hint=one.hint)
            for method, one in found.outcomes.items()
        },
        notes=list(found.notes),
    )


def _model(name: str, type_: str, shape: ModelShape) -> EstimatedModel:
    return EstimatedModel(
        name=name,
        type=type_ or None,
        parameters=_number(shape.parameters),
        layers=_number(shape.layers),
        width=_number(shape.width),
        query=_number(shape.query),
        feed_forward=_number(shape.feed_forward),
        key_value=_number(shape.key_value),
        heads=_number(shape.heads),
        vocabulary=_number(shape.vocabulary),
        tied=_number(shape.tied),
    )


def _method(one: MethodEstimate, target: Target, tasks: tuple[float, float]) -> EstimatedMethod:
    profile = one.profile
    low, high = tasks
    return EstimatedMethod(
        settings=OwnSettings(**_own(one.settings)),
        parameters=_number(profile.parameters),
        trained_parameters=_number(profile.trained_parameters),
        **_need(one.need),
        breakdown_gib={kind: _number(size / GIB) for kind, size in profile.peak.by_kind().items()},
        phases_gib={phase: _number(peak.total / GIB) for phase, peak in profile.peaks.items()},
        peak_phase=profile.peak_phase,
        fits=one.fits,
        step_seconds=_maybe(one.step_seconds),
        total_hours=_maybe(one.hours),
        cost=None if one.cost is None else (_number(one.cost[0]), _number(one.cost[1])),
        artefact_bytes=round(one.artefact_bytes),
        artefact_bytes_all_tasks=(
            round(one.artefact_bytes * low),
            round(one.artefact_bytes * high),
        ),
        extra_tokens_per_request=one.extra_tokens,
        plan=_plan(one.plan),
        nearest_fix=_plan(one.nearest_fix),
        smallest_fitting_device=one.fitting_device or None,
        shared=[_shared(way, target) for way in one.shared],
    )


def _own(settings: Settings) -> Mapping[str, Any]:
    return {
        "precision": _word(settings.precision),
        "optimizer": _word(settings.optimizer),
        "checkpointing": settings.checkpointing,
        "virtual_tokens": settings.virtual_tokens,
        "rank": settings.rank,
    }


def _need(need: Need) -> Mapping[str, Any]:
    return {
        "allocated_gib": _number(need.allocated),
        "reserved_gib": _number(need.allocated + need.reserve),
        "context_gib": _number(need.context),
        "total_gib": _number(need.total),
        "interval_gib": (_number(need.low), _number(need.high)),
        "basis": need.basis,
    }


def _plan(plan: Plan | None) -> EstimatedPlan | None:
    if plan is None:
        return None
    return EstimatedPlan(
        change=plan.change,
        batch_size=plan.settings.batch_size,
        accumulation=plan.settings.accumulation,
        sequence_length=plan.settings.sequence_length,
        **_own(plan.settings),
        **_need(plan.need),
        margin_gib=_maybe(plan.margin_gib),
        step_seconds=_maybe(plan.seconds),
    )


def _shared(way: Shared, target: Target) -> EstimatedSharing:
    return EstimatedSharing(
        how=way.how.value,
        devices=target.count,
        total_gib_per_device=_number(way.need.total),
        interval_gib=(_number(way.need.low), _number(way.need.high)),
        fits=way.fits,
        basis="closed form of the sharing, not validated",
    )


def _common(settings: Settings) -> CommonSettings:
    return CommonSettings(
        batch_size=settings.batch_size,
        sequence_length=settings.sequence_length,
        target_length=settings.target_length,
        padded=settings.padded,
        kernels=_word(settings.kernels),
        head=_word(settings.head),
        labels=settings.labels,
        accumulation=settings.accumulation,
        use_cache=settings.use_cache,
        outputs_kept=settings.outputs_kept,
        upcast=settings.upcast,
    )


def _word(value: Enum) -> str:
    return str(value.value)


def _maybe(value: float | None) -> Figure | None:
    return None if value is None else _number(value)


def _number(value: float) -> Figure:
    """Six significant digits, whole numbers as such."""
    if float(value).is_integer():
        return int(value)
    return float(f"{value:.{_DIGITS}g}")
