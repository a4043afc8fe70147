"""``advisor report`` and ``advisor compare``: a run shown again, or two side by side."""

from __future__ import annotations

from typing import Annotated

import typer

from advisor.cli import options
from advisor.support import AdvisorError


def report(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A run or an estimate, JSON or HTML; - is stdin.")
    ],
    rules: options.RulePacks = None,
    format_: options.OutputFormat = None,
    output: options.Output = None,
    plain: options.Plain = False,
) -> None:
    """Show a run again as it was recorded; nothing is judged anew.

    Only the decision map of an HTML report is worked out afresh, by the present rules.

    For example:

      advisor report run.json --format html -o report.html

      advisor report report.html --format json -o run.json
    """
    from advisor.cli.output import deliver, estimate_report, run_report
    from advisor.report import EstimateFile, load_record

    run, held = load_record(file)
    shown = (
        estimate_report(run, held)
        if isinstance(run, EstimateFile)
        else run_report(run, rules or (), held)
    )
    try:
        deliver(shown, format_, output, plain=plain)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        # A file may name facts or methods that are not known here.
        raise AdvisorError(
            f"the file is damaged, and cannot be shown: {type(error).__name__}: {error}",
            where=file,
            hint="judge its facts again: advisor advise --facts FILE",
        ) from error


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
    from advisor.cli.output import CommandReport, deliver
    from advisor.report import (
        COMPARISON_TITLE,
        EstimateFile,
        comparison_blocks,
        comparison_record,
        load_record,
    )
    from advisor.rules import load_rules

    runs = []
    for file in (first, second):
        run, _ = load_record(file)
        if isinstance(run, EstimateFile):
            raise AdvisorError(
                "an estimate has no verdict to compare",
                where=file,
                hint="give two files that advise, ask or confirm wrote",
            )
        runs.append(run)
    found = comparison_record(runs[0], runs[1], load_rules(quick=True).claims)
    deliver(CommandReport(found, COMPARISON_TITLE, comparison_blocks), format_, output, plain=plain)
