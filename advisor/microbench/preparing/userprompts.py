"""Candidate prompts from the user's own file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from advisor.microbench.preparing.promptfile import Entry, read_entries
from advisor.microbench.preparing.prompts import has_choices, is_pair
from advisor.microbench.preparing.table import preparation
from advisor.microbench.preparing.templates import (
    TemplateError,
    parse_label_template,
    parse_template,
)
from advisor.microbench.spec import Example, Prompt, Route, Task
from advisor.profilers.data.rows import printable
from advisor.support.errors import AdvisorError


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
    most = preparation()["most_prompts"]
    if not 1 <= len(entries) <= most:
        raise AdvisorError(
            f"the prompts file holds {len(entries) or 'no'} templates; 1 to {most} are taken",
            where=str(path),
            hint="a new head is started from the first one alone"
            if task.route is Route.HEAD
            else "each one costs a pass over the development split",
        )
    return tuple(_prompt(entry, task, is_pair(examples)) for entry in entries)


def _prompt(entry: Entry, task: Task, pair: bool) -> Prompt:
    template, words = entry.template, entry.words
    try:
        if task.route is Route.HEAD:
            return parse_label_template(template, words)
        return parse_template(template, words, pair=pair, choices=has_choices(task))
    except TemplateError as error:
        raise AdvisorError(
            f"the template {printable(template, 60)!r} cannot be used: {error}",
            where=entry.where,
            hint=f"write it such as {_example(task, pair)}",
        ) from None


def _example(task: Task, pair: bool) -> str:
    if task.route is Route.HEAD:
        return "'this text is about {label}'"
    return "'{text} Compared with: {text2} Answer:'" if pair else "'{text} Answer:'"
