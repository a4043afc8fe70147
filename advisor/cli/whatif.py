"""``advisor whatif``: what would change the answer."""

from __future__ import annotations

from typing import Annotated

import typer

from advisor.cli import options
from advisor.support import AdvisorError


def whatif(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Facts or a run; - is stdin.")],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change one fact; may be repeated."),
    ] = None,
    sweep: Annotated[
        str | None,
        typer.Option("--sweep", metavar="KEY=A..B", help="Follow one number over a range."),
    ] = None,
    map_: Annotated[bool, typer.Option("--map", help="Draw the answers over two numbers.")] = False,
    axes: Annotated[
        str | None,
        typer.Option("--axes", metavar="X,Y", help="The numbers of the map; size and examples."),
    ] = None,
    rules: options.RulePacks = None,
    format_: options.OutputFormat = None,
    output: options.Output = None,
    plain: options.Plain = False,
) -> None:
    """Show which values of single facts change the answer, exactly; or what named changes do.

    For example:

      advisor whatif project.yaml

      advisor whatif run.json --set model.parameters=70B --set hardware.accelerator_count=4

      advisor whatif project.yaml --sweep data.train_examples=100..1M

      advisor whatif project.yaml --map --axes model.parameters,hardware.accelerator_memory_gib
    """
    from advisor.app import setting_facts, whatif_record
    from advisor.cli.output import CommandReport, deliver
    from advisor.facts import load_facts
    from advisor.reasoning import WHATIF_TITLE, Case, whatif_blocks
    from advisor.rules import load_engine

    changes = {fact.key: fact.value for fact in setting_facts(settings or ())}
    swept = None if sweep is None else _swept(sweep)
    case = Case(load_facts(file), load_engine(rules or ()))
    record = whatif_record(case, changes, swept, _axes(axes) if map_ or axes else None)
    deliver(CommandReport(record, WHATIF_TITLE, whatif_blocks), format_, output, plain=plain)


def _axes(text: str | None) -> tuple[str, str]:
    """The facts of ``--axes x,y``, or the usual ones."""
    from advisor.reasoning import DEFAULT_AXES

    if text is None:
        return DEFAULT_AXES
    x, comma, y = (part.strip() for part in text.partition(","))
    if not comma or not x or not y:
        raise AdvisorError(
            "a map has two axes",
            where=f"--axes {text[:80]}",
            hint=f"--axes {','.join(DEFAULT_AXES)}",
        )
    return x, y


def _swept(text: str) -> tuple[str, float, float]:
    """The fact and both ends of ``--sweep key=low..high``."""
    from advisor.facts import load_vocabulary, read_value

    key, _, span = text.partition("=")
    low, dots, high = span.partition("..")
    where = f"--sweep {text[:80]}"
    hint = "--sweep data.train_examples=100..1M"
    if not dots:
        raise AdvisorError("a sweep has the form key=low..high", where=where, hint=hint)
    fact_type = load_vocabulary().require(key.strip(), where=where)
    ends = [read_value(fact_type, end.strip(), where=where) for end in (low, high)]
    first, last = (end if isinstance(end, (int, float)) else None for end in ends)
    if not fact_type.numeric or first is None or last is None or first >= last:
        raise AdvisorError("a sweep needs a number and two rising ends", where=where, hint=hint)
    return fact_type.key, first, last
