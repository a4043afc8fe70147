"""The one error type that reaches the user, and the documented exit codes."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process returns; the table in docs/exit-codes.md explains each."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    UNDETERMINED = 3
    INFEASIBLE = 4
    TOO_CLOSE = 5
    DO_NOT_TRAIN = 6
    EXPECTATION_NOT_MET = 7
    EVALUATION_TOO_SMALL = 8
    TRAIN_EVAL_OVERLAP = 9
    LICENCE = 10
    DISK = 11
    MICROBENCH_FAILED = 12
    OVERTURNED = 13
    INCONCLUSIVE = 14
    INTERRUPTED = 130


class AdvisorError(Exception):
    """A bad input or a missing condition, told in one clear message.

    Args:
        message: what was wrong, as one sentence.
        where: the file, line, option or fact that it was found in.
        hint: what to do about it.
        exit_code: the process's exit code if nothing handles the error.
    """

    def __init__(
        self,
        message: str,
        *,
        where: str = "",
        hint: str = "",
        exit_code: ExitCode = ExitCode.USAGE,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint
        self.exit_code = exit_code

    def __str__(self) -> str:
        lines = [self.message]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)

    def as_json(self) -> dict[str, str | int]:
        """The error as one JSON object, for batch output."""
        return {
            "error": self.message,
            "where": self.where,
            "hint": self.hint,
            "exit_code": int(self.exit_code),
        }


def printable(text: str) -> str:
    """The text without what a terminal or an encoding could choke on; line breaks stay."""
    shown = "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)
    return shown.encode("utf-8", "backslashreplace").decode("utf-8")


def excerpt(text: str, limit: int = 120) -> str:
    """Text of a stranger on one line: cut to `limit` characters, the unprintable escaped."""
    shown = text if len(text) <= limit else text[: limit - 3] + "..."
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in shown)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the closest known words, or the empty string when none is close."""
    close = difflib.get_close_matches(word[:200], list(known), n=3, cutoff=0.6)
    return f"did you mean {' or '.join(close)}?" if close else ""
