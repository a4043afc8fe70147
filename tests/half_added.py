"""A method that somebody has put into every YAML table, and of which no code knows."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from advisor.catalogue import known, tables
from advisor.support import compiled

FAKE = "dora_x"
LIKE = "lora"
"""What it is a copy of wherever tables name methods."""
VOCABULARY, METHODS = "facts/vocabulary.yaml", "catalogue/methods.yaml"
_NAMING = (
    VOCABULARY, METHODS, "catalogue/assumptions.yaml", "catalogue/closed_form.yaml",
    "catalogue/devices.yaml", "catalogue/projects.yaml",
)  # fmt: skip


@contextlib.contextmanager
def half_added(*, left_out: tuple[str, ...] = (), silenced: bool = False) -> Iterator[None]:
    """The tables with the method in them; after that they are as before.

    Args:
        left_out: tables that were forgotten.
        silenced: whether the list of known methods has it, too, though no branch does.
    """
    names = tuple(name for name in _NAMING if name not in left_out)
    paths = [compiled.package_folder() / name for name in names]
    paths.append(compiled.rules_folder() / "settings.yaml")
    values = dict(compiled._compiled())
    for path in paths:
        digest = _digest(path)
        values[digest] = _with_the_method(copy.deepcopy(values[digest]))
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(compiled, "_compiled", lambda: values)
            if silenced:
                patch.setattr(tables, "KNOWN", (*known.KNOWN, FAKE))
            _forget()
            yield
    finally:
        _forget()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _with_the_method(value: Any) -> Any:
    """The same with the method wherever the one that it is like stands in a list or as a key."""
    if isinstance(value, list):
        found = [_with_the_method(one) for one in value]
        return found + [FAKE] * (LIKE in value)
    if not isinstance(value, dict):
        return value
    found = {key: _with_the_method(one) for key, one in value.items()}
    if LIKE in value:
        found[FAKE] = copy.deepcopy(found[LIKE])
    return found


def _forget() -> None:
    """Nothing that was worked out from the tables is kept."""
    for name, module in list(sys.modules.items()):
        if name == "advisor" or name.startswith("advisor."):
            for one in list(vars(module).values()):
                if callable(getattr(one, "cache_clear", None)):
                    one.cache_clear()
