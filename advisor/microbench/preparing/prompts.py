"""Candidate prompts, made from the names of the labels."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.microbench.preparing.table import preparation
from advisor.microbench.preparing.templates import LABELS, parse_label_template, parse_template
from advisor.microbench.spec import Example, Prompt, Route, Task
from advisor.profilers.data.head import is_number


def candidate_prompts(task: Task, examples: Sequence[Example]) -> tuple[Prompt, ...]:
    """Some prompts for a task, of which the best one is found zero-shot.

    For a head they only say the labels in words, for a model that compares texts; a head without
    labels has a single, empty prompt.

    Args:
        task: whose labels are named.
        examples: at least one, which tells whether inputs have two texts.
    """
    words = said_labels(task.labels)
    listed = preparation()["templates"]
    if task.route is Route.HEAD:
        templates = listed["head"] if task.labels else []
        return tuple(parse_label_template(one, words) for one in templates) or (Prompt(),)
    pair = is_pair(examples)
    few = len(words) <= preparation()["most_named_labels"]
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


def said_labels(labels: Sequence[str]) -> dict[str, str]:
    """Each label as words: underscores are spaces, unless two labels become the same thereby."""
    words = {label: " ".join(label.replace("_", " ").split()) or label for label in labels}
    distinct = len(set(words.values())) == len(words)
    return words if distinct else {label: label for label in labels}


def _kind(task: Task, pair: bool) -> str:
    if has_choices(task):
        return task.type
    return f"{task.route.value}_pair" if pair else task.route.value
