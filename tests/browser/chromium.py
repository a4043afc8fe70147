"""Debian's Chromium without a window: pages in, their document out."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_SECONDS = 120


def browser() -> str:
    """Where the browser is; the test is skipped without one, except in CI."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("no Chromium is installed: apt-get install chromium")
    return found


def document_of(page: Path, profile: Path) -> str:
    """The document of a page after its scripts have run."""
    command = [
        browser(), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
        "--virtual-time-budget=100000000", "--dump-dom", page.as_uri(),
    ]  # fmt: skip
    ran = subprocess.run(
        command, capture_output=True, text=True, timeout=_SECONDS, check=True, encoding="utf-8"
    )
    return ran.stdout
