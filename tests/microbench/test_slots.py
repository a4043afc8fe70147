"""How many trials run side by side where nobody says it."""

from __future__ import annotations

import os

import pytest
from plan_cases import bench

from advisor.app.confirm import Wish, slots_for

QUOTA = "advisor.profilers.hardware.machine.cpu_quota"


@pytest.mark.parametrize(
    ("cores", "quota", "slots"), [(8, None, 8), (8, 2.7, 2), (8, 0.5, 1), (2, 16.0, 2)]
)
def test_a_containers_quota_bounds_the_trials_as_the_cores_do(monkeypatch, cores, quota, slots):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)), raising=False)
    monkeypatch.setattr(QUOTA, lambda *_: quota)
    assert slots_for(bench(), Wish()) == slots
    assert slots_for(bench(), Wish(slots=5)) == 5
    assert slots_for(bench().model_copy(update={"device": "cuda"}), Wish()) == 1
