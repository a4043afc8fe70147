"""The ``advisor`` command: its subcommands, and the one place where errors become exit codes."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

import advisor
from advisor.cli.advise import advise
from advisor.cli.ask import ask, ask_with_defaults
from advisor.cli.check import check
from advisor.cli.doctor import doctor
from advisor.cli.explain import explain
from advisor.cli.rules import rules_app
from advisor.support.errors import AdvisorError, ExitCode

_HELP = """Prompt-tuning or full fine-tuning? A recommendation that shows its evidence.

Examples:

  advisor                                     ask on the terminal

  advisor advise --model ./my-model --data train.jsonl

  advisor advise --facts project.yaml --gpu "RTX 4090" -o report.md

  advisor check project.yaml --expect lora    guard a plan in CI
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
app.command()(advise)
app.command()(check)
app.command()(explain)
app.command()(doctor)
app.add_typer(rules_app, name="rules")


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
        app(standalone_mode=True)
    except AdvisorError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(int(error.exit_code))
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(int(ExitCode.INTERRUPTED))
    except MemoryError:
        sys.stderr.write(
            "error: out of memory\n  hint: free some, or judge fewer projects at once\n"
        )
        sys.exit(int(ExitCode.INTERNAL))
    except Exception as error:
        sys.stderr.write(
            f"error: internal error: {type(error).__name__}: {error}\n"
            "  hint: this is a defect of advisor; report it with the command that you ran\n"
        )
        if os.environ.get("ADVISOR_TRACEBACK"):
            raise
        sys.exit(int(ExitCode.INTERNAL))
