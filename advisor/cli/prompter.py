"""Talk with a person on the terminal."""

from __future__ import annotations


class TerminalPrompter:
    """Talks on standard error, so that standard output holds the report alone."""

    def __init__(self, *, plain: bool) -> None:
        from rich.console import Console

        self._console = Console(stderr=True, highlight=False, no_color=plain or None)

    def say(self, text: str = "") -> None:
        """Show one line."""
        self._console.print(text, markup=False)

    def ask(self, prompt: str) -> str:
        """Show a prompt and read a line; ``input`` gives line editing where there is any."""
        self._console.print(f"{prompt} > " if prompt else "> ", end="", markup=False, style="bold")
        return input()
