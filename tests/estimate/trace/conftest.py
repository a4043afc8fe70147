"""Warnings of torch and transformers are theirs, not ours, and not errors here."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "estimate/trace" in str(item.path):
            item.add_marker(pytest.mark.filterwarnings("ignore"))
