"""Facts about accelerators that the driver reports."""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path

import pytest
from fake_hardware import (
    H100,
    RTX_3090,
    RTX_4090,
    Card,
    found,
)

from advisor.facts import FactBase, Source, load_vocabulary
from advisor.facts.reading import read_value
from advisor.profilers.hardware import profile_hardware


def test_every_detected_fact_is_one_the_vocabulary_accepts(driver):
    driver(RTX_4090)
    vocabulary = load_vocabulary()
    for fact in profile_hardware():
        assert fact.source is Source.DETECTED
        assert fact.detail
        assert read_value(vocabulary[fact.key], fact.value, where="test") == fact.value
    FactBase(profile_hardware())


def test_free_memory_counts_not_the_total(driver):
    driver(dataclasses.replace(RTX_4090, free=11.9))
    fact = found()["accelerator_memory_gib"]
    assert fact.value == 11.89
    assert fact.detail == "NVML: 11.9 of 24.0 GiB free on device 0"


def test_one_nvidia_card_gives_kind_name_and_count(driver):
    nvml = driver(H100)
    facts = found()
    assert facts["accelerator"].value == "cuda"
    assert facts["accelerator_name"].value == "NVIDIA H100 80GB HBM3"
    assert facts["accelerator_count"].value == 1
    assert facts["unified_memory"].value is False
    assert not nvml.open


def test_two_cards_give_the_smaller_free_memory_and_never_the_sum(driver):
    driver(RTX_4090, dataclasses.replace(RTX_4090, free=3.5))
    facts = found()
    assert facts["accelerator_count"].value == 2
    assert facts["accelerator_memory_gib"].value == 3.5
    assert "device 1, the least of 2" in facts["accelerator_memory_gib"].detail


def test_cards_of_different_names_are_told(driver):
    driver(RTX_3090, RTX_4090)
    facts = found()
    assert facts["accelerator_name"].value == "NVIDIA GeForce RTX 4090"
    assert "different devices" in facts["accelerator_count"].detail
    assert "RTX 3090" in facts["accelerator_count"].detail


def test_a_drivers_string_of_several_cards_is_told_apart_by_the_memory(driver):
    driver(Card("NVIDIA GeForce RTX 4060 Ti", 15.99, 15.0))
    fact = found()["accelerator_name"]
    assert fact.value == "RTX 4060 Ti 16GB"
    assert "told apart by its 16.0 GiB" in fact.detail


@pytest.mark.parametrize(
    ("setting", "count", "memory"),
    [("0", 1, 21.39), ("1,0", 2, 21.39), ("GPU-22", 1, 23.5), ("1,7,0", 1, 23.5), ("1,1", 1, 23.5)],
)
def test_cuda_visible_devices_selects(driver, monkeypatch, setting, count, memory):
    driver(RTX_4090, RTX_3090)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", setting)
    facts = found()
    assert facts["accelerator_count"].value == count
    assert facts["accelerator_memory_gib"].value == memory


@pytest.mark.parametrize("setting", ["", "-1", "GPU-", "nonsense"])
def test_cuda_visible_devices_can_hide_everything(driver, monkeypatch, setting):
    driver(RTX_4090, RTX_3090)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", setting)
    facts = found()
    assert facts["accelerator"].value == "none"
    assert "hides every device" in facts["accelerator"].detail
    assert "accelerator_count" not in facts


def test_no_identifier_of_a_device_is_reported(driver, monkeypatch):
    driver(dataclasses.replace(RTX_4090, uuid="GPU-secret-1"))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "GPU-secret")
    assert "secret" not in repr(found())


def test_of_several_mig_instances_a_process_has_one(driver):
    parts = [
        Card("A100 MIG 1g.5gb", 4.75, 4.5, "MIG-a"),
        Card("A100 MIG 2g.10gb", 9.75, 9.5, "MIG-b"),
    ]
    driver(dataclasses.replace(H100, instances=parts))
    facts = found()
    assert facts["accelerator_count"].value == 1
    assert facts["accelerator_memory_gib"].value == 4.5
    assert "only one of the 2 MIG instances" in facts["accelerator"].detail


def test_a_mig_instance_can_be_selected(driver, monkeypatch):
    parts = [
        Card("A100 MIG 1g.5gb", 4.75, 4.5, "MIG-a"),
        Card("A100 MIG 2g.10gb", 9.75, 9.5, "MIG-b"),
    ]
    driver(dataclasses.replace(H100, instances=parts))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "MIG-b")
    assert found()["accelerator_memory_gib"].value == 9.5


def test_whole_cards_go_before_mig_instances(driver):
    parts = [Card("A100 MIG 1g.5gb", 4.75, 4.5, "MIG-a")]
    driver(dataclasses.replace(H100, instances=parts), H100)
    facts = found()
    assert facts["accelerator_memory_gib"].value == 79.25
    assert facts["accelerator_count"].value == 1


def test_a_lost_card_is_noted_and_the_others_are_used(driver):
    driver(dataclasses.replace(RTX_4090, lost=True), RTX_3090)
    facts = found()
    assert facts["accelerator_count"].value == 1
    assert "device 0 does not answer (GPU is lost)" in facts["accelerator"].detail


def test_with_every_card_lost_the_accelerator_is_unknown_not_none(driver):
    driver(dataclasses.replace(RTX_4090, lost=True))
    fact = found()["accelerator"]
    assert fact.value is None
    assert "does not answer" in fact.detail


def test_a_device_that_shares_the_ram_gets_the_available_ram(driver):
    driver(Card("NVIDIA GB10", 0, 0, shares_ram=True))
    facts = found()
    assert facts["unified_memory"].value is True
    assert facts["accelerator_memory_gib"].value == facts["ram_available_gib"].value
    assert "the RAM that device 0 shares" in facts["accelerator_memory_gib"].detail


def test_no_driver_means_no_accelerator(no_driver):
    fact = found()["accelerator"]
    assert (fact.value, fact.detail) == ("none", "NVML: no NVIDIA driver")


def test_a_driver_that_does_not_answer_leaves_the_accelerator_unknown(driver):
    driver(init_error=18)
    fact = found()["accelerator"]
    assert fact.value is None
    assert "driver trouble" in fact.detail


def test_a_missing_binding_is_a_note(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert "binding is not installed" in found()["accelerator"].detail


def test_control_characters_of_a_drivers_name_are_dropped(driver):
    driver(dataclasses.replace(RTX_4090, name="RTX\x1b[2J 4090\n" + "x" * 500))
    name = found()["accelerator_name"].value
    assert isinstance(name, str)
    assert name.isprintable()
    assert len(name) <= 100


def test_nothing_personal_is_reported(driver):
    driver(RTX_4090)
    told = repr(found())
    assert str(Path.cwd()) not in told
    assert str(Path.home()) not in told or str(Path.home()) == os.sep
