"""Limits on the memory of this process, where the system has and heeds them."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from typing import Any

import psutil


def limit_memory(most: int) -> None:
    """Limit the bytes that the process holds beyond those of now; what is too much is refused.

    What is there already may be shared with the parent, or reserved and never touched.
    """
    resource = _resource()
    if resource is None:
        return
    held = psutil.Process().memory_info()
    limit = getattr(held, "data", held.rss) + most
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    given = [bound for bound in (soft, hard) if bound != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min([limit, *given]), hard))


@contextlib.contextmanager
def memory_limited(most: int) -> Iterator[None]:
    """Limit the memory of the process, all its threads included, until the block ends."""
    resource = _resource()
    before = resource and resource.getrlimit(resource.RLIMIT_DATA)
    limit_memory(most)
    try:
        yield
    finally:
        if resource is not None:
            resource.setrlimit(resource.RLIMIT_DATA, before)


def _resource() -> Any:
    try:
        return importlib.import_module("resource")
    except ImportError:  # Windows
        return None
