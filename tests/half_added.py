"""A method that has only a part of what a method needs."""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from advisor import methods

FAKE = "dora_x"
LIKE = "lora"
"""What it is a copy of."""


@contextlib.contextmanager
def half_added(folder: Path, *, left_out: tuple[str, ...] = ()) -> Iterator[None]:
    """The registry with the method in it; after that it is as before.

    Args:
        folder: an empty one, for the method's own.
        left_out: parts of it that are missing; where none is, no other table knows the method.
    """
    own = folder / FAKE
    shutil.copytree(methods.package_folder() / "methods" / LIKE, own)
    table = own / methods.TABLE
    text = table.read_text(encoding="utf-8")
    text = re.sub("place: .*", "place: 99", text).replace("name: LoRA", "name: DoRA-X")
    table.write_text(text.replace("evidence:\n  column: lora\n", ""), encoding="utf-8")
    for name in left_out:
        (own / name).unlink()
    shipped = methods.method_folders()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(methods, "method_folders", lambda: [*shipped, own])
            code = sys.modules.get(f"advisor.methods.{LIKE}") or methods.load_methods()[LIKE].sizes
            patch.setitem(sys.modules, f"advisor.methods.{FAKE}", code)
            _forget()
            yield
    finally:
        _forget()


def _forget() -> None:
    """Nothing that was worked out from the tables is kept."""
    for name, module in list(sys.modules.items()):
        if name == "advisor" or name.startswith("advisor."):
            for one in list(vars(module).values()):
                if callable(getattr(one, "cache_clear", None)):
                    one.cache_clear()
