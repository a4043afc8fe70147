"""Work in a forked process, as trials are run."""

from __future__ import annotations

import os
import pickle
import warnings


def in_a_child(work):
    """What ``work`` returns in a forked process."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Some libraries keep threads of their own, which the child does without.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(pickle.dumps(work()))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    assert answer, "the child has failed"
    return pickle.loads(answer)  # noqa: S301 - written by ourselves
