"""Whatever happens in the process of a job is told as its answer."""

from __future__ import annotations

import errno
import io
import json

import pytest
from trial_jobs import job, trial

from advisor.microbench.records import TrialStatus
from advisor.microbench.running.child import guarded


class Huge(dict):
    """An answer for whose text no memory is left."""

    def items(self):
        raise MemoryError


class FullDisk(io.StringIO):
    """A log that takes nothing more."""

    def write(self, _):
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("answer", "status"), [({"a": 1}, TrialStatus.FINISHED), (Huge(a=1), TrialStatus.OUT_OF_MEMORY)]
)
def test_memory_that_runs_out_for_the_answer_is_no_crash(monkeypatch, answer, status):
    from advisor.microbench.worker import jobs

    monkeypatch.setattr(jobs, "do_job", lambda *_: answer)
    told = json.loads(guarded(None, job(trial()), None))
    assert told["status"] == status.value


def test_a_log_that_cannot_be_written_does_not_hide_why_a_job_failed(monkeypatch):
    from advisor.microbench.worker import jobs

    def fail(*_):
        raise ValueError("no such thing")

    monkeypatch.setattr(jobs, "do_job", fail)
    monkeypatch.setattr("sys.stderr", FullDisk())
    told = json.loads(guarded(None, job(trial()), None))
    assert told == {"status": TrialStatus.CRASHED.value, "message": "ValueError: no such thing"}
