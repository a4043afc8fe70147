"""A run's journal survives being cut short anywhere, and refuses what it cannot trust."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.microbench.records import Ending, TrialStatus
from advisor.microbench.running.journal import Entry, Journal
from advisor.support.errors import AdvisorError


def ending(number):
    return Entry(
        ending=Ending(job=f"trial-{number}", status=TrialStatus.FINISHED, answer={"a": number})
    )


def filled(path, count=3):
    journal = Journal(path)
    journal.add(Entry(begun={"model": "m"}))
    for number in range(count):
        journal.add(ending(number))
    return journal


def test_a_journal_is_read_back_as_it_was_written(tmp_path):
    written = filled(tmp_path / "journal.jsonl")
    assert Journal(tmp_path / "journal.jsonl").entries == written.entries


@given(cut=st.integers(1, 400))
def test_a_journal_cut_short_keeps_every_whole_entry(tmp_path_factory, cut):
    path = tmp_path_factory.mktemp("run") / "journal.jsonl"
    entries = filled(path).entries
    raw = path.read_bytes()
    kept = raw[: max(len(raw) - cut, 0)]
    path.write_bytes(kept)
    found = Journal(path)
    whole = kept.count(b"\n")
    assert found.entries == entries[:whole]
    found.add(ending(9))
    assert Journal(path).entries == [*entries[:whole], ending(9)]


def test_the_last_ending_of_a_job_counts(tmp_path):
    journal = filled(tmp_path / "journal.jsonl", 1)
    journal.add(Entry(ending=Ending(job="trial-0", status=TrialStatus.KILLED)))
    assert journal.endings()["trial-0"].status is TrialStatus.KILLED


@pytest.mark.parametrize("line", ["{}}", '{"begun": 3}', '{"unknown": {}}', "\0"])
def test_a_damaged_journal_is_refused_with_its_place(tmp_path, line):
    path = tmp_path / "journal.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(AdvisorError) as caught:
        Journal(path)
    assert str(path) in caught.value.where
    assert "--resume" in caught.value.hint


def test_a_full_disk_is_one_clear_message(tmp_path, monkeypatch):
    journal = filled(tmp_path / "journal.jsonl")

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(AdvisorError, match="No space left on device") as caught:
        journal.add(ending(4))
    assert "finished trials are kept" in caught.value.hint
