"""Put a report where it was asked for: stdout is data, stderr is talk."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from advisor.cli.options import Format
from advisor.report.files import format_for, to_json, write_file
from advisor.support.errors import ExitCode

_CODES = {"undetermined": ExitCode.UNDETERMINED, "infeasible": ExitCode.INFEASIBLE}


def exit_code(record: dict[str, Any]) -> ExitCode:
    """The exit code of an answer: zero unless facts are missing or nothing is feasible."""
    return _CODES.get(record["status"], ExitCode.OK)


def say(notes: Iterable[str]) -> None:
    """Print remarks for the user beside the data."""
    for note in notes:
        sys.stderr.write(f"note: {note}\n")


def deliver(
    record: dict[str, Any], format_: Format | None, output: Path | None, *, plain: bool
) -> None:
    """Write the report to the file or to standard output."""
    if output is not None and str(output) == "-":
        output = None
    chosen = format_.value if format_ else format_for(output) if output else "terminal"
    if output is not None:
        write_file(output, render(record, chosen, plain=plain))
        sys.stderr.write(f"wrote {output}\n")
    elif chosen == "terminal":
        from advisor.report.terminal import print_report

        print_report(record, sys.stdout, plain=plain)
    else:
        sys.stdout.write(render(record, chosen, plain=plain, ascii_only=not _holds_unicode()))


def _holds_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def render(record: dict[str, Any], format_: str, *, plain: bool, ascii_only: bool = False) -> str:
    """The report as text; ``ascii_only`` keeps JSON valid where the encoding holds no more."""
    if format_ == "json":
        return to_json(record, ascii_only=ascii_only) + "\n"
    if format_ == "markdown":
        from advisor.report.markdown import to_markdown

        return to_markdown(record)
    from advisor.report.terminal import print_report

    buffer = io.StringIO()
    print_report(record, buffer, plain=plain)
    return buffer.getvalue()
