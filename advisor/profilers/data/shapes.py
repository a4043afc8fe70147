"""Arrangements of columns that tell the task by themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from advisor.profilers.data import names
from advisor.profilers.data.head import FirstRows, column_of_text

_FOUND_IN_CONTEXT = 0.8
_MATH_ANSWERS = 0.9
# Worked solutions that end in their number, as grade-school problem sets write them.
_MATH_ANSWER = re.compile(r"####\s*[-+$]?[0-9][0-9,./ ]*\s*\Z")


class Shape(str, Enum):
    """How the columns of a file are arranged."""

    PLAIN = "plain"
    PAIR = "pair"
    MESSAGES = "messages"
    TAGGED_TOKENS = "tagged_tokens"
    QUESTION_ANSWERING = "question_answering"
    CHOICES = "choices"
    GENERATION = "generation"
    MATH = "math"
    CODE = "code"


@dataclass(frozen=True)
class Found:
    """A recognised arrangement: its input columns, and its label or its output."""

    shape: Shape
    text: tuple[str, ...]
    label: str | None = None
    output: str | None = None


def find_shape(head: FirstRows) -> Found | None:
    """The first arrangement that the columns fit, or None for plain text and label columns."""
    finders: tuple[Callable[[FirstRows], Found | None], ...] = (
        _messages,
        _tagged_tokens,
        _choices,
        _question_answering,
        _code,
        _generation,
    )
    return next(filter(None, (finder(head) for finder in finders)), None)


def _messages(head: FirstRows) -> Found | None:
    column = head.find(names.MESSAGES, "messages")
    return Found(Shape.MESSAGES, (column,), output=column) if column else None


def _tagged_tokens(head: FirstRows) -> Found | None:
    tokens = head.find(names.TOKENS, "list")
    tags = head.find(names.TAG_COLUMNS, "list")
    return Found(Shape.TAGGED_TOKENS, (tokens,), label=tags) if tokens and tags else None


def _choices(head: FirstRows) -> Found | None:
    choices = head.find(names.CHOICE_COLUMNS, "list", "object")
    question = head.find(names.QUESTIONS, "text")
    label = head.find(names.CHOICE_LABELS, "text", "number")
    if choices and question and label:
        return Found(Shape.CHOICES, (question, choices), label=label)
    return None


def _question_answering(head: FirstRows) -> Found | None:
    question = head.find(["question"], "text")
    context = head.find(["context", "passage", "document"], "text")
    answer = head.find(names.ANSWERS, "text", "object", "list", "number")
    if not question or not context or not answer or not head.columns[answer].is_free_text:
        return None
    pairs = [(row.get(context), row.get(answer)) for _, row in head.rows]
    answered = [(text, found) for text, found in pairs if isinstance(text, str) and found]
    inside = sum(first_answer(found) in text for text, found in answered)
    if answered and inside >= _FOUND_IN_CONTEXT * len(answered):
        return Found(Shape.QUESTION_ANSWERING, (question, context), output=answer)
    return None


def first_answer(value: object) -> str:
    """The first answer of a cell such as ``{"text": ["Paris"], "answer_start": [4]}``.

    The empty text if the cell holds none.
    """
    if isinstance(value, dict):
        value = value.get("text", "")
    while isinstance(value, (list, tuple)):
        value = value[0] if value else ""
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value)


def _code(head: FirstRows) -> Found | None:
    asked = head.find(names.CODE_INPUTS, "text")
    code = head.find(names.CODE_OUTPUTS, "text")
    if asked and code and head.columns[code].is_free_text:
        return Found(Shape.CODE, (asked,), output=code)
    return None


def _generation(head: FirstRows) -> Found | None:
    for inputs, optional, outputs in names.GENERATION:
        first = head.find(inputs, "text")
        output = head.find(outputs, "text", "list")
        if not first or not output or not head.columns[output].is_free_text:
            continue
        between = head.find(optional, "text")
        text = (first, *([between] if between else []))
        return Found(_math_or_generation(head, output), text, output=output)
    return None


def _math_or_generation(head: FirstRows, output: str) -> Shape:
    answers = column_of_text(head, output)
    solved = sum(bool(_MATH_ANSWER.search(answer[-80:])) for answer in answers)
    return Shape.MATH if solved >= _MATH_ANSWERS * len(answers) else Shape.GENERATION
