"""The command line as a fixture, in a folder and with a state of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import as_command, in_process

_OUTSIDE = (
    "ADVISOR_TRACEBACK", "COLUMNS", "FORCE_COLOR", "HF_ENDPOINT", "HF_HUB_CACHE", "NO_COLOR",
    "PYTHONIOENCODING", "PYTHONUNBUFFERED", "TTY_COMPATIBLE",
)  # fmt: skip


@pytest.fixture(autouse=True)
def clean_surroundings(tmp_path, monkeypatch):
    """Nothing from outside: no colour, width, buffering, saved answers or model cache."""
    for name in _OUTSIDE:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)


@pytest.fixture
def advisor():
    """Run the command in this process."""
    return in_process


@pytest.fixture
def command():
    """Run the installed command in a process of its own."""
    return as_command


@pytest.fixture
def facts_file(tmp_path):
    """Write facts as JSON and return the file."""

    def write(facts: dict[str, Any], name: str = "plan.json") -> Path:
        path = tmp_path / name
        path.write_text(json.dumps(facts), encoding="utf-8")
        return path

    return write


@pytest.fixture
def file(tmp_path):
    """Write a file of any content and return it."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
