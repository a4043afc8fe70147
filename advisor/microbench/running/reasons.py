"""How a job failed, in words for a person."""

from __future__ import annotations

import re

from advisor.microbench.spec import Status

_BYTES = re.compile(r"tried to allocate (\d+) bytes")
_MIB, _GIB = 2.0**20, 2.0**30


def reason(status: Status, message: str, limit: int | None = None) -> str:
    """The message, without the library's own lines of code where memory ran out.

    Args:
        status: how it ended.
        message: what its process said.
        limit: bytes that it could have, or None where that is not known.
    """
    if status is not Status.OUT_OF_MEMORY:
        return message
    found = _BYTES.search(message)
    told = f"no room for {int(found[1]) / _MIB:,.1f} MiB more" if found else message
    return told if limit is None else f"{told} in {limit / _GIB:.2f} GiB"
