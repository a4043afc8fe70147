"""What a run leaves behind, however it ends, and what another one may not take away."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from confirming import left_in
from pydantic_core import PydanticSerializationError
from table_executor import Table

from advisor.app import confirm
from advisor.app.confirm import Silent, Wish, confirm_advice
from advisor.confirmation.folder import open_folder
from advisor.microbench.records import Ending, TrialStatus
from advisor.microbench.running.journal import Entry
from advisor.profilers.request import DataFiles, Request
from advisor.support.errors import AdvisorError, ExitCode

ASKED = {"seed": 0}
ENDED = Entry(ending=Ending(job="t", status=TrialStatus.FINISHED, answer={}))


def opened(*, resume=False):
    return open_folder(ASKED, resume=resume, keep=None)


def test_finished_trials_are_not_lost_by_forgetting_to_resume():
    folder = opened()
    folder.journal.add(ENDED)
    folder.leave()
    with pytest.raises(AdvisorError, match="with 1 finished trial") as caught:
        opened()
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.where == str(folder.path)
    assert "--resume" in caught.value.hint
    resumed = opened(resume=True)
    assert resumed.journal.entries == folder.journal.entries
    resumed.leave()


def test_a_run_without_a_finished_trial_or_with_a_damaged_journal_is_started_anew():
    for left in ("", "{}}\n"):
        folder = opened()
        folder.write_bench(ENDED)
        with (folder.path / "journal.jsonl").open("a", encoding="utf-8") as journal:
            journal.write(left)
        folder.leave()
        again = opened()
        assert len(again.journal.entries) == 1
        assert not again.bench_file.exists()
        again.leave()


def test_a_folder_is_not_free_before_it_is_empty(monkeypatch):
    """Else the same run, started meanwhile, would lose its journal."""
    folder = opened()
    refused = []
    unlink = Path.unlink

    def watched(path):
        if path.name == "journal.jsonl":
            with pytest.raises(AdvisorError, match="going on in another process"):
                opened()
            refused.append(path)
        unlink(path)

    monkeypatch.setattr(Path, "unlink", watched)
    folder.done()
    assert len(refused) == 1
    assert not folder.path.exists()


def test_a_lock_that_was_removed_before_it_was_taken_is_no_lock(monkeypatch):
    import fcntl

    first = opened()
    lock = first.path / "lock"
    flock = fcntl.flock

    def late(stream, how):
        first.leave()
        flock(stream, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with pytest.raises(AdvisorError, match="going on in another process"):
        opened()
    assert not lock.exists()


@pytest.fixture
def run(tiny_encoder, review_file, monkeypatch):
    """Run the micro-benchmark with a given function that gives the executor."""
    request = Request(models=(str(tiny_encoder),), data=DataFiles(review_file), offline=True)

    def run(executor):
        monkeypatch.setattr(confirm, "_executor", executor)
        return confirm_advice(request, Wish(budget="20s"), (), Silent())

    return run


class Impatient(Table):
    """The user presses Ctrl-C, and again while the processes are ended."""

    def next_ending(self, timeout):
        if any(job.trial is not None for job in self.jobs):
            raise KeyboardInterrupt
        return super().next_ending(timeout)

    def close(self):
        raise KeyboardInterrupt


def test_who_interrupts_again_while_processes_end_has_the_report_all_the_same(run):
    found = run(lambda *_: Impatient())
    assert found.exit_code is ExitCode.INTERRUPTED
    assert found.record.complete is False
    found.delivered()


def test_an_error_of_the_system_leaves_no_examples_behind(run, tmp_path):
    def refuse(bench, folder, *_):
        folder.write_bench(bench)
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    with pytest.raises(OSError, match="temporarily unavailable"):
        run(refuse)
    assert left_in(tmp_path / "state") == []


def test_a_ctrl_c_while_the_examples_are_written_is_no_error_of_the_program(monkeypatch):
    def interrupted(self):
        raise PydanticSerializationError("Error serializing to JSON: KeyboardInterrupt: ")

    folder = opened()
    monkeypatch.setattr(Entry, "model_dump_json", interrupted)
    with pytest.raises(KeyboardInterrupt):
        folder.write_bench(ENDED)
    folder.done()
