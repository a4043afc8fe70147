"""Put a report where it was asked for: stdout is data, stderr is talk."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from advisor.cli.options import Format
from advisor.report.files import format_for, to_json, write_file
from advisor.support.errors import ExitCode

if TYPE_CHECKING:
    from advisor.report.document import Block

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
    """Write the report of a run to the file or to standard output."""
    from advisor.report.document import TITLE, blocks

    _deliver(record, blocks(record), TITLE, _Way(format_, output, plain))


def deliver_estimate(
    record: dict[str, Any], format_: Format | None, output: Path | None, *, plain: bool
) -> None:
    """Write an estimate to the file or to standard output."""
    from advisor.report.estimate_document import TITLE, estimate_blocks

    _deliver(record, estimate_blocks(record), TITLE, _Way(format_, output, plain))


class _Way(NamedTuple):
    """How and where a report was asked for."""

    format_: Format | None
    output: Path | None
    plain: bool


def _deliver(record: dict[str, Any], content: Iterable[Block], title: str, way: _Way) -> None:
    output = None if way.output is None or str(way.output) == "-" else way.output
    chosen = way.format_.value if way.format_ else format_for(output) if output else "terminal"
    if output is None and chosen == "terminal":
        from advisor.report.terminal import print_blocks

        print_blocks(content, sys.stdout, plain=way.plain)
        return
    text = _rendered(record, content, title, chosen, plain=way.plain, to_file=output is not None)
    if output is None:
        sys.stdout.write(text)
    else:
        write_file(output, text)
        sys.stderr.write(f"wrote {output}\n")


def _rendered(
    record: dict[str, Any],
    content: Iterable[Block],
    title: str,
    chosen: str,
    *,
    plain: bool,
    to_file: bool,
) -> str:
    """The report as text; JSON is kept valid where standard output holds no more than ASCII."""
    if chosen == "json":
        return to_json(record, ascii_only=not (to_file or _holds_unicode())) + "\n"
    if chosen == "markdown":
        from advisor.report.markdown import markdown_of

        return markdown_of(title, content)
    from advisor.report.terminal import print_blocks

    buffer = io.StringIO()
    print_blocks(content, buffer, plain=plain)
    return buffer.getvalue()


def _holds_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
