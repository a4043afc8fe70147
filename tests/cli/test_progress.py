"""The live view shows what runs, within the terminal's width, and no text of others raw."""

from __future__ import annotations

import sys
from unittest import mock

import pytest
from rich.console import Console
from rich.text import Text

from advisor.cli.progress import LiveProgress
from advisor.microbench.records import Purpose, Trial, TrialResult, TrialStatus


def trial(**changes):
    fields = {
        "id": "one", "purpose": Purpose.SEARCH, "method": "full_fine_tuning", "learning_rate": 1e-4,
        "head_rate": 0.01, "seed": 0, "train_size": 512, "steps": 20, "dev_every": 5, "patience": 3,
        "test": False,
    }  # fmt: skip
    return Trial(**{**fields, **changes})


@pytest.fixture
def progress(monkeypatch):
    """On a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    with mock.patch.object(sys.stderr, "isatty", return_value=True, create=True):
        yield LiveProgress(plain=False)


def test_what_runs_fits_into_eighty_columns(progress):
    progress.stage("training")
    progress.started(trial())
    for step in range(200):
        look = {"step": step, "rate": 1e-4, "train_loss": 1 / (step + 1), "dev_score": 71.5}
        progress.look({"job": "one", "memory": 2**30, **look})
    console = progress._console
    console.width = 80
    with console.capture() as captured:
        console.print(progress._view())
    shown = Text.from_ansi(captured.get()).plain
    assert max(map(len, shown.splitlines())) <= 80
    assert "full fine-tuning, 0.0001  199/20  0:00  1.0e-04" in shown
    assert "0.005   71.5  1.00 GiB" in shown


def test_the_time_left_of_a_trial_goes_by_its_pace(progress, monkeypatch):
    now = iter([100.0, 130.0, 130.0, 150.0, 300.0])
    monkeypatch.setattr("advisor.cli.progress.time.monotonic", lambda: next(now))
    progress.started(trial(steps=20))
    progress.look({"job": "one", "step": 5, "rate": 1e-4})
    console = Console(width=80)
    for told in ("1:30", "1:10", "0:00"):
        with console.capture() as captured:
            console.print(progress._table())
        assert told in captured.get()


def test_messages_of_trials_are_made_printable(capsys):
    shown = LiveProgress(plain=True)
    message = "\x1b[31mred\x07"
    result = TrialResult(trial="one", status=TrialStatus.CRASHED, message=message)
    shown.ended(trial(), result)
    told = capsys.readouterr().err
    assert "red" in told
    assert not set("\x1b\x07") & set(told)
