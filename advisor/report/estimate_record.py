"""The JSON object of ``advisor estimate``; docs/estimate-file.md describes every key."""

from __future__ import annotations

from dataclasses import asdict, fields
from enum import Enum
from typing import Any

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

_OWN = ("precision", "optimizer", "checkpointing", "virtual_tokens", "rank")
"""Settings that differ from method to method."""
_DIGITS = 6


def record_of_estimate(found: Estimates) -> dict[str, Any]:
    """The estimate as plain values."""
    subject, target, run = found.subject, found.target, found.run
    done = [one for one in found.outcomes.values() if isinstance(one, MethodEstimate)]
    return {
        "schema_version": "1",
        "advisor_version": advisor.__version__,
        "model": {
            "name": subject.name,
            "type": subject.model_type or None,
            **_sizes(subject.shape),
        },
        "settings": _common(done[0].settings) if done else {},
        "device": {
            "name": target.name,
            "kind": target.kind,
            "count": target.count,
            "free_gib": _number(target.free_gib),
            "free_is": target.free_basis,
            "speed": run.speed.basis if run.speed else None,
        },
        "run": {
            "examples": _number(run.examples),
            "mean_tokens": run.tokens,
            "price_per_hour": [_number(price) for price in run.price_per_hour],
            "tasks_per_base": [_number(count) for count in found.tasks],
        },
        "methods": {
            method: _outcome(one, target, found.tasks)
            if isinstance(one, MethodEstimate)
            else {"not_available": one.message, "hint": one.hint}
            for method, one in found.outcomes.items()
        },
        "notes": list(found.notes),
    }


def _sizes(shape: ModelShape) -> dict[str, Any]:
    names = [field.name for field in fields(shape) if field.name != "family"]
    return {name: _number(getattr(shape, name)) for name in names}


def _outcome(one: MethodEstimate, target: Target, tasks: tuple[float, float]) -> dict[str, Any]:
    need = one.need
    return {
        "settings": {name: _plain(getattr(one.settings, name)) for name in _OWN},
        "parameters": _number(one.profile.parameters),
        "trained_parameters": _number(one.profile.trained_parameters),
        **_need(need),
        "breakdown_gib": {
            kind: _number(size / GIB) for kind, size in one.profile.peak.by_kind().items()
        },
        "phases_gib": {
            phase: _number(peak.total / GIB) for phase, peak in one.profile.peaks.items()
        },
        "peak_phase": one.profile.peak_phase,
        "fits": one.fits,
        "step_seconds": _number(one.step_seconds),
        "total_hours": _number(one.hours),
        "cost": None if one.cost is None else [_number(amount) for amount in one.cost],
        "artefact_bytes": round(one.artefact_bytes),
        "artefact_bytes_all_tasks": [round(one.artefact_bytes * count) for count in tasks],
        "extra_tokens_per_request": one.extra_tokens,
        "plan": _plan(one.plan),
        "nearest_fix": _plan(one.nearest_fix),
        "smallest_fitting_device": one.fitting_device or None,
        "shared": [_shared(way, target) for way in one.shared],
    }


def _need(need: Need) -> dict[str, Any]:
    return {
        "allocated_gib": _number(need.allocated),
        "reserved_gib": _number(need.allocated + need.reserve),
        "context_gib": _number(need.context),
        "total_gib": _number(need.total),
        "interval_gib": [_number(need.low), _number(need.high)],
        "basis": need.basis,
    }


def _plan(plan: Plan | None) -> dict[str, Any] | None:
    if plan is None:
        return None
    names = ("batch_size", "accumulation", "sequence_length", *_OWN)
    return {
        "change": plan.change,
        **{name: _plain(getattr(plan.settings, name)) for name in names},
        **_need(plan.need),
        "margin_gib": _number(plan.margin_gib),
        "step_seconds": _number(plan.seconds),
    }


def _shared(way: Shared, target: Target) -> dict[str, Any]:
    return {
        "how": way.how.value,
        "devices": target.count,
        "total_gib_per_device": _number(way.need.total),
        "interval_gib": [_number(way.need.low), _number(way.need.high)],
        "fits": way.fits,
        "basis": "closed form of the sharing, not validated",
    }


def _common(settings: Settings) -> dict[str, Any]:
    values = asdict(settings)
    own = {*_OWN, "targets", "adapter_dropout"}
    return {name: _plain(value) for name, value in values.items() if name not in own}


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _number(value: float | None) -> float | int | None:
    """Six significant digits, whole numbers as such."""
    if value is None:
        return None
    if float(value).is_integer():
        return int(value)
    return float(f"{value:.{_DIGITS}g}")
