"""The ``advisor`` command: its subcommands, and the one place where errors become exit codes."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import Annotated, NoReturn

import typer

import advisor
from advisor.cli.advise import advise_command
from advisor.cli.ask import ask, ask_with_defaults
from advisor.cli.check import check
from advisor.cli.confirm import confirm_command
from advisor.cli.doctor import doctor
from advisor.cli.estimate import estimate
from advisor.cli.evidence import evidence_app
from advisor.cli.explain import explain
from advisor.cli.recipe import recipe
from advisor.cli.report import compare, report
from advisor.cli.rules import rules_app
from advisor.cli.whatif import whatif
from advisor.support import AdvisorError, ExitCode, printable

_HELP = """Prompt-tuning or full fine-tuning? A recommendation that shows its evidence.

Examples:

  advisor                                     ask on the terminal

  advisor advise --model ./my-model --data train.jsonl

  advisor advise --facts project.yaml --gpu "RTX 4090" -o report.html

  advisor check project.yaml --expect lora    guard a plan in CI

  advisor estimate ./my-model --gpu "RTX 4090"   memory, time and cost of every method

  advisor confirm --model ./my-model --data train.jsonl   train both methods, briefly

  advisor recipe run.json -o project          a project that carries out the advice

  advisor whatif project.yaml                 which values would change the answer

  advisor compare before.json after.json      what moved between two runs
"""

app = typer.Typer(
    name="advisor",
    help=_HELP,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(ask)
app.command("advise")(advise_command)
app.command()(check)
app.command("confirm")(confirm_command)
app.command()(estimate)
app.command()(whatif)
app.command()(report)
app.command()(compare)
app.command()(recipe)
app.command()(explain)
app.command()(doctor)
app.add_typer(rules_app, name="rules")
app.add_typer(evidence_app, name="evidence")


def _version(value: bool) -> None:
    if value:
        typer.echo(f"advisor {advisor.__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Ask on the terminal where no command is named."""
    del version  # handled by its callback, before anything else
    if context.invoked_subcommand is None:
        ask_with_defaults()


def run() -> None:
    """Run the command line; every failure ends in one clear message and its exit code."""
    try:
        _prepare_streams()
        _require_no_nul(sys.argv)
        try:
            app(standalone_mode=True)
        finally:
            sys.stdout.flush()
    except AdvisorError as error:
        _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(int(ExitCode.INTERRUPTED))
    except MemoryError:
        _fail("out of memory\n  hint: free some, or judge fewer at once", ExitCode.INTERNAL)
    except OSError as error:  # files are read and written with messages of their own
        place = f"\n  where: {error.filename}" if error.filename else ""
        _fail(f"reading or writing failed: {error.strerror or error}{place}", ExitCode.USAGE)
    except Exception as error:  # the last resort: a clear message, not a traceback
        if os.environ.get("ADVISOR_TRACEBACK"):
            raise
        _fail(
            f"internal error: {type(error).__name__}: {error}\n"
            "  hint: this is a defect of advisor; report it with the command that you ran",
            ExitCode.INTERNAL,
        )


def _prepare_streams() -> None:
    """Make sure that there are streams to write to, whatever their encoding can hold."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    # A stream that somebody has put in its place is theirs to end.
    if sys.stdout is sys.__stdout__ and isinstance(sys.stdout, io.TextIOWrapper):
        old = sys.stdout
        encoding, by_line, unbuffered = old.encoding, old.line_buffering, old.write_through
        sys.stdout = _QuietPipe(
            old.detach(), encoding, "backslashreplace",
            line_buffering=by_line, write_through=unbuffered,
        )  # fmt: skip


def _require_no_nul(words: list[str]) -> None:
    """Refuse what no shell can pass and a program that calls `run` can: no file is named so."""
    for word in words:
        if "\0" in word:
            raise AdvisorError(
                "an argument holds a NUL character", where=word[:80], hint="give it without that"
            )


class _QuietPipe(io.TextIOWrapper):
    """Standard output that ends the program quietly once its reader, such as ``head``, is gone.

    The command-line library would turn the broken pipe into exit code 1.
    """

    def write(self, text: str, /) -> int:
        try:
            return super().write(text)
        except BrokenPipeError:
            self._leave()

    def flush(self) -> None:
        try:
            super().flush()
        except BrokenPipeError:
            self._leave()

    def _leave(self) -> NoReturn:
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
        raise SystemExit(int(ExitCode.OK))


def _fail(message: str, code: ExitCode) -> NoReturn:
    sys.stderr.write(f"error: {printable(message)}\n")
    if code is ExitCode.USAGE:
        _drop_unwritten_output()
    sys.exit(int(code))


def _drop_unwritten_output() -> None:
    """Keep the interpreter from failing again over output that could not be written."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        return
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
