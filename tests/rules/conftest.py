"""A guard against hangs, and no deadlines for single examples on a busy machine."""

from __future__ import annotations

import signal

import pytest
from hypothesis import settings
from rule_texts import fill

from advisor.rules.loading import load_rules

settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@pytest.fixture
def no_hang():
    """Raise in the middle of the test after a few seconds."""

    def give_up(*_):
        raise TimeoutError("the input was not refused in time")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(5)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Load rule files of the given texts, by name, in place of the shipped ones."""

    def load_texts(texts: str | dict[str, str]):
        files = {"own.yaml": texts} if isinstance(texts, str) else texts
        home = tmp_path / "home"
        fill(home, files)
        monkeypatch.setattr("advisor.rules.loading.rules_folder", lambda: home)
        return load_rules()

    return load_texts


@pytest.fixture
def load_house(tmp_path):
    """Load a folder of house rules on top of the shipped ones."""

    def load_texts(texts: str | dict[str, str]):
        files = {"own.yaml": texts} if isinstance(texts, str) else texts
        house = tmp_path / "house"
        fill(house, files, settings=False)
        return load_rules([house])

    return load_texts
