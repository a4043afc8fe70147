"""Estimates of memory, time, cost and storage for each method.

Everything here but `trace` and `probe` is a pure function of its arguments: no I/O, no heavy
library, no rule. GiB are 2**30 bytes, and times are seconds unless a name says hours.
The parts that other programs may build on:

* `Settings` describes a training run, `ModelShape` a model's sizes;
* `closed_form_profile(shape, method, settings)` gives a `StepProfile` at once, with its memory
  as a `Breakdown` and its `Work`;
* `advisor.estimate.trace.extrapolation.trace(config, method, settings)` traces the same, given the
  content of a config.json, and needs the `train` extra;
* `need_of(profile, ...)` adds context, reserve and an interval in GiB;
* `step_seconds(profile.work, speed)` gives the time.

`advisor.estimate_model` does all of it for a model on disk or on the Hub.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
