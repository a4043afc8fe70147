"""Tiny models for projects, written once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "microbench" / "worker"))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """A function that gives the folder of a family's tiny model with random weights."""
    from tiny_benches import written_once

    return written_once(tmp_path_factory.mktemp)


@pytest.fixture
def inside_project(tiny_model, tmp_path):
    """A function that writes a project and does work inside of it."""
    from forkedruns import forked
    from tiny_benches import FAMILIES
    from tinyprojects import write_project

    def inside(family, task, method, work):
        folder = tmp_path / "project"
        write_project(folder, tiny_model(family), FAMILIES[family], task, method=method)
        forked(folder, work)

    return inside


@pytest.fixture(autouse=True)
def on_a_cpu(monkeypatch):
    """Nothing is looked up on the network, and no device but the CPU is used."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
