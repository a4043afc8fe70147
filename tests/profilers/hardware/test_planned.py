"""Facts about devices of the table, and about what a survey without torch or memory gives."""

from __future__ import annotations

import pytest

from advisor.facts import GIB, Source
from advisor.profilers.hardware import planned_hardware
from advisor.profilers.hardware.profile import accelerator_facts, survey_apple
from advisor.profilers.hardware.survey import Device, Survey
from advisor.support.errors import AdvisorError


def test_an_apple_gpu_without_torch_may_use_two_thirds_of_the_ram():
    facts = {f.key: f for f in accelerator_facts(survey_apple(48 * GIB), ram_gib=40.0)}
    assert facts["hardware.accelerator"].value == "mps"
    assert facts["hardware.accelerator_memory_gib"].value == 32.0


def test_a_device_of_unknown_free_memory_gives_no_memory_fact():
    survey = Survey("torch 2.6", "xpu", (Device(0, "Some XPU", 16.0, None),))
    keys = {fact.key for fact in accelerator_facts(survey, ram_gib=8.0)}
    assert "hardware.accelerator_memory_gib" not in keys


def test_planned_hardware_has_the_weight_of_a_flag_with_all_that_the_table_says():
    facts = {f.key.removeprefix("hardware."): f for f in planned_hardware("rtx 4090", 2)}
    assert {k: f.value for k, f in facts.items()} == {
        "accelerator": "cuda",
        "accelerator_name": "RTX 4090",
        "accelerator_count": 2,
        "accelerator_memory_gib": 24.0,
        "unified_memory": False,
    }
    assert all(f.source is Source.FLAG for f in facts.values())
    assert "nominal" in facts["accelerator_memory_gib"].detail


def test_a_planned_device_with_unified_memory_says_that_it_shares_the_ram():
    facts = {f.key: f for f in planned_hardware("Apple M4 Max", 1)}
    assert facts["hardware.unified_memory"].value is True
    assert "shares" in facts["hardware.accelerator_memory_gib"].detail


@pytest.mark.parametrize("count", [0, -1])
def test_less_than_one_planned_device_is_refused(count):
    with pytest.raises(AdvisorError, match="cannot be planned"):
        planned_hardware("RTX 4090", count)


@pytest.mark.parametrize("name", ["H100", "RTX 9999"])
def test_a_planned_device_must_be_one_row_of_the_table(name):
    with pytest.raises(AdvisorError, match="GPU table"):
        planned_hardware(name, 1)
