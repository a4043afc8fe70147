"""How a job failed, in words for a person."""

from __future__ import annotations

import re

from advisor.microbench.spec import Status

_BYTES = re.compile(r"tried to allocate (\d+) bytes")
_MIB = 2.0**20


def reason(status: Status, message: str) -> str:
    """The message, without the library's own lines of code where memory ran out."""
    found = _BYTES.search(message)
    if status is not Status.OUT_OF_MEMORY or found is None:
        return message
    return f"no room for {int(found[1]) / _MIB:,.1f} MiB more"
