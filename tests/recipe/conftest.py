"""Tiny models for projects, written once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "microbench" / "worker"))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """A function that gives the folder of a family's tiny model with random weights."""
    from tiny_benches import write_model

    folders = {}

    def folder(family):
        if family not in folders:
            folders[family] = write_model(tmp_path_factory.mktemp(family), family)
        return folders[family]

    return folder


@pytest.fixture(autouse=True)
def on_a_cpu(monkeypatch):
    """Nothing is looked up on the network, and no device but the CPU is used."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
