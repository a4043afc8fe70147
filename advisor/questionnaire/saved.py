"""Answers kept between sessions, so that an interrupted questionnaire loses nothing."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from advisor.facts import Fact, load_facts, plain_value
from advisor.support import AdvisorError


def state_file() -> Path:
    """Where answers are kept: under XDG_STATE_HOME, by default ``~/.local/state``."""
    root = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(root) / "tuning-advisor" / "answers.json"


def save_answers(answers: Iterable[Fact]) -> None:
    """Keep the answers. A folder that cannot be written is no reason to stop asking."""
    path = state_file()
    text = json.dumps({fact.key: plain_value(fact.value) for fact in answers}, indent=2)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".new")
        temporary.write_text(text + "\n", encoding="utf-8")
        temporary.replace(path)
    except OSError:
        return


def saved_answers() -> list[Fact]:
    """Return the kept answers.

    Raises:
        AdvisorError: if there are none, or they cannot be read.
    """
    path = state_file()
    if not path.is_file():
        raise AdvisorError(
            "there are no saved answers to resume", where="--resume", hint="start with: advisor ask"
        )
    try:
        return [Fact(fact.key, fact.value, fact.source) for fact in load_facts(path)]
    except AdvisorError as error:
        raise AdvisorError(
            f"the saved answers cannot be read: {error.message}",
            where=str(path),
            hint="delete that file and start with: advisor ask",
        ) from None


def forget_answers() -> None:
    """Drop the kept answers once they have been judged."""
    with contextlib.suppress(OSError):  # what could not be saved need not be dropped
        state_file().unlink(missing_ok=True)
