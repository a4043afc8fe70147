"""What the questionnaire offers once it has answered: to measure, and to keep the run."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.support import AdvisorError, printable

if TYPE_CHECKING:
    from advisor.app import Confirmed
    from advisor.cli.options import Format
    from advisor.cli.output import CommandReport
    from advisor.facts import Fact
    from advisor.profilers import Request
    from advisor.report import RunFile


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


def offer_to_confirm(
    request: Request, stated: Sequence[Fact], rules: Sequence[Path], *, plain: bool
) -> Confirmed | None:
    """Offer to train both methods, where model and data are there; None if nothing was measured.

    Without them, or without the libraries, it is said how to do it later.
    """
    prompter = TerminalPrompter(plain=plain)
    if not request.models or request.data.train is None or find_spec("torch") is None:
        prompter.say()
        prompter.say("advisor confirm --model MODEL --data FILE checks this on your own data.")
        return None
    while True:
        try:
            budget = prompter.ask(
                "Check it by training both methods on your data? A time such as 3m, or Enter for no"
            ).strip()
        except (EOFError, KeyboardInterrupt):
            return None
        if not budget:
            return None
        try:
            return _confirmed(request, stated, rules, budget, plain=plain)
        except AdvisorError as error:
            prompter.say(printable(str(error)))
        except KeyboardInterrupt:
            prompter.say("stopped")


def _confirmed(
    request: Request, stated: Sequence[Fact], rules: Sequence[Path], budget: str, *, plain: bool
) -> Confirmed:
    from advisor.app import Wish, confirm_advice
    from advisor.cli.output import say
    from advisor.cli.progress import LiveProgress

    wish = Wish(budget=budget, resumable=False)
    with LiveProgress(plain=plain) as progress:
        found = confirm_advice(request, wish, rules, progress, stated)
    say(found.notes)
    return found


def show_measured(
    report: CommandReport, format_: Format | None, output: Path | None, *, plain: bool
) -> bool:
    """Show what was measured, and write the file anew; whether it holds the measurement now."""
    from advisor.cli.output import deliver

    if output is None or str(output) == "-":
        deliver(report, format_, None, plain=plain)
        return output is not None
    deliver(report, None, None, plain=plain)
    try:
        deliver(report, format_, output, plain=plain)
    except AdvisorError as error:
        TerminalPrompter(plain=plain).say(printable(str(error)))
        return False
    return True


def offer_to_keep(run: RunFile, rules: Sequence[Path], *, plain: bool) -> None:
    """Repeat the verdict, which a long report has scrolled away, and offer to save the run."""
    from advisor.cli.output import render_report, run_report
    from advisor.report import format_for, write_file

    prompter = TerminalPrompter(plain=plain)
    prompter.say()
    for sentence in run.answer:
        prompter.say(sentence)
    while True:
        try:
            name = prompter.ask(
                "Keep it? A file (.html, .json, .md, .txt), or Enter for no"
            ).strip()
        except (EOFError, KeyboardInterrupt):
            return
        if not name:
            return
        try:
            path = Path(name)
            write_file(path, render_report(run_report(run, rules), format_for(path), plain=plain))
        except AdvisorError as error:
            prompter.say(printable(str(error)))
        else:
            again = "; advisor check reads it again" if path.suffix in (".json", ".html") else ""
            prompter.say(printable(f"wrote {name}{again}"))
            return
