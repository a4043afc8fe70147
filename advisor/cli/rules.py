"""``advisor rules``: list, show, check and test the rules, shipped and your own."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from enum import Enum
from typing import Annotated

import typer

from advisor.cli import options
from advisor.support import AdvisorError, ExitCode, did_you_mean

_HELP = """List, show, check and test the rules.

For example: advisor rules test --rules ./our-rules
"""
rules_app = typer.Typer(help=_HELP, no_args_is_help=True)


@rules_app.command("list")
def list_rules(rules: options.RulePacks = None) -> None:
    """List every rule on one line.

    For example: advisor rules list --rules ./our-rules
    """
    from advisor.rules import load_rules

    seen = set()
    for rule in load_rules(rules or ()).rules:
        if rule.code not in seen:
            seen.add(rule.code)
            mark = f"  [{rule.pack}]" if rule.pack else ""
            typer.echo(f"{rule.code:<6} {rule.kind.value:<12} {rule.name}{mark}")


@rules_app.command("show")
def show_rule(
    code: Annotated[str, typer.Argument(help="The rule's code, such as Q101.")],
    rules: options.RulePacks = None,
) -> None:
    """Show one rule whole: claim, reason, sources, when it is wrong, cases.

    For example: advisor rules show Q112
    """
    from advisor.rules import load_rules, rule_page

    base = load_rules(rules or ())
    page = rule_page(code, base)
    if page is None:
        raise AdvisorError(
            f"there is no rule {code[:20]!r}",
            hint=did_you_mean(code.upper(), {rule.code for rule in base.rules})
            or "advisor rules list shows them",
        )
    typer.echo(page)


class CheckFormat(str, Enum):
    """How the result of a check is written."""

    TERMINAL = "terminal"
    JSON = "json"


@rules_app.command("check")
def check_rule_files(
    rules: options.RulePacks = None,
    format_: Annotated[
        CheckFormat, typer.Option("--format", help="json has the facts behind each finding, too.")
    ] = CheckFormat.TERMINAL,
) -> None:
    """Check the rule files: their form, and what can be said of the rules together.

    Rules that never fire, never decide, repeat, contradict or stack; gaps; answers out of reach.

    For example: advisor rules check --rules ./our-rules
    """
    from advisor.report import width_of
    from advisor.rules import (
        check_rules,
        gravest_first,
        load_rules,
        remark_lines,
        witness_record,
    )
    from advisor.verification import verify_rules

    # What authors wrote is compared; a fitted weight equals another only by chance. Answers are
    # given by fitted weights.
    base, effective = load_rules(rules or (), authored=True), load_rules(rules or ())
    verified = verify_rules(effective)
    remarks = gravest_first([*check_rules(base, effective), *verified.remarks])
    errors = sum(remark.severity == "error" for remark in remarks)
    if format_ is CheckFormat.JSON:
        found = {
            "remarks": [asdict(remark) for remark in remarks],
            **witness_record(verified.decisive, verified.reached),
        }
        typer.echo(json.dumps(found, indent=2))
    else:
        for line in remark_lines(remarks, width_of(sys.stdout)):
            typer.echo(line)
        count = len({rule.code for rule in base.rules})
        typer.echo(
            f"{len(verified.decisive)} of {len(base.rules)} instances of rules decide on some "
            f"facts; {len(verified.reached)} of {verified.answers} answers are reached"
        )
        typer.echo(
            f"{count} rules, {len(base.tables)} tables, {len(base.risks)} risks: {errors} errors"
        )
    if errors:
        raise typer.Exit(int(ExitCode.USAGE))


@rules_app.command("test")
def test_rules(rules: options.RulePacks = None) -> None:
    """Run every rule's own cases and report the clauses that no case exercises.

    For example: advisor rules test --rules ./our-rules
    """
    from advisor.rules import clause_coverage, load_rules, run_cases

    # Cases state what the author wrote; fitted weights are judged by the benchmarks.
    base = load_rules(rules or (), authored=True)
    results = run_cases(base)
    failed = [result for result in results if not result.passed]
    for result in failed:
        typer.echo(
            f"failed  {result.rule} {result.case}: expected {result.expected}, got {result.got} "
            f"({result.where})"
        )
    coverage = clause_coverage(base)
    open_clauses = [clause for clause in coverage if not clause.complete]
    for clause in open_clauses:
        side = "false" if clause.seen_true else "true"
        typer.echo(f"open    {clause.code} {clause.clause}: no case makes it {side}")
    covered = len(coverage) - len(open_clauses)
    typer.echo(
        f"{len(results) - len(failed)} of {len(results)} cases passed; "
        f"{covered} of {len(coverage)} clauses covered both ways"
    )
    if failed:
        raise typer.Exit(int(ExitCode.USAGE))


@rules_app.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of a rule file, for editors.

    For example: advisor rules schema > rules.schema.json
    """
    from advisor.rules import RulesFile

    typer.echo(json.dumps(RulesFile.model_json_schema(), indent=2))
