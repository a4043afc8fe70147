"""Put a report where it was asked for: stdout is data, stderr is talk."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from advisor.cli.options import Format
from advisor.report import format_for, to_json, write_file
from advisor.support import ExitCode, printable

if TYPE_CHECKING:
    from advisor.decide import Answer
    from advisor.report import Block, EstimateFile, Outlook, RunFile
    from advisor.rules import Engine

_PASSED_ROUND = (Format.MARKDOWN.value, Format.HTML.value)
_CODES = {"undetermined": ExitCode.UNDETERMINED, "infeasible": ExitCode.INFEASIBLE}


def exit_code(run: RunFile) -> ExitCode:
    """The exit code of an answer: zero unless facts are missing or nothing is feasible."""
    return _CODES.get(run.status, ExitCode.OK)


def say(notes: Iterable[str]) -> None:
    """Print remarks for the user beside the data."""
    for note in notes:
        sys.stderr.write(f"note: {printable(note)}\n")


class CommandReport(NamedTuple):
    """A record, and how it reads.

    Attributes:
        record: all that the report shows.
        title: what it answers.
        blocks_of: what it says, made from the record.
        rules: for a run, the house rules that its map is made with; None for other records.
        held: what the file holds that the record was read from, keys of later versions with it.
    """

    record: Any
    title: str
    blocks_of: Callable[[Any], Iterable[Block]]
    rules: Sequence[Path] | None = None
    held: Mapping[str, Any] | None = None

    @property
    def blocks(self) -> Iterable[Block]:
        """What the report says, in reading order."""
        return self.blocks_of(self.record)


def outlook_wanted(
    answer: Answer, engine: Engine, format_: Format | None, output: Path | None
) -> Outlook | None:
    """What would change the answer: all of it for a report that is passed round.

    Terminals and programs that read the run wait for the quick part alone.
    """
    from advisor.facts import Source
    from advisor.reasoning import outlook_of

    statements = answer.facts.statements()
    made = (Source.ESTIMATED, Source.DEFAULT)
    stated = [fact for fact in statements if fact.source not in made]
    return outlook_of(stated, engine, quick=_chosen(format_, output) not in _PASSED_ROUND)


def _chosen(format_: Format | None, output: Path | None) -> str:
    """The format that is asked for, or that the file's name asks for."""
    if format_ is not None:
        return format_.value
    return "terminal" if output is None or str(output) == "-" else format_for(output)


def run_report(
    run: RunFile, rules: Sequence[Path] = (), held: Mapping[str, Any] | None = None
) -> CommandReport:
    """The report of a run, with what a micro-benchmark measured if there was one."""
    from advisor.report import RUN_TITLE, blocks_of

    if not hasattr(run, "plan"):
        return CommandReport(run, RUN_TITLE, blocks_of, rules, held)
    from advisor.report import CONFIRMATION_TITLE, confirmation_blocks

    measured = rules if hasattr(run, "results") else None
    return CommandReport(run, CONFIRMATION_TITLE, confirmation_blocks, measured, held)


def estimate_report(record: EstimateFile, held: Mapping[str, Any] | None = None) -> CommandReport:
    """The report of an estimate."""
    from advisor.report import ESTIMATE_TITLE, estimate_blocks

    return CommandReport(record, ESTIMATE_TITLE, estimate_blocks, held=held)


def deliver(
    report: CommandReport, format_: Format | None, output: Path | None, *, plain: bool
) -> None:
    """Write the report to the file or to standard output."""
    if output is not None and str(output) == "-":
        output = None
    chosen = _chosen(format_, output)
    if output is not None:
        write_file(output, render_report(report, chosen, plain=plain))
        sys.stderr.write(f"wrote {output}\n")
    elif chosen == "terminal":
        from advisor.report import print_report

        print_report(report.blocks, sys.stdout, plain=plain)
    else:
        sys.stdout.write(
            render_report(report, chosen, plain=plain, ascii_only=not _holds_unicode())
        )


def _holds_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def render_report(
    report: CommandReport, format_: str, *, plain: bool, ascii_only: bool = False
) -> str:
    """The report as text; ``ascii_only`` keeps JSON valid where the encoding holds no more."""
    if format_ == "json":
        return to_json(report.held or report.record, ascii_only=ascii_only) + "\n"
    if format_ == "markdown":
        from advisor.report import to_markdown

        return to_markdown(report.blocks, report.title)
    if format_ == "html":
        return _page(report)
    from advisor.report import print_report

    buffer = io.StringIO()
    print_report(report.blocks, buffer, plain=plain)
    return buffer.getvalue()


def _page(report: CommandReport) -> str:
    from advisor.report import plain_page, run_page

    if report.rules is None:
        return plain_page(report.record, report.title, report.blocks_of, report.held)
    from advisor.reasoning import illustration
    from advisor.rules import load_engine

    shown = illustration(report.record, load_engine(report.rules))
    return run_page(report.record, report.title, shown, report.held)
