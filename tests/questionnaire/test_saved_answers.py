"""Facts about answers kept between sessions."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from advisor.facts import Fact, Source
from advisor.facts.values import Interval
from advisor.questionnaire.saved import forget_answers, save_answers, saved_answers, state_file
from advisor.support.errors import AdvisorError

ANSWERS = [
    Fact("task.type", "code", Source.ANSWERED),
    Fact("model.parameters", Interval(1_000_000_000, 10_000_000_000), Source.ANSWERED),
    Fact("model.architecture", frozenset({"decoder", "encoder"}), Source.ANSWERED),
    Fact("deployment.latency_sensitive", False, Source.ANSWERED),
    Fact("quality.tolerance_points", 1.5, Source.ANSWERED),
    Fact("budget.hours", None, Source.ANSWERED),
    Fact("model.name", "Größe", Source.ANSWERED),
]


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


def test_the_state_lies_under_xdg_state_home(state):
    save_answers(ANSWERS)
    assert state_file() == state / "tuning-advisor" / "answers.json"
    assert state_file().is_file()


def test_without_xdg_state_home_the_state_lies_under_the_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    for value in (None, ""):
        if value is None:
            monkeypatch.delenv("XDG_STATE_HOME")
        else:
            monkeypatch.setenv("XDG_STATE_HOME", value)
        assert state_file() == tmp_path / ".local/state/tuning-advisor/answers.json"


def test_saved_answers_come_back_as_they_were():
    save_answers(ANSWERS)
    assert {(f.key, f.value, f.source) for f in saved_answers()} == {
        (f.key, f.value, f.source) for f in ANSWERS
    }


def test_a_later_save_replaces_an_earlier_one_and_leaves_no_other_file(state):
    save_answers(ANSWERS)
    save_answers(ANSWERS[:1])
    assert [fact.key for fact in saved_answers()] == ["task.type"]
    assert [path.name for path in (state / "tuning-advisor").iterdir()] == ["answers.json"]


def test_nothing_to_resume_is_told_with_a_way_on():
    with pytest.raises(AdvisorError, match="no saved answers") as caught:
        saved_answers()
    assert "advisor ask" in caught.value.hint


def test_forgotten_answers_are_gone_and_forgetting_twice_is_fine():
    save_answers(ANSWERS)
    forget_answers()
    forget_answers()
    assert not state_file().exists()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"\xff\xfe", b"\0", b'{"task.typ": "code"}', b'{"task.type": "cod"}',
        b'{"a":' * 100_000, b'{"schema_version": "9"}',
    ],
)  # fmt: skip
def test_corrupt_answers_are_a_clear_error_that_names_the_file(content):
    state_file().parent.mkdir(parents=True)
    state_file().write_bytes(content)
    with pytest.raises(AdvisorError) as caught:
        saved_answers()
    assert "answers.json" in caught.value.where


def test_a_folder_in_place_of_the_file_is_a_clear_error():
    state_file().mkdir(parents=True)
    with pytest.raises(AdvisorError):
        saved_answers()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_answers_are_a_clear_error():
    save_answers(ANSWERS)
    state_file().chmod(0)
    with pytest.raises(AdvisorError, match="cannot be read"):
        saved_answers()


def a_file_in_place_of_the_folder(state: Path) -> None:
    state.write_text("not a folder", encoding="utf-8")


def a_folder_in_place_of_the_file(state: Path) -> None:
    (state / "tuning-advisor" / "answers.json").mkdir(parents=True)


@pytest.mark.parametrize("spoil", [a_file_in_place_of_the_folder, a_folder_in_place_of_the_file])
def test_a_state_that_cannot_be_written_stops_neither_saving_nor_forgetting(state, spoil):
    spoil(state)
    save_answers(ANSWERS)
    forget_answers()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_locked_folder_stops_neither_saving_nor_forgetting(state):
    save_answers(ANSWERS[:1])
    state_file().parent.chmod(0o500)
    try:
        save_answers(ANSWERS)
        forget_answers()
    finally:
        state_file().parent.chmod(0o700)


def test_the_kept_file_is_a_facts_file_that_the_command_reads():
    save_answers(ANSWERS)
    kept = json.loads(state_file().read_text(encoding="utf-8"))
    assert kept["model.parameters"] == "[1000000000..10000000000]"
    assert kept["budget.hours"] is None
