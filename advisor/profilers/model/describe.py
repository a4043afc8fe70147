"""The tables of model types, and the names that a file gives to its own type."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from advisor.support import excerpt, parse_yaml


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of a configuration: its default, and the keys that may set it."""

    default: Any
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelType:
    """The description of one `model_type`; architectures.yaml explains each field at its head."""

    name: str
    architecture: str
    body: str
    prefix: str
    base_class: str
    heads: dict[str, tuple[str, ...]]
    settings: dict[str, Setting]


@dataclass(frozen=True, slots=True)
class Architectures:
    """Everything that the three files declare.

    Attributes:
        types: descriptions by the `model_type` of config.json.
        gguf: the architecture of the vocabulary by the `general.architecture` of a GGUF file.
        gguf_always_tied: GGUF architectures whose output matrix is always the embedding.
    """

    types: dict[str, ModelType]
    gguf: dict[str, str]
    gguf_always_tied: frozenset[str]


@functools.cache
def load_architectures() -> Architectures:
    """Load the descriptions that ship with the package."""
    types, heads = _load("architectures.yaml")["types"], _load("heads.yaml")
    names = _load("gguf_names.yaml")
    gguf = {
        name: architecture
        for architecture in ("encoder", "decoder", "encoder_decoder")
        for name in names[architecture]
    }
    return Architectures(
        types={name: _model_type(name, entry, heads) for name, entry in types.items()},
        gguf=gguf,
        gguf_always_tied=frozenset(names["always_tied"]),
    )


def _load(name: str) -> Any:
    source = files("advisor.profilers.model") / name
    return parse_yaml(source.read_text(encoding="utf-8"), where=name).value


def _model_type(name: str, entry: dict[str, Any], heads: dict[str, Any]) -> ModelType:
    groups = [entry["sizes"], entry["flags"], entry.get("texts", {})]
    settings = {
        key: Setting(default, tuple(keys))
        for group in groups
        for key, (default, *keys) in group.items()
    }
    return ModelType(
        name=name,
        architecture=entry["architecture"],
        body=entry["body"],
        prefix=entry["prefix"],
        base_class=entry["base_class"],
        heads={head: tuple(parts) for head, parts in heads[entry["heads"]].items()},
        settings=settings,
    )


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
    return excerpt(name.strip()) or _UNNAMED
