"""Facts about the doctor's checks."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from email.message import Message
from pathlib import Path
from types import SimpleNamespace

import pytest

from advisor.profilers.hardware import doctor
from advisor.profilers.hardware.doctor import Check, run_check, run_checks
from advisor.profilers.hardware.survey import Device, Survey
from advisor.profilers.hardware.torch_child import TorchAnswer

NO_DEVICE = Survey("NVML", None, notes=("NVML: no NVIDIA driver",))
ONE_DEVICE = Survey("NVML", "cuda", (Device(0, "RTX 4090", 24.0, 21.4),))


@pytest.fixture
def surroundings(monkeypatch: pytest.MonkeyPatch):
    """Say what NVML and torch answer; None is a torch that is not installed."""

    def say(nvml: Survey = NO_DEVICE, torch: TorchAnswer | None = None) -> None:
        monkeypatch.setattr(doctor, "survey_nvml", lambda environ: nvml)
        monkeypatch.setattr(doctor, "torch_installed", lambda: torch is not None)
        monkeypatch.setattr(doctor, "ask_torch", lambda timeout_s: torch)

    say()
    return say


def results(**options: bool) -> dict[str, Check]:
    return {check.name: check for check in run_checks(**options)}


def test_every_check_has_a_known_status_and_one_line_of_text(surroundings):
    for check in run_checks():
        assert check.status in ("ok", "warning", "missing", "failed")
        assert check.text
        assert check.text.isprintable()
        assert check.seconds >= 0


def test_the_checks_come_in_a_fixed_order(surroundings):
    assert list(results()) == [
        "python",
        "system",
        "cpu",
        "ram",
        "disk",
        "nvml",
        "torch",
        "transformers",
        "peft",
        "tokenizers",
        "pyarrow",
        "network",
        "cache",
    ]


def test_a_crashed_check_fails_alone_and_tells_only_the_exceptions_type(surroundings, monkeypatch):
    def crash() -> doctor.CheckResult:
        raise OSError("/home/somebody/secret")

    monkeypatch.setattr(doctor, "check_ram", crash)
    found = results()
    assert found["ram"].status == "failed"
    assert found["ram"].text == "the check itself failed (OSError)"
    assert found["disk"].status != "failed"


def test_an_interrupt_by_the_user_is_not_swallowed():
    def interrupt() -> doctor.CheckResult:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_check("any", interrupt)


def test_a_missing_package_is_missing_and_nothing_is_imported(surroundings, monkeypatch):
    monkeypatch.setattr(doctor, "OPTIONAL_PACKAGES", ("no-such-package-anywhere", "psutil"))
    before = set(sys.modules)
    found = results()
    assert found["no-such-package-anywhere"].status == "missing"
    assert found["psutil"].status == "ok"
    assert not {"torch", "transformers", "peft"} & (set(sys.modules) - before)


def test_nvidia_devices_are_listed_with_their_free_memory(surroundings):
    surroundings(nvml=ONE_DEVICE)
    assert results()["nvml"].text == "RTX 4090 (21.4 of 24.0 GiB free)"


def test_no_driver_is_missing_and_a_broken_one_failed(surroundings):
    assert results()["nvml"].status == "missing"
    surroundings(nvml=Survey("NVML", None, notes=("NVML: mismatch",), failed=True))
    assert results()["nvml"].status == "failed"


def test_torch_tells_version_build_and_devices(surroundings):
    survey = Survey("torch", "cuda", (Device(0, "RTX 4090", 24.0, 21.0),))
    surroundings(torch=TorchAnswer("2.9.0", "CUDA 12.8", survey))
    check = results()["torch"]
    assert check.status == "ok"
    assert check.text == "2.9.0, CUDA 12.8; RTX 4090 (21.0 of 24.0 GiB free)"


def test_a_torch_that_cannot_use_the_nvidia_device_is_a_warning(surroundings):
    surroundings(nvml=ONE_DEVICE, torch=TorchAnswer("2.9.0", "CPU only", Survey("torch", None)))
    check = results()["torch"]
    assert check.status == "warning"
    assert "cannot use the NVIDIA device" in check.text


def test_a_torch_that_fails_is_failed(surroundings):
    survey = Survey("torch", None, notes=("torch gave no answer in 20 s",), failed=True)
    surroundings(torch=TorchAnswer("", "", survey))
    assert results()["torch"].status == "failed"


def test_the_network_is_not_touched_unless_asked(surroundings, monkeypatch):
    def touched(*args: object, **options: object) -> None:
        pytest.fail("a request was sent")

    monkeypatch.setattr(urllib.request, "urlopen", touched)
    assert results()["network"].text == "not tested"


def hub(monkeypatch: pytest.MonkeyPatch, error: Exception | None) -> list[str]:
    methods: list[str] = []

    class Answer(SimpleNamespace):
        def __enter__(self) -> Answer:
            return self

        def __exit__(self, *args: object) -> None:
            return None

    def urlopen(request: urllib.request.Request, timeout: float) -> Answer:
        methods.append(request.get_method())
        if error is not None:
            raise error
        return Answer()

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    return methods


def test_on_request_one_head_request_is_sent(surroundings, monkeypatch):
    methods = hub(monkeypatch, None)
    assert results(network=True)["network"].status == "ok"
    assert methods == ["HEAD"]


def test_a_hub_that_does_not_answer_is_a_warning_without_its_address(surroundings, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "https://hub.example.internal")
    hub(monkeypatch, urllib.error.URLError("hub.example.internal unreachable"))
    check = results(network=True)["network"]
    assert check.status == "warning"
    assert "example" not in check.text


def test_a_hub_that_refuses_still_answers(surroundings, monkeypatch):
    refusal = urllib.error.HTTPError("https://hub", 403, "no", Message(), None)
    hub(monkeypatch, refusal)
    assert results(network=True)["network"].text == "the model hub answers with status 403"


def test_an_endpoint_that_is_no_web_address_is_not_opened(surroundings, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "file:///etc/passwd")
    methods = hub(monkeypatch, None)
    assert results(network=True)["network"].status == "failed"
    assert methods == []


def test_a_cache_folder_that_does_not_exist_yet_is_judged_by_its_parent(
    surroundings, monkeypatch, tmp_path
):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "not" / "yet"))
    check = results()["cache"]
    assert check.status == "ok"
    assert not (tmp_path / "not").exists()


def test_a_cache_that_cannot_be_written_is_a_warning(surroundings, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "file"))
    assert results()["cache"].status == "warning"


def test_nothing_personal_is_told(surroundings, monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    told = repr(doctor.run_checks())
    assert str(tmp_path) not in told
    assert str(Path.cwd()) not in told
