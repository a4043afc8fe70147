"""The shipped YAML files, parsed ahead of time and found by the hash of their text.

Parsing the rules and tables takes longer than judging them, so ``advisor/compiled.json`` holds
their values under the SHA-256 of the text that they were parsed from. A file that has been edited
has another hash and is simply parsed: the file can be out of date, but never wrong.

``python -m advisor.support.compiled`` writes it anew; a test fails if that was forgotten.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from advisor.support.strictyaml import YamlDocument, parse_yaml

_FILE = "compiled.json"
# Read on the way to every answer; other tables are parsed when they are needed.
_COMPILED = ("facts/vocabulary.yaml", "methods/*/method.yaml", "catalogue/*.yaml")


def package_folder() -> Path:
    """The folder of the installed package."""
    return Path(__file__).resolve().parents[1]


def rules_folder() -> Path:
    """The folder of the rules that ship with the advisor."""
    installed = package_folder() / "_rules"
    return installed if installed.is_dir() else package_folder().parent / "rules"


def load_shipped(path: Path, *, name: str, lines: bool = False) -> YamlDocument:
    """Return the content of a shipped YAML file.

    Args:
        path: the file.
        name: what it is called in messages.
        lines: whether the line of every key is wanted, which only parsing can tell.
    """
    text = path.read_text(encoding="utf-8")
    value = None if lines else _compiled().get(_digest(text))
    if value is None:
        return parse_yaml(text, where=name)
    return YamlDocument(value, {}, name)


@functools.cache
def _compiled() -> dict[str, Any]:
    try:
        text = (package_folder() / _FILE).read_text(encoding="utf-8")
        values: dict[str, Any] = json.loads(text)
    except (OSError, ValueError):
        return {}
    return values


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _sources() -> Iterator[Path]:
    for pattern in _COMPILED:
        yield from sorted(package_folder().glob(pattern))
    yield from sorted(rules_folder().rglob("*.yaml"))


def compile_shipped() -> str:
    """Return what compiled.json should hold now, one file a line so that diffs stay readable."""
    entries = []
    for path in _sources():
        text = path.read_text(encoding="utf-8")
        value = json.dumps(parse_yaml(text, where=path.name).value, ensure_ascii=False)
        entries.append(f'"{_digest(text)}": {value}')
    return "{\n" + ",\n".join(entries) + "\n}\n"


if __name__ == "__main__":
    (package_folder() / _FILE).write_text(compile_shipped(), encoding="utf-8")
