"""Turn one value of a row, nested or not, into text."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from advisor.support import AdvisorError

_MAX_DEPTH = 20
_ASSISTANT = frozenset({"assistant", "gpt", "model", "bot", "chatbot"})


def cell_text(value: Any, *, where: str) -> str:
    """The text of a value: lists joined by spaces, messages one a line as ``role: content``.

    Raises:
        AdvisorError: on a number that is not finite, or nesting deeper than any data needs.
    """
    if isinstance(value, str):
        return value
    if is_messages(value):
        return messages_text(value, where=where)
    return " ".join(_leaves(value, where, 0))


def label_text(value: Any, *, where: str) -> str:
    """The label as stripped text; 1 and 1.0 are the same label, null is the empty text."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return cell_text(value, where=where).strip()


def is_messages(value: Any) -> bool:
    """Whether the value is a list of chat messages."""
    return (
        isinstance(value, list)
        and bool(value)
        and isinstance(value[0], dict)
        and bool({"content", "value"} & value[0].keys())
        and bool({"role", "from"} & value[0].keys())
    )


def messages_text(messages: list[Any], *, where: str) -> str:
    """All messages as text, one a line."""
    return "\n".join(filter(None, (_message(message, where) for message in messages)))


def split_answer(messages: Any) -> tuple[Any, Any]:
    """The messages before the last one and that last one, if the model is to write it."""
    if is_messages(messages) and isinstance(messages[-1], dict):
        role = messages[-1].get("role", messages[-1].get("from"))
        if isinstance(role, str) and role.lower() in _ASSISTANT:
            return messages[:-1], messages[-1].get("content", messages[-1].get("value"))
    return messages, None


def _message(message: Any, where: str) -> str:
    if not isinstance(message, dict):
        return cell_text(message, where=where)
    role = message.get("role", message.get("from"))
    content = message.get("content", message.get("value"))
    text = " ".join(_leaves(content, where, 0))
    return f"{role}: {text}" if isinstance(role, str) and text else text


def _leaves(value: Any, where: str, depth: int) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        raise AdvisorError(
            f"the value is nested deeper than {_MAX_DEPTH} levels",
            where=where,
            hint="put the text into a column of its own",
        )
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        # {"text": ..., "answer_start": ...} and {"type": "text", "text": ...} carry one text.
        for part in [value["text"]] if "text" in value else value.values():
            yield from _leaves(part, where, depth + 1)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _leaves(part, where, depth + 1)
    elif value is not None:
        yield _scalar(value, where)


def _scalar(value: Any, where: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not math.isfinite(value):
        raise AdvisorError(
            f"{value} is not a finite number", where=where, hint="write null for a missing value"
        )
    return str(value)
