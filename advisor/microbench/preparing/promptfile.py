"""The entries of a prompts file: templates, and how each label is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from advisor.microbench.preparing.checks import named
from advisor.microbench.preparing.prompts import said_labels
from advisor.profilers.data.cells import label_text
from advisor.profilers.data.rows import printable
from advisor.support.errors import AdvisorError, did_you_mean
from advisor.support.strictyaml import YamlDocument, parse_yaml
from advisor.support.textfiles import read_text

_WHAT = "prompts file"
_KEYS = ("template", "words")


class Entry(NamedTuple):
    """A template, how each label is said, and where it stands."""

    template: str
    words: Mapping[str, str]
    where: str


def read_entries(path: Path, labels: Sequence[str]) -> list[Entry]:
    """Read a .txt file with one template a line, or a YAML list.

    Raises:
        AdvisorError: with the line, if the file cannot be read, an entry is neither a template nor
            a mapping with one, or its words are not those of the labels.
    """
    suffix = path.suffix.lower()
    if suffix not in (".txt", ".yaml", ".yml"):
        raise AdvisorError(
            "the prompts file is neither .yaml nor .txt",
            where=str(path),
            hint="write a YAML list of templates, or a text file with one template a line",
        )
    text = read_text(path, what=_WHAT)
    if suffix == ".txt":
        lines = enumerate(text.replace("\r\n", "\n").split("\n"), 1)
        words = said_labels(labels)
        return [Entry(line, words, f"{path}, line {n}") for n, line in lines if line.strip()]
    return list(_listed(parse_yaml(text, where=str(path)), labels))


def _listed(document: YamlDocument, labels: Sequence[str]) -> Iterator[Entry]:
    if not isinstance(document.value, list):
        raise AdvisorError(
            "the prompts file must hold a list",
            where=document.where(),
            hint='begin each template with a dash: - "{text}\\nTopic:"',
        )
    for number, item in enumerate(document.value):
        entry = item if isinstance(item, dict) else {"template": item}
        for key in entry.keys() - set(_KEYS):
            raise AdvisorError(
                f"there is no key {printable(key, 40)!r}",
                where=document.where(number, key),
                hint=f"{did_you_mean(key, _KEYS)} known are {', '.join(_KEYS)}".strip(),
            )
        template = entry.get("template")
        if not isinstance(template, str):
            raise AdvisorError(
                "the entry has no template",
                where=document.where(number, "template"),
                hint="write a text, or a mapping with template and words; quote it",
            )
        words = said_labels(labels)
        if "words" in entry:
            words = _words(entry["words"], labels, document, number)
        yield Entry(template, words, document.where(number, "template"))


def _words(raw: Any, labels: Sequence[str], document: YamlDocument, number: int) -> dict[str, str]:
    where = document.where(number, "words")
    if not isinstance(raw, dict) or not labels:
        reason = "words must be a mapping" if labels else "this task has no labels to say in words"
        hint = "write words: {label: word}" if labels else "leave out the words"
        raise AdvisorError(reason, where=where, hint=hint)
    unknown = [label for label in raw if label not in labels]
    if unknown:
        raise AdvisorError(
            f"there is no {named(unknown)} in the data",
            where=document.where(number, "words", unknown[0]),
            hint=f"{did_you_mean(unknown[0], labels)} the data has the {named(labels)}".strip(),
        )
    missing = [label for label in labels if label not in raw]
    if missing:
        raise AdvisorError(
            f"no word is given for the {named(missing)}",
            where=where,
            hint="say every label in words, or none",
        )
    words = {label: _word(raw[label], document.where(number, "words", label)) for label in labels}
    if len(set(words.values())) < len(words):
        raise AdvisorError(
            "two labels are said by the same words",
            where=where,
            hint="the answer could not tell them apart",
        )
    return words


def _word(value: Any, where: str) -> str:
    word = label_text(value, where=where) if isinstance(value, (str, int, float)) else ""
    if not word:
        raise AdvisorError("a label must be said by a word", where=where, hint="write one, quoted")
    return word
