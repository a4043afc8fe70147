"""The prompts that are tried: the candidates of the program, or those of the user's file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from advisor.catalogue import preparation
from advisor.microbench.preparing.checks import named
from advisor.microbench.preparing.templates import (
    LABELS,
    TemplateError,
    parse_label_template,
    parse_template,
)
from advisor.microbench.records import Example, Prompt, Route, Task
from advisor.profilers import is_number, label_text
from advisor.support import AdvisorError, YamlDocument, did_you_mean, excerpt, parse_yaml, read_text
from advisor.tuning.wording import said_labels


def candidate_prompts(task: Task, examples: Sequence[Example]) -> tuple[Prompt, ...]:
    """Some prompts for a task, of which the best one is found zero-shot.

    For a head they only say the labels in words, for a model that compares texts; a head without
    labels has a single, empty prompt.

    Args:
        task: whose labels are named.
        examples: at least one, which tells whether inputs have two texts.
    """
    words = said_labels(task.labels)
    listed = preparation().templates
    if task.route is Route.HEAD:
        templates = listed["head"] if task.labels else []
        return tuple(parse_label_template(one, words) for one in templates) or (Prompt(),)
    pair = is_pair(examples)
    few = len(words) <= preparation().most_named_labels
    return tuple(
        parse_template(template, words, pair=pair, choices=has_choices(task))
        for template in listed[_kind(task, pair)]
        if few or LABELS not in template
    )


def label_notes(task: Task) -> tuple[str, ...]:
    """A sentence on labels that say nothing, for prompts made of their names."""
    if not task.labels or not all(map(is_number, task.labels)):
        return ()
    return (
        "The labels are bare numbers, which no model can know the meaning of; say them in words "
        "(--prompts FILE) to make the zero-shot line a fair one.",
    )


def is_pair(examples: Sequence[Example]) -> bool:
    """Whether inputs have two texts."""
    return len(examples[0].inputs) > 1


def has_choices(task: Task) -> bool:
    """Whether a prompt can list the choices of a row."""
    return task.type == "multiple_choice"


def _kind(task: Task, pair: bool) -> str:
    if has_choices(task):
        return task.type
    return f"{task.route.value}_pair" if pair else task.route.value


_WHAT = "prompts file"
_KEYS = ("template", "words")


class PromptEntry(NamedTuple):
    """A template, how each label is said, and where it stands."""

    template: str
    words: Mapping[str, str]
    where: str


def read_entries(path: Path, labels: Sequence[str]) -> list[PromptEntry]:
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
        return [PromptEntry(line, words, f"{path}, line {n}") for n, line in lines if line.strip()]
    return list(_listed(parse_yaml(text, where=str(path)), labels))


def _listed(document: YamlDocument, labels: Sequence[str]) -> Iterator[PromptEntry]:
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
                f"there is no key {excerpt(key, 40)!r}",
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
        yield PromptEntry(template, words, document.where(number, "template"))


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


def read_prompts(path: str | Path, task: Task, examples: Sequence[Example]) -> tuple[Prompt, ...]:
    """The prompts in a YAML or text file.

    A text file has one template a line. A YAML file is a list of templates, or of mappings with
    ``template`` and ``words``, which says each label in words. For a head a template says one
    label, as in ``this text is about {label}``, and the first one starts the soft prompts: a model
    without its head has no answers to rank them by. Elsewhere it stands around ``{text}``.

    Args:
        path: a .yaml, .yml or .txt file.
        task: whose labels the words are for.
        examples: at least one, which tells whether inputs have two texts.

    Raises:
        AdvisorError: with the line, if a template or its words do not fit the task.
    """
    if task.route is Route.HEAD and not task.labels:
        raise AdvisorError(
            f"{task.type} ({task.architecture}) has no use for prompts",
            where=str(path),
            hint="leave out --prompts",
        )
    entries = read_entries(Path(path), task.labels)
    most = preparation().most_prompts
    if not 1 <= len(entries) <= most:
        raise AdvisorError(
            f"the prompts file holds {len(entries) or 'no'} templates; 1 to {most} are taken",
            where=str(path),
            hint="a new head is started from the first one alone"
            if task.route is Route.HEAD
            else "each one costs a pass over the development split",
        )
    return tuple(_prompt(entry, task, is_pair(examples)) for entry in entries)


def _prompt(entry: PromptEntry, task: Task, pair: bool) -> Prompt:
    template, words = entry.template, entry.words
    try:
        if task.route is Route.HEAD:
            return parse_label_template(template, words)
        return parse_template(template, words, pair=pair, choices=has_choices(task))
    except TemplateError as error:
        raise AdvisorError(
            f"the template {excerpt(template, 60)!r} cannot be used: {error}",
            where=entry.where,
            hint=f"write it such as {_example(task, pair)}",
        ) from None


def _example(task: Task, pair: bool) -> str:
    if task.route is Route.HEAD:
        return "'this text is about {label}'"
    return "'{text} Compared with: {text2} Answer:'" if pair else "'{text} Answer:'"
