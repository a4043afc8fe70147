"""Names for the report, taken from file names that may be anything."""

from __future__ import annotations

import re
from pathlib import Path

from advisor.profilers.model.findings import plain

_CACHE_FOLDER = re.compile(r"models--(?P<owner>[\w.-]+?)--(?P<name>[\w.-]+)\Z", re.ASCII)
_GENERIC = frozenset({"config", "model", "adapter", "pytorch_model"})
_UNNAMED = "unnamed model"


def folder_name(folder: Path) -> str:
    """The folder's own name, or the Hub id if it lies in the cache of the Hub."""
    resolved = Path(folder).absolute()
    for part in reversed(resolved.parts):
        match = _CACHE_FOLDER.match(part)
        if match:
            return f"{match['owner']}/{match['name']}"
    return _clean(resolved.name or resolved.resolve().name)


def file_name(path: Path) -> str:
    """The file's name without its ending; the folder's name for one like `config.json`."""
    if path.stem in _GENERIC:
        return folder_name(path.parent)
    return _clean(path.stem)


def _clean(name: str) -> str:
    return plain(name.strip()) or _UNNAMED
