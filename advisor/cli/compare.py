"""``advisor compare``: two runs side by side."""

from __future__ import annotations

from typing import Annotated

import typer

from advisor.cli import options
from advisor.support.errors import AdvisorError


def compare(
    first: Annotated[str, typer.Argument(metavar="FIRST", help="A run, JSON or HTML.")],
    second: Annotated[str, typer.Argument(metavar="SECOND", help="Another one.")],
    format_: options.OutputFormat = None,
    output: options.Output = None,
    plain: options.Plain = False,
) -> None:
    """Show the facts, rules, scores and verdicts that moved between two runs.

    For example:

      advisor compare before.json after.json

      advisor compare report.html again.html --format json
    """
    from advisor.cli.output import Report, deliver
    from advisor.report.comparison import comparison_record
    from advisor.report.comparison_document import TITLE, comparison_blocks
    from advisor.report.runfile import is_run, load_record
    from advisor.rules.loading import load_rules

    records = [load_record(file) for file in (first, second)]
    for file, one in zip((first, second), records, strict=True):
        if not is_run(one):
            raise AdvisorError(
                "an estimate has no verdict to compare",
                where=file,
                hint="give two files that advise, ask or confirm wrote",
            )
    found = comparison_record(records[0], records[1], load_rules(quick=True).claims)
    deliver(Report(found, TITLE, comparison_blocks), format_, output, plain=plain)
