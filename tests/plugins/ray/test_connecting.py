"""The folder of a cluster that is started here, and what killed programs have left."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from advisor_ray import connecting
from advisor_ray.owner import has_ended, owner


@pytest.fixture
def root(monkeypatch):
    """A temporary folder with a path that is short enough for Ray's sockets."""
    with tempfile.TemporaryDirectory(prefix="c-", dir="/tmp") as short:
        monkeypatch.setattr(tempfile, "tempdir", short)
        yield Path(short)


@pytest.fixture(scope="module")
def dead():
    """How a process is named that has ended."""
    asked = [
        sys.executable,
        "-c",
        "from advisor_ray.owner import owner as o; print(o())",
    ]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def test_a_process_has_ended_only_if_it_was_one_of_this_host(dead):
    assert has_ended(dead)
    assert not has_ended(owner())
    assert not has_ended("elsewhere." + dead.rpartition(".")[2])
    assert not has_ended(dead + "x")


def test_what_killed_programs_have_left_is_removed_and_nothing_else(root, dead):
    for name, told in {"advisor-dead": dead, "advisor-alive": owner(), "other-dead": dead}.items():
        (root / name).mkdir()
        (root / name / "owner").write_text(told, encoding="utf-8")
    (root / "advisor-unmarked").mkdir()
    (root / "advisor-binary").mkdir()
    (root / "advisor-binary" / "owner").write_bytes(b"\xff\xfe")
    (root / "advisor-pipe").mkdir()
    os.mkfifo(root / "advisor-pipe" / "owner")
    kept = {path.name for path in root.iterdir()} - {"advisor-dead"}
    folder = Path(connecting._folder())
    left = {path.name for path in root.iterdir()}
    assert left == {*kept, folder.name}
    assert not has_ended((folder / "owner").read_text(encoding="utf-8"))


def test_a_long_path_leaves_the_folder_to_ray(root, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(root / ("x" * 40)))
    assert connecting._folder() is None
