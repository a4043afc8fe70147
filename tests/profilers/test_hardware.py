"""Facts about the detection of accelerators, with a driver and a torch made of paper."""

from __future__ import annotations

import dataclasses
import os
import sys
import textwrap
import threading
from pathlib import Path
from types import ModuleType, SimpleNamespace

import psutil
import pytest

from advisor.facts import Fact, FactBase, Source, load_vocabulary
from advisor.facts.reading import read_value
from advisor.profilers.hardware import planned_hardware, profile_hardware, search
from advisor.profilers.hardware.apple import survey_apple
from advisor.profilers.hardware.child import run_child
from advisor.profilers.hardware.profile import accelerator_facts
from advisor.profilers.hardware.survey import GIB, Device, Survey
from advisor.profilers.hardware.torch_child import ask_torch
from advisor.support.errors import AdvisorError

SELECTING_VARIABLES = (
    "CUDA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES",
    "ZE_AFFINITY_MASK",
)


class FakeError(Exception):
    def __init__(self, value: int, text: str = "driver trouble") -> None:
        super().__init__(text)
        self.value = value


@dataclasses.dataclass
class Card:
    """A device, or a MIG instance, as the fake driver knows it."""

    name: str
    total: float
    free: float
    uuid: str = "GPU-0"
    instances: list[Card] = dataclasses.field(default_factory=list)
    lost: bool = False
    shares_ram: bool = False


class FakeNvml(ModuleType):
    """The part of the driver's binding that the survey calls."""

    NVMLError = FakeError
    NVML_ERROR_NOT_SUPPORTED = 3
    NVML_ERROR_DRIVER_NOT_LOADED = 9
    NVML_ERROR_LIBRARY_NOT_FOUND = 12
    NVML_DEVICE_MIG_ENABLE = 1

    def __init__(self, cards: list[Card], init_error: int | None = None) -> None:
        super().__init__("pynvml")
        self.cards = cards
        self.init_error = init_error
        self.open = False

    def nvmlInit(self):  # noqa: N802
        if self.init_error is not None:
            raise FakeError(self.init_error)
        self.open = True

    def nvmlShutdown(self):  # noqa: N802
        self.open = False

    def nvmlDeviceGetCount(self):  # noqa: N802
        return len(self.cards)

    def nvmlDeviceGetHandleByIndex(self, index):  # noqa: N802
        if self.cards[index].lost:
            raise FakeError(15, "GPU is lost")
        return self.cards[index]

    def nvmlDeviceGetMigMode(self, card):  # noqa: N802
        if not card.instances:
            raise FakeError(self.NVML_ERROR_NOT_SUPPORTED)
        return [1, 1]

    def nvmlDeviceGetMaxMigDeviceCount(self, card):  # noqa: N802
        return 7

    def nvmlDeviceGetMigDeviceHandleByIndex(self, card, slot):  # noqa: N802
        if slot >= len(card.instances):
            raise FakeError(6)
        return card.instances[slot]

    def nvmlDeviceGetName(self, card):  # noqa: N802
        return card.name

    def nvmlDeviceGetUUID(self, card):  # noqa: N802
        return card.uuid

    def nvmlDeviceGetMemoryInfo(self, card):  # noqa: N802
        if card.shares_ram:
            raise FakeError(self.NVML_ERROR_NOT_SUPPORTED)
        return SimpleNamespace(total=int(card.total * GIB), free=int(card.free * GIB))


@pytest.fixture(autouse=True)
def no_selecting_variables(monkeypatch: pytest.MonkeyPatch):
    for variable in SELECTING_VARIABLES:
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch):
    def install(*cards: Card, init_error: int | None = None) -> FakeNvml:
        nvml = FakeNvml(list(cards), init_error)
        monkeypatch.setitem(sys.modules, "pynvml", nvml)
        return nvml

    return install


@pytest.fixture
def no_driver(driver):
    return driver(init_error=FakeNvml.NVML_ERROR_LIBRARY_NOT_FOUND)


@pytest.fixture
def torch_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Install a torch whose whole text is given, with a sign of an accelerator to look at."""

    def install(text: str, version: str = "2.9.0") -> Path:
        (tmp_path / "torch.py").write_text(textwrap.dedent(text), encoding="utf-8")
        info = tmp_path / f"torch-{version}.dist-info"
        info.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: torch\nVersion: {version}\n"
        (info / "METADATA").write_text(metadata, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setenv("HIP_VISIBLE_DEVICES", "0")
        return tmp_path

    return install


def found(*, use_torch: bool = False, timeout_s: float = 20) -> dict[str, Fact]:
    facts = profile_hardware(use_torch=use_torch, timeout_s=timeout_s)
    keys = [fact.key for fact in facts]
    assert len(keys) == len(set(keys))
    return {fact.key.removeprefix("hardware."): fact for fact in facts}


H100 = Card("NVIDIA H100 80GB HBM3", 79.65, 79.25)
RTX_4090 = Card("NVIDIA GeForce RTX 4090", 23.99, 21.4, "GPU-1111")
RTX_3090 = Card("NVIDIA GeForce RTX 3090", 24.0, 23.5, "GPU-2222")


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


ROCM_TORCH = """
    from types import SimpleNamespace as S
    __version__ = "2.9.0"
    version = S(cuda=None, hip="6.4")
    _cards = [
        S(name="AMD Radeon RX 7900 XTX", total_memory=24 * 2**30, is_integrated=0),
        S(name="AMD Radeon Graphics", total_memory=16 * 2**30, is_integrated=1),
    ]
    cuda = S(
        is_available=lambda: True,
        device_count=lambda: len(_cards),
        get_device_properties=lambda i: _cards[i],
        mem_get_info=lambda i: (20 * 2**30, _cards[i].total_memory),
    )
    print("a library's banner")
"""


def test_torch_answers_where_nvml_finds_nothing(no_driver, torch_package):
    torch_package(ROCM_TORCH)
    facts = found(use_torch=True)
    assert facts["accelerator"].value == "rocm"
    assert facts["accelerator_name"].value == "AMD Radeon RX 7900 XTX"
    assert facts["accelerator_memory_gib"].value == 20.0
    assert facts["accelerator_memory_gib"].detail.startswith("torch 2.9.0: 20.0 of 24.0 GiB free")


def test_an_integrated_gpu_is_not_a_second_card(no_driver, torch_package):
    torch_package(ROCM_TORCH)
    facts = found(use_torch=True)
    assert facts["accelerator_count"].value == 1
    assert facts["unified_memory"].value is False
    assert "integrated GPU is not counted" in facts["accelerator"].detail


XPU_TORCH = """
    from types import SimpleNamespace as S
    __version__ = "2.9.0"
    version = S(cuda=None)
    cuda = S(is_available=lambda: False)
    _card = S(name="Intel(R) Arc(TM) Graphics", total_memory=2**34, is_integrated_gpu=1)
    xpu = S(
        is_available=lambda: True,
        device_count=lambda: 1,
        get_device_properties=lambda i: _card,
    )
"""


def test_an_integrated_gpu_alone_is_used_and_shares_the_ram(no_driver, torch_package):
    torch_package(XPU_TORCH)
    facts = found(use_torch=True)
    assert facts["accelerator"].value == "xpu"
    assert facts["unified_memory"].value is True
    assert facts["accelerator_memory_gib"].value == facts["ram_available_gib"].value


def test_torch_is_not_started_when_nvml_answers(driver, torch_package):
    folder = torch_package("import pathlib; pathlib.Path(__file__).with_name('ran').touch()")
    driver(RTX_4090)
    found(use_torch=True)
    assert not (folder / "ran").exists()


def test_torch_is_not_started_against_the_callers_wish(no_driver, torch_package):
    torch_package("raise SystemExit(1)")
    assert found(use_torch=False)["accelerator"].value == "none"


def test_without_any_sign_of_an_accelerator_torch_is_not_asked(
    torch_package, tmp_path, monkeypatch
):
    torch_package(ROCM_TORCH)
    monkeypatch.setattr(search, "is_apple_silicon", lambda: False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert not search.torch_may_know({}, dev=tmp_path / "dev")
    (tmp_path / "dev" / "kfd").mkdir(parents=True)
    assert search.torch_may_know({}, dev=tmp_path / "dev")


def test_a_cpu_build_of_torch_is_not_asked(torch_package, tmp_path):
    torch_package(ROCM_TORCH, version="2.9.0+cpu")
    assert not search.torch_may_know({"HIP_VISIBLE_DEVICES": "0"}, dev=tmp_path)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("import os; os._exit(3)", "torch stopped with exit code 3"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "torch was ended by signal 9"),
        ("raise ImportError('no such library')", "torch stopped with exit code 1"),
        ("import os; os._exit(0)", "torch gave an answer that cannot be read"),
        ("print('[1, 2', flush=True); import os; os._exit(0)", "cannot be read"),
        ("print('[]', flush=True); import os; os._exit(0)", "cannot be read"),
        ("print('{\"version\": 1}', flush=True); import os; os._exit(0)", "cannot be read"),
    ],
)
def test_a_torch_that_crashes_or_talks_nonsense_is_a_note(no_driver, torch_package, text, note):
    torch_package(text)
    fact = found(use_torch=True)["accelerator"]
    assert fact.value is None
    assert note in fact.detail


def test_a_torch_that_hangs_is_given_up(no_driver, torch_package):
    torch_package("import threading; threading.Event().wait()")
    assert (
        "torch gave no answer in 0.3 s"
        in found(use_torch=True, timeout_s=0.3)["accelerator"].detail
    )


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.NoSuchProcess:
        return True


def test_a_child_that_hangs_is_killed_with_its_descendants(tmp_path):
    pid_file = tmp_path / "pid"
    script = (
        "import subprocess, sys, threading, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
        f"pathlib.Path({str(pid_file)!r}).write_text(str(child.pid))\n"
        "threading.Event().wait()\n"
    )
    result = run_child([sys.executable, "-I", "-S", "-c", script], timeout_s=1.5)
    assert result.trouble == "gave no answer in 1.5 s"
    descendant = int(pid_file.read_text())
    for _ in range(250):  # the kernel ends a killed process soon, but not at once
        if is_gone(descendant):
            break
        threading.Event().wait(0.02)
    assert is_gone(descendant)


def test_a_child_that_cannot_start_is_a_result_too(tmp_path):
    assert "could not be started" in run_child([str(tmp_path / "none")], timeout_s=1).trouble


def test_the_child_sees_the_parents_torch(torch_package):
    torch_package(ROCM_TORCH)
    answer = ask_torch(timeout_s=20)
    assert (answer.version, answer.build) == ("2.9.0", "ROCm 6.4")


APPLE_TORCH = """
    from types import SimpleNamespace as S
    __version__ = "2.9.0"
    version = S(cuda=None)
    cuda = S(is_available=lambda: False)
    backends = S(mps=S(is_available=lambda: True))
    mps = S(recommended_max_memory=lambda: 2**44, driver_allocated_memory=lambda: 0)
"""


def test_an_apple_gpu_gets_no_more_than_the_available_ram(no_driver, torch_package):
    torch_package(APPLE_TORCH)
    facts = found(use_torch=True)
    assert facts["accelerator"].value == "mps"
    assert facts["unified_memory"].value is True
    assert facts["accelerator_memory_gib"].value == facts["ram_available_gib"].value


def test_an_apple_gpu_without_torch_may_use_two_thirds_of_the_ram():
    facts = {f.key: f for f in accelerator_facts(survey_apple(48 * GIB), ram_gib=40.0)}
    assert facts["hardware.accelerator"].value == "mps"
    assert facts["hardware.accelerator_memory_gib"].value == 32.0


def test_a_device_of_unknown_free_memory_gives_no_memory_fact():
    survey = Survey("torch 2.6", "xpu", (Device(0, "Some XPU", 16.0, None),))
    keys = {fact.key for fact in accelerator_facts(survey, ram_gib=8.0)}
    assert "hardware.accelerator_memory_gib" not in keys


def test_nothing_personal_is_reported(driver):
    driver(RTX_4090)
    told = repr(found())
    assert str(Path.cwd()) not in told
    assert str(Path.home()) not in told or str(Path.home()) == os.sep


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
