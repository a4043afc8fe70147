"""Facts about the table of training accelerators."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from advisor.catalogue.gpus import Gpu, find_gpu, load_gpus, require_gpu
from advisor.facts import load_vocabulary
from advisor.support.errors import AdvisorError

ROWS = load_gpus()


def normal(name: str) -> str:
    return " ".join(name.split()).casefold()


def row_id(gpu: Gpu) -> str:
    return gpu.name


def test_the_table_covers_about_fifty_devices_or_more():
    assert len(ROWS) >= 50


def test_every_name_and_alias_belongs_to_one_row():
    spellings = Counter(normal(s) for gpu in ROWS for s in {gpu.name, *gpu.aliases})
    assert [s for s, count in spellings.items() if count > 1] == []


def test_a_shared_name_is_shared_by_two_rows_or_more_and_is_nobodys_alias():
    shared = Counter(normal(s) for gpu in ROWS for s in gpu.shared_names)
    own = {normal(s) for gpu in ROWS for s in (gpu.name, *gpu.aliases)}
    assert [s for s, count in shared.items() if count < 2] == []
    assert own.isdisjoint(shared)


@pytest.mark.parametrize("gpu", ROWS, ids=row_id)
def test_a_row_is_plausible(gpu: Gpu):
    assert gpu.accelerator in load_vocabulary()["hardware.accelerator"].choices
    assert 6 <= gpu.memory_gib <= 512
    assert 60 <= gpu.bandwidth_gb_per_s <= 10_000
    for rate in (gpu.bf16_tflops, gpu.fp16_tflops):
        assert rate is None or 10 <= rate <= 5000


@pytest.mark.parametrize("gpu", ROWS, ids=row_id)
def test_a_row_has_one_matrix_rate_at_most(gpu: Gpu):
    assert gpu.bf16_tflops is None or gpu.fp16_tflops is None


@pytest.mark.parametrize("gpu", ROWS, ids=row_id)
def test_a_discrete_device_has_a_matrix_rate(gpu: Gpu):
    assert gpu.unified_memory or gpu.bf16_tflops or gpu.fp16_tflops


@pytest.mark.parametrize("gpu", ROWS, ids=row_id)
def test_a_row_names_a_vendors_document_and_a_month(gpu: Gpu):
    assert gpu.source.startswith(("NVIDIA ", "AMD ", "Apple ", "Intel "))
    assert re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", gpu.read)


@pytest.mark.parametrize("gpu", ROWS, ids=row_id)
def test_every_spelling_of_a_row_finds_it(gpu: Gpu):
    assert {find_gpu(s) for s in (gpu.name, *gpu.aliases)} == {gpu}


@pytest.mark.parametrize(
    ("driver_name", "row"),
    [
        ("NVIDIA H100 80GB HBM3", "H100 80GB SXM"),
        ("NVIDIA H100 PCIe", "H100 80GB PCIe"),
        ("NVIDIA A100-SXM4-40GB", "A100 40GB SXM"),
        ("NVIDIA A100 80GB PCIe", "A100 80GB PCIe"),
        ("Tesla V100-SXM2-16GB", "Tesla V100 SXM2 16GB"),
        ("Tesla T4", "T4"),
        ("NVIDIA GeForce RTX 4090", "RTX 4090"),
        ("NVIDIA GeForce RTX 4070 Laptop GPU", "RTX 4070 Laptop"),
        ("AMD Instinct MI300X", "MI300X"),
    ],
)
def test_a_drivers_string_names_its_row(driver_name: str, row: str):
    assert require_gpu(driver_name).name == row


def test_case_and_white_space_do_not_matter():
    assert find_gpu("  nvidia  geforce rtx\t4090 ") == find_gpu("RTX 4090")


def test_a_laptop_chip_is_not_the_desktop_card_of_the_same_number():
    laptop, desktop = require_gpu("RTX 4070 Laptop"), require_gpu("RTX 4070")
    assert laptop.memory_gib < desktop.memory_gib
    assert laptop.bandwidth_gb_per_s < desktop.bandwidth_gb_per_s


@pytest.mark.parametrize("name", ["GB200", "RTX 4090 D", "H100 CNX", "RTX", "", "4070 Lapto"])
def test_a_name_that_only_resembles_a_row_finds_nothing(name: str):
    assert find_gpu(name) is None


def test_an_unknown_name_is_answered_with_close_ones():
    with pytest.raises(AdvisorError, match="no device named") as caught:
        require_gpu("RTX 4099")
    assert "RTX 4090" in caught.value.hint


def test_a_name_like_nothing_known_is_answered_with_the_facts_to_state():
    with pytest.raises(AdvisorError) as caught:
        require_gpu("abacus")
    assert "hardware.accelerator_memory_gib" in caught.value.hint


@pytest.mark.parametrize("name", ["A100", "h100", "V100 16GB", "RTX 3060"])
def test_a_name_of_several_rows_finds_none_and_lists_them(name: str):
    assert find_gpu(name) is None
    with pytest.raises(AdvisorError, match="is the name of") as caught:
        require_gpu(name)
    sharing = [g.name for g in ROWS if normal(name) in map(normal, g.shared_names)]
    assert all(repr(row) in caught.value.hint for row in sharing)


@pytest.mark.parametrize(("memory_gib", "row"), [(8.0, "8GB"), (15.99, "16GB")])
def test_the_memory_tells_apart_rows_that_share_a_drivers_string(memory_gib: float, row: str):
    gpu = find_gpu("NVIDIA GeForce RTX 4060 Ti", memory_gib=memory_gib)
    assert gpu is not None
    assert gpu.name == f"RTX 4060 Ti {row}"


def test_memory_that_fits_several_rows_or_none_decides_nothing():
    assert find_gpu("A100", memory_gib=80.0) is None
    assert find_gpu("A100", memory_gib=20.0) is None
