"""The process that a folder belongs to, so that what killed ones have left can be told."""

from __future__ import annotations

import os
import re
import socket

import psutil

_PROCESS = re.compile(r"[0-9]{1,9}")


def owner() -> str:
    """This process by its host, as other hosts may use the same disk."""
    return f"{socket.gethostname()}.{os.getpid()}"


def has_ended(name: str) -> bool:
    """Whether this is a process of this host which has ended."""
    host, _, process = name.rpartition(".")
    if host != socket.gethostname() or not _PROCESS.fullmatch(process):
        return False
    return not psutil.pid_exists(int(process))
