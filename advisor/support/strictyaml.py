"""A strict YAML subset, read from libyaml's event stream, with the line of every key.

PyYAML's loaders keep the last of two equal keys silently, read ``no`` as false and ``3:30`` as
210, and expand aliases without bound. Building the value from the parser's events avoids all
four, keeps positions for error messages, and never recurses, so deep nesting cannot crash it.
The choice against ruamel.yaml is recorded in docs/decisions/0002-yaml.md.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

import yaml

from advisor.support.errors import AdvisorError

MAX_DEPTH = 32
MAX_NODES = 100_000
"""Values in one document; a file of four megabytes can hold two million, which take long."""
Path: TypeAlias = tuple["str | int", ...]

_TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"
# libyaml reads ahead, so from PyYAML 6.0.4 on its own far higher limit can strike first.
_PARSER_TOO_DEEP = "exceeded maximum nesting depth"

_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}
_MAX_NUMBER_LENGTH = 40
# Only the event stream of the loader is used: its constructor, which builds objects, never runs.
_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlDocument:
    """A parsed document and where each of its parts stands.

    Attributes:
        value: plain dicts, lists, strings, numbers, booleans and None.
        lines: the 1-based line of every node, by its path of keys and indices.
    """

    def __init__(self, value: Any, lines: dict[Path, int], name: str) -> None:
        self.value = value
        self.lines = lines
        self.name = name

    def where(self, *path: str | int) -> str:
        """``file, line N`` of the innermost part of ``path`` that exists.

        A document that was not read line by line, such as JSON, has its name alone.
        """
        if not self.lines:
            return self.name
        trail = tuple(path)
        while trail and trail not in self.lines:
            trail = trail[:-1]
        return f"{self.name}, line {self.lines.get(trail, 1)}"


def parse_yaml(text: str, *, where: str) -> YamlDocument:
    """Parse one YAML 1.2 document of the JSON-like subset.

    Args:
        text: the document.
        where: the file's name, for messages.

    Raises:
        AdvisorError: on a syntax error, a duplicate key, an anchor or tag, a second document, or
            nesting deeper than MAX_DEPTH, or more than MAX_NODES values.
    """
    try:
        return _Composer(where).compose(_events(text))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        if error.problem == _PARSER_TOO_DEEP:
            raise AdvisorError(_TOO_DEEP, where=f"{where}, line {line}") from None
        raise AdvisorError(
            f"this is not valid YAML: {error.problem}",
            where=f"{where}, line {line}",
            hint=_quote_hint(text, line),
        ) from None
    except (yaml.YAMLError, ValueError) as error:
        raise AdvisorError(
            f"this is not valid YAML: {str(error).splitlines()[0]}", where=where
        ) from None


def _events(text: str) -> Iterator[Any]:
    loader = _PARSER(text)
    while loader.check_event():
        yield loader.get_event()


def _quote_hint(text: str, line: int) -> str:
    """``when: >= 10`` and ``[1B..10B)`` are YAML errors unless quoted, so say just that."""
    lines = text.splitlines()
    shown = lines[line - 1] if 0 < line <= len(lines) else ""
    previous = lines[line - 2] if 1 < line <= len(lines) + 1 else ""
    if re.search(r":\s*([<>\]\[(]|-\s*$)", shown) or re.search(r":\s*[<>\[(]", previous):
        return "quote the test: '>= 10'"
    return ""


class _Composer:
    """Builds values from events with an explicit stack instead of recursion."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Path, int] = {}
        self.documents = 0
        self.root: Any = None
        # Each open collection: its value, its path, and the pending key of a mapping.
        self.stack: list[tuple[Any, Path]] = []
        self.keys: list[str | None] = []

    def compose(self, events: Iterator[Any]) -> YamlDocument:
        for event in events:
            line = event.start_mark.line + 1
            if isinstance(event, yaml.DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    raise self._error("a second document starts here", line, "keep one a file")
            elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise self._error(
                    "anchors and aliases (&name, *name) are not accepted", line, "repeat the value"
                )
            elif isinstance(event, yaml.ScalarEvent):
                self._scalar(event, line)
            elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                self._open({} if isinstance(event, yaml.MappingStartEvent) else [], event, line)
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                self.stack.pop()
                self.keys.pop()
        return YamlDocument(self.root, self.lines, self.name)

    def _error(self, message: str, line: int, hint: str = "") -> AdvisorError:
        return AdvisorError(message, where=f"{self.name}, line {line}", hint=hint)

    def _open(self, collection: Any, event: Any, line: int) -> None:
        if event.tag is not None:
            raise self._error(f"the tag {event.tag} is not accepted", line, "write plain values")
        if len(self.stack) >= MAX_DEPTH:
            raise self._error(_TOO_DEEP, line)
        path = self._place(collection, line)
        self.stack.append((collection, path))
        self.keys.append(None)

    def _scalar(self, event: Any, line: int) -> None:
        if event.tag not in (None, "!"):
            raise self._error(f"the tag {event.tag} is not accepted", line, "write plain values")
        if self.stack and isinstance(self.stack[-1][0], dict) and self.keys[-1] is None:
            self._key(event.value, line)
            return
        plain = event.style is None or event.style == ""
        self._place(self._resolve(event.value, line) if plain else event.value, line)

    def _key(self, key: str, line: int) -> None:
        mapping, path = self.stack[-1]
        if key in mapping:
            first_place: Path = (*path, key)
            first = self.lines[first_place]
            raise self._error(
                f"the key {key[:80]!r} stands twice", line, f"it is first on line {first}"
            )
        self.keys[-1] = key

    def _place(self, value: Any, line: int) -> Path:
        if len(self.lines) >= MAX_NODES:
            raise self._error(f"the file holds more than {MAX_NODES:,} values", line)
        if not self.stack:
            self.root = value
            self.lines[()] = line
            return ()
        parent, path = self.stack[-1]
        here: str | int
        if isinstance(parent, dict):
            key = self.keys[-1]
            if key is None:
                raise self._error("a mapping or list cannot be a key", line)
            parent[key] = value
            self.keys[-1] = None
            here = key
        else:
            parent.append(value)
            here = len(parent) - 1
        place: Path = (*path, here)
        self.lines[place] = line
        return place

    def _resolve(self, text: str, line: int) -> Any:
        """YAML 1.2 core rules: ``no`` and ``3:30`` stay text, ``010`` is ten."""
        lowered = text.lower()
        if lowered in _WORDS:
            return _WORDS[lowered]
        short = len(text) <= _MAX_NUMBER_LENGTH
        if short and _INTEGER.match(text):
            return int(text)
        number = float(text) if short and _FLOAT.match(text) else None
        if number is not None and math.isfinite(number):
            return number
        if number is not None or lowered.lstrip("+-") in (".inf", ".nan"):
            raise self._error(f"{text} is not a usable number", line, "write 'unknown'")
        return text
