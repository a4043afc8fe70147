"""The process that loads the model does not outlive the one that started it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from processes import ENOUGH, processes_of, wait_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")

PARENT = """
import sys
from pathlib import Path
from advisor.microbench.running.local import LocalExecutor

LocalExecutor(Path(sys.argv[1]), Path(sys.argv[1]).parent, slots=1, watch=print)
"""


@pytest.fixture
def endless(tmp_path):
    """A bench that is never loaded: a pipe into which nobody writes."""
    os.mkfifo(tmp_path / "bench.json")
    return tmp_path / "bench.json"


def test_it_ends_with_its_parent_while_it_loads(endless):
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(endless)])
    wait_for(lambda: processes_of(endless.parent))
    parent.kill()
    parent.wait()
    wait_for(lambda: not processes_of(endless.parent))


def test_it_does_not_begin_if_its_parent_has_ended_already(endless):
    gone = str(os.getppid())  # never the identifier of its parent, as after that one's end
    command = [sys.executable, "-m", "advisor.microbench.running.server"]
    ended = subprocess.run(
        [*command, str(endless), str(endless.parent), gone], timeout=ENOUGH, check=False
    )
    assert ended.returncode == 1
