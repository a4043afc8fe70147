"""The person at the other end, as the questionnaire sees them."""

from __future__ import annotations

from typing import Protocol


class Prompter(Protocol):
    """Says lines and reads answers; a terminal, or a script in tests."""

    def say(self, text: str = "") -> None:
        """Show one line."""

    def ask(self, prompt: str) -> str:
        """Show a prompt and return the line that is typed.

        Raises:
            EOFError: if the input has ended.
            KeyboardInterrupt: if the person interrupts.
        """


class Quit(Exception):  # noqa: N818 - not an error: the person wants to stop
    """The person has typed ``quit``, or the input has ended."""
