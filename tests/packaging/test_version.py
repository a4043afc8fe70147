"""The number of the version is one wherever it stands."""

from __future__ import annotations

import re
from pathlib import Path

from advisor import __version__

ROOT = Path(__file__).resolve().parents[2]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_package_and_its_description_name_one_version():
    assert f'\nversion = "{__version__}"\n' in text("pyproject.toml")


def test_the_newest_release_of_the_changelog_is_this_version():
    released = re.findall(
        r"^## \[([0-9.]+)\] - \d{4}-\d\d-\d\d$", text("CHANGELOG.md"), re.MULTILINE
    )
    assert released[0] == __version__
