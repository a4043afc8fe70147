"""A driver, or a torch, in place of those of this machine."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest
from fake_hardware import (
    SELECTING_VARIABLES,
    Card,
    FakeNvml,
)


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
