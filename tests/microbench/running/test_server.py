"""The process that loads the model: what stops it, and that it outlives nobody."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading

import pytest
from processes import ENOUGH, processes_of, wait_for
from tiny_benches import bench_of

from advisor.microbench.records import Route
from advisor.microbench.running.local import LocalExecutor
from advisor.support.errors import AdvisorError, ExitCode

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


def load(bench_file, **arguments):
    arguments = {"slots": 1, "watch": print, **arguments}
    return LocalExecutor(bench_file, bench_file.parent, **arguments)


def test_a_model_that_takes_too_long_to_load_is_given_up(endless):
    with pytest.raises(AdvisorError, match="not loaded after 1 s") as caught:
        load(endless, most_loading=1.0)
    assert caught.value.exit_code is ExitCode.MICROBENCH_FAILED
    assert "--budget" in caught.value.hint
    assert processes_of(endless.parent) == []


def test_being_killed_while_loading_is_told_as_what_it_likely_is(endless):
    def kill():
        [server] = wait_for(lambda: processes_of(endless.parent))
        os.kill(server, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(AdvisorError, match="killed, as a system does that runs out of memory"):
        load(endless, most_loading=ENOUGH)
    killer.join()


CROWDED = """
import sys
from advisor.microbench.running import server
from advisor.microbench.worker import workbench

def full(bench):
    raise MemoryError

workbench.load_workbench = full
sys.exit(server.main(sys.argv[1:]))
"""


def test_a_model_that_memory_does_not_hold_is_one_clear_message(tmp_path):
    bench = bench_of(tmp_path / "large", "bert", Route.HEAD)
    (tmp_path / "bench.json").write_text(bench.model_dump_json(), encoding="utf-8")
    arguments = [str(tmp_path / "bench.json"), str(tmp_path), str(os.getpid())]
    ended = subprocess.run(
        [sys.executable, "-c", CROWDED, *arguments], capture_output=True, text=True, check=False
    )
    told = json.loads(ended.stdout)["failed"]
    assert told["error"] == "there is not enough memory here to load the model and the examples"
    assert "bench.json" in told["where"]
    assert told["exit_code"] == ExitCode.MICROBENCH_FAILED
    assert "Traceback" not in ended.stderr
