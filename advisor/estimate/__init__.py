"""Estimates of memory, time, cost and storage for each method.

Everything here but `trace` and `probe` is a pure function of its arguments: no I/O, no heavy
library, no rule. GiB are 2**30 bytes, and times are seconds unless a name says hours.
The parts that other programs may build on:

* `Settings` describes a training run, `ModelShape` a model's sizes;
* `closed_form_profile(shape, method, settings)` gives a `StepProfile` at once;
* `advisor.estimate.trace.extrapolation.trace(config, method, settings)` traces the same, given the
  content of a config.json, and needs the `train` extra;
* `need_of(profile, ...)` adds context, reserve and an interval in GiB;
* `step_seconds(profile, speed)` gives the time.

`advisor.estimate_model` does all of it for a model on disk or on the Hub.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from advisor.estimate.breakdown import Breakdown, StepProfile, Work
    from advisor.estimate.closed import closed_form_profile
    from advisor.estimate.need import Need, need_of
    from advisor.estimate.roofline import DeviceSpeed, step_seconds
    from advisor.estimate.settings import Head, Kernels, Optimizer, Precision, Settings
    from advisor.estimate.shape import ModelShape

__all__ = [
    "Breakdown",
    "DeviceSpeed",
    "Head",
    "Kernels",
    "ModelShape",
    "Need",
    "Optimizer",
    "Precision",
    "Settings",
    "StepProfile",
    "Work",
    "closed_form_profile",
    "need_of",
    "step_seconds",
]

_MODULES = {
    "breakdown": ("Breakdown", "StepProfile", "Work"),
    "closed": ("closed_form_profile",),
    "need": ("Need", "need_of"),
    "roofline": ("DeviceSpeed", "step_seconds"),
    "settings": ("Head", "Kernels", "Optimizer", "Precision", "Settings"),
    "shape": ("ModelShape",),
}


def __getattr__(name: str) -> Any:
    """Import a part on first use, so that the options of a command cost no estimate."""
    for module, names in _MODULES.items():
        if name in names:
            return getattr(importlib.import_module(f"advisor.estimate.{module}"), name)
    raise AttributeError(f"module 'advisor.estimate' has no attribute {name!r}")
