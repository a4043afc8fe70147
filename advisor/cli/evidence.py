"""``advisor evidence``: the published comparisons behind the rules, and weights fitted to them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from advisor.support import AdvisorError, ExitCode

_HELP = """List and check the published comparisons, and fit the rules' weights to them.

For example: advisor evidence check our-results.csv
"""
evidence_app = typer.Typer(help=_HELP, no_args_is_help=True)

_Table = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="A table of yours; the shipped one if none.")
]


@evidence_app.command("list")
def list_evidence(
    table: _Table = None,
    method: Annotated[
        str | None, typer.Option("--method", help="Only comparisons of this method.")
    ] = None,
) -> None:
    """List the comparisons: study, model, task, examples, and points below full fine-tuning.

    For example: advisor evidence list --method prefix_tuning
    """
    from advisor.catalogue import comparisons, load_evidence, read_evidence
    from advisor.support import did_you_mean

    found = comparisons(read_evidence(table) if table else load_evidence())
    known = {one.method for one in found}
    if method is not None and method not in known:
        hint = did_you_mean(method, known) or "one of " + ", ".join(sorted(known))
        raise AdvisorError(f"no comparison speaks of {method[:40]!r}", where="--method", hint=hint)
    shown = [one for one in found if method in (None, one.method)]
    for one in shown:
        row = one.row
        start = ", transferred" if row.transferred and one.method == row.method else ""
        typer.echo(
            f"{one.gap:+7.2f}  {one.method}{start}  {row.model} ({row.parameters:.3g})  {row.task} "
            f"({row.task_type}, {row.train_examples:g} examples)  {row.study}: {row.table}"
        )
    studies = {one.row.study for one in shown}
    typer.echo(f"comparisons: {len(shown)}, studies: {len(studies)}; points below full come first")


@evidence_app.command("check")
def check_evidence_table(table: _Table = None) -> None:
    """Check a table: columns, ranges, choices, missing citations, repeated and clashing rows.

    docs/evidence.md describes the columns. For example: advisor evidence check our-results.csv
    """
    from advisor.catalogue import check_table, table_text

    remarks = check_table(table_text(table))
    for remark in remarks:
        typer.echo(str(remark))
    typer.echo(f"errors: {len(remarks)}")
    if remarks:
        raise typer.Exit(int(ExitCode.USAGE))


@evidence_app.command("fit")
def fit_evidence(
    table: _Table = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where to write; by default the difference is shown."),
    ] = None,
) -> None:
    """Fit the weights of the quality rules, and show what would change in rules/fitted.yaml.

    Takes some seconds. For example: advisor evidence fit -o rules/fitted.yaml
    """
    import difflib
    import os

    # Spread over cores that others use, matrices of some dozen rows take twenty times as long.
    # The library reads this when it is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

    from advisor.app import fitted_weights
    from advisor.rules import FITTED_FILE
    from advisor.support import rules_folder

    text = fitted_weights(table)
    if output is not None:
        from advisor.report import write_file

        write_file(output, text)
        typer.echo(f"wrote {output}")
        return
    current = rules_folder() / FITTED_FILE
    before = current.read_text(encoding="utf-8") if current.exists() else ""
    difference = difflib.unified_diff(
        before.splitlines(), text.splitlines(), "fitted.yaml", "fitted anew", lineterm=""
    )
    # The date alone is no change.
    shown = [line for line in difference if not line.startswith(("-as_of", "+as_of"))]
    changed = any(line.startswith(("-", "+")) for line in shown[2:])
    typer.echo("\n".join(shown) if changed else "nothing changes")
