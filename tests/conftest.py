"""A guard against hangs, no deadlines for single examples, and one thread for each computation."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import settings

# Tests run side by side, and small matrices that are spread over cores that others use take twenty
# times as long. Libraries read this when they are loaded; the processes of tests inherit it.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@pytest.fixture
def no_hang():
    """Raise in the middle of the test after half a minute; no refusal takes so long."""

    def give_up(*_):
        raise TimeoutError("the input was not refused in time")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(30)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
