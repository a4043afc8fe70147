"""Read facts from a file: YAML, JSON, an earlier run, or the run inside an HTML report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from advisor.facts.fact import Fact, Source
from advisor.facts.reading import clean_text, read_value
from advisor.facts.vocabulary import Vocabulary, load_vocabulary
from advisor.support import (
    STANDARD_INPUT,
    AdvisorError,
    YamlDocument,
    did_you_mean,
    parse_json,
    parse_yaml,
    printable,
    read_text,
)

RUN_SCHEMAS = ("1",)
"""Versions of the run file that can still be read."""
_PAGES = (".html", ".htm")
_DOCTYPE = "<!doctype html"


def load_facts(path: str | Path) -> list[Fact]:
    """Return the facts that a file states.

    Args:
        path: a YAML or JSON file, or ``-`` for standard input. Keys are flat
            (``data.train_examples: 800``) or nested; the JSON of an earlier run, also inside of an
            HTML report, is read with the sources that its facts had.

    Raises:
        AdvisorError: if the file cannot be read, or states something unknown or impossible.
    """
    return facts_from(load_document(path))


def load_document(path: str | Path) -> YamlDocument:
    """Return the parsed content of a facts or run file, before it is read as facts."""
    name = "standard input" if str(path) == STANDARD_INPUT else printable(Path(path).name)
    text = read_text(path, what="facts file")
    if not text.strip():
        raise AdvisorError(
            "the facts file is empty",
            where=name,
            hint="state facts such as 'data.train_examples: 800'",
        )
    if _is_page(path, text):
        from advisor.facts.page import embedded_run  # noqa: PLC0415 - its parser is slow to load

        run = embedded_run(text, where=name)
        return YamlDocument(parse_json(run, where=f"{name}, the run in the report"), {}, name)
    if text.lstrip().startswith("{"):
        return YamlDocument(parse_json(text, where=name), {}, name)
    return parse_yaml(text, where=name)


def _is_page(path: str | Path, text: str) -> bool:
    """Whether a file is an HTML report, by its name or its beginning."""
    named = str(path).lower().endswith(_PAGES)
    return named or text.lstrip()[: len(_DOCTYPE)].lower() == _DOCTYPE


def facts_from(document: YamlDocument) -> list[Fact]:
    """Return the facts of a parsed document."""
    if not isinstance(document.value, dict):
        raise AdvisorError(
            "a facts file is a mapping from fact to value",
            where=document.where(),
            hint="for example 'data.train_examples: 800'",
        )
    if "schema_version" in document.value:
        return _facts_of_run(document)
    vocabulary = load_vocabulary()
    return [
        _stated(vocabulary, key, raw, document.where(*path))
        for key, raw, path in _flatten(document.value, vocabulary, document)
    ]


def _flatten(
    value: Mapping[str, Any], vocabulary: Vocabulary, document: YamlDocument
) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    """Yield (key, raw value, path) for nested and flat spellings alike, each key once."""
    seen: dict[str, tuple[str, ...]] = {}
    stack: list[tuple[str, Any, tuple[str, ...]]] = [
        (str(key), raw, (str(key),)) for key, raw in reversed(list(value.items()))
    ]
    while stack:
        key, raw, path = stack.pop()
        where = document.where(*path)
        if isinstance(raw, dict) and key not in vocabulary:
            if not any(known.startswith(f"{key}.") for known in vocabulary):
                raise AdvisorError(
                    f"there is no group of facts named {key[:80]!r}",
                    where=where,
                    hint=did_you_mean(key, {known.split(".")[0] for known in vocabulary}),
                )
            stack.extend(
                (f"{key}.{inner}", deeper, (*path, str(inner)))
                for inner, deeper in reversed(list(raw.items()))
            )
            continue
        if key in seen:
            raise AdvisorError(
                f"{key} is stated twice", where=where, hint=f"see also {document.where(*seen[key])}"
            )
        seen[key] = path
        yield key, raw, path


def _stated(vocabulary: Vocabulary, key: str, raw: Any, where: str) -> Fact:
    fact_type = vocabulary.require(key, where=where)
    if fact_type.derived:
        inputs = fact_type.rises_with or fact_type.falls_with
        raise AdvisorError(
            f"{key} is computed from other facts and cannot be stated",
            where=where,
            hint="state " + (", ".join(inputs) or "its inputs instead"),
        )
    value = read_value(fact_type, raw, where=where)
    return Fact(key, value, Source.ANSWERED, f"stated in {where}")


def _facts_of_run(document: YamlDocument) -> list[Fact]:
    """The facts of an earlier run; what was computed then is computed anew now."""
    version = str(document.value["schema_version"])
    if version not in RUN_SCHEMAS:
        raise AdvisorError(
            f"run files of schema version {version[:20]} cannot be read",
            where=document.where("schema_version"),
            hint=f"this advisor reads version {', '.join(RUN_SCHEMAS)}; a newer one may be needed",
        )
    entries = document.value.get("facts")
    if not isinstance(entries, dict):
        raise AdvisorError("the run file has no facts", where=document.where())
    vocabulary = load_vocabulary()
    facts = []
    for key, entry in entries.items():
        where = f"{document.name}, facts, {key[:80]}"
        fact_type = vocabulary.require(key, where=where)
        if not isinstance(entry, dict) or "value" not in entry or "source" not in entry:
            raise AdvisorError("a fact of a run file has a value and a source", where=where)
        try:
            source = Source(entry["source"])
        except ValueError:
            raise AdvisorError(
                f"{str(entry['source'])[:40]!r} is not a source of facts",
                where=where,
                hint="one of " + ", ".join(s.value for s in Source),
            ) from None
        if fact_type.derived or source in (Source.ESTIMATED, Source.DEFAULT):
            continue
        value = read_value(fact_type, entry["value"], where=where)
        facts.append(Fact(key, value, source, clean_text(entry.get("detail", ""))))
    return facts
