"""A guard against hangs, and no deadlines for single examples on a busy machine."""

from __future__ import annotations

import signal

import pytest
from hypothesis import settings

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
