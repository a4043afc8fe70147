"""Facts about accelerators that only torch knows, asked in a child process."""

from __future__ import annotations

import sys
import threading

import psutil
import pytest
from fake_hardware import (
    ROCM_TORCH,
    RTX_4090,
    found,
)

from advisor.profilers.hardware import profile
from advisor.profilers.hardware.profile import accelerator_facts
from advisor.profilers.hardware.survey import Device, Survey
from advisor.profilers.hardware.torch_child import ask_torch, run_child


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
    monkeypatch.setattr(profile, "is_apple_silicon", lambda: False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert not profile.torch_may_know({}, dev=tmp_path / "dev")
    (tmp_path / "dev" / "kfd").mkdir(parents=True)
    assert profile.torch_may_know({}, dev=tmp_path / "dev")


def test_a_cpu_build_of_torch_is_not_asked(torch_package, tmp_path):
    torch_package(ROCM_TORCH, version="2.9.0+cpu")
    assert not profile.torch_may_know({"HIP_VISIBLE_DEVICES": "0"}, dev=tmp_path)


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


@pytest.mark.parametrize("ram_gib", [20.31, 20.0, 1.1])
def test_ram_that_bounds_a_device_is_not_rounded_down_again(ram_gib):
    device = Device(0, "", None, 2.0**14, unified=True)
    facts = accelerator_facts(Survey("torch", "mps", (device,)), ram_gib=ram_gib)
    [memory] = [fact for fact in facts if fact.key == "hardware.accelerator_memory_gib"]
    assert memory.value == ram_gib
