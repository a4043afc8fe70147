"""Plans fit, change no more than they must, and say what they change."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.estimate.duration import accelerator_speed
from advisor.estimate.method_need import Workload, outcome_of
from advisor.estimate.settings import Optimizer, Precision, Settings
from advisor.estimate.shape import ModelShape
from advisor.estimate.subject import Subject
from advisor.estimate.target import Target
from advisor.methods import load_methods

SHAPE = ModelShape("llama", 8030261248, 32, 4096, 4096, 14336, 1024, 32, 128256, tied=False)
SPEED = accelerator_speed(165.2, 1008, "RTX 4090")
METHODS = load_methods()


def outcome(method: str, free_gib: float | None, run: Settings, count: int = 1, **work):
    subject = Subject("8B", "llama", SHAPE)
    target = Target("a card", "cuda", free_gib, "accelerator memory", count)
    return outcome_of(subject, METHODS[method], run, target, Workload(speed=SPEED, **work))


@given(
    free=st.floats(2, 400),
    method=st.sampled_from(["full_fine_tuning", "lora", "qlora", "prompt_tuning", "ia3"]),
    batch=st.sampled_from([1, 4, 6, 16]),
    length=st.sampled_from([64, 512, 2048]),
)
@settings(max_examples=60)
def test_a_plan_always_fits_and_keeps_the_examples_of_a_step(free, method, batch, length):
    asked = Settings(batch, length, rank=16, virtual_tokens=20)
    found = outcome(method, free, asked)
    if found.fits == "fits":
        assert found.plan is not None
        assert found.nearest_fix is None
    for plan in (found.plan, found.nearest_fix):
        if plan is None:
            continue
        assert plan.need.high <= free
        assert plan.margin_gib == pytest.approx(free - plan.need.high)
        run = plan.settings
        assert run.batch_size * run.accumulation == batch
    if found.nearest_fix is not None:
        assert found.plan is not None


def test_what_fits_as_asked_is_not_made_to_train_otherwise():
    found = outcome("lora", 200.0, Settings(4, 256, rank=16))
    # A fused AdamW computes the same as the default one, only faster.
    assert found.plan.settings.optimizer in (Optimizer.ADAMW, Optimizer.ADAMW_FUSED)
    assert found.plan.settings.precision is Precision.BF16


def test_the_mildest_change_is_tried_first():
    asked = Settings(4, 1024, rank=16)
    found = outcome("qlora", 30.0, asked)
    assert found.fits == "does not fit"
    assert found.nearest_fix.change == "gradient checkpointing"


def test_a_step_of_very_many_examples_is_planned_too():
    asked = Settings(2 * 10**5, 64, rank=16, accumulation=10**6)
    plan = outcome("lora", 40.0, asked).plan
    assert plan.settings.batch_size * plan.settings.accumulation == 2 * 10**11
    assert plan.settings.batch_size < 2 * 10**5


def test_nothing_makes_full_fine_tuning_of_8b_fit_on_8_gib():
    found = outcome("full_fine_tuning", 8.0, Settings(1, 64))
    assert found.fits == "does not fit"
    assert found.plan is None
    assert found.nearest_fix is None
    assert found.fitting_device
    assert not found.feasible


def test_several_devices_keep_a_method_alive_that_one_cannot_hold():
    found = outcome("full_fine_tuning", 40.0, Settings(1, 128), count=8)
    assert found.fits == "does not fit"
    shared = {way.how.value: way.fits for way in found.shared}
    assert shared["zero3"] == "fits"
    assert found.feasible


def test_without_a_known_limit_nothing_is_said_to_fit_or_not():
    found = outcome("lora", None, Settings(1, 128, rank=16))
    assert (found.fits, found.plan, found.feasible) == ("unknown", None, True)


def test_a_limit_inside_the_interval_is_tight():
    run = Settings(1, 512, rank=16, checkpointing=True)
    need = outcome("lora", 100.0, run).need
    assert need.low < need.total < need.high
    assert outcome("lora", (need.low + need.high) / 2, run).fits == "tight"
    assert outcome("lora", need.low - 0.1, run).fits == "does not fit"
    assert outcome("lora", need.high + 0.1, run).fits == "fits"


def test_hours_and_cost_follow_the_steps():
    run = Settings(4, 256, rank=16)
    one = outcome("lora", 80.0, run, examples=4000, epochs=1, price_per_hour=(1.0, 3.0))
    assert one.hours == pytest.approx(1000 * one.step_seconds / 3600)
    assert one.cost == (pytest.approx(one.hours), pytest.approx(3 * one.hours))
    two = outcome("lora", 80.0, run, count=2, examples=4000, epochs=1, price_per_hour=(1.0, 3.0))
    assert two.hours == pytest.approx(one.hours / 2)
    assert two.cost == (pytest.approx(one.cost[0]), pytest.approx(one.cost[1]))


def test_a_compute_only_model_misses_the_update_of_all_weights():
    run = Settings(4, 233)
    profile = Subject("8B", "llama", SHAPE).profile("full_fine_tuning", run)
    update = SPEED.seconds(profile.work["optimizer"])
    assert update > 0.3 * sum(SPEED.seconds(work) for work in profile.work.values())
