"""What an HTML report shows beside its record: the decision map and the published rows near."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from advisor.catalogue import Published
from advisor.decide import published_near
from advisor.facts import Value, facts_from
from advisor.methods import load_methods
from advisor.reasoning.case import Case
from advisor.reasoning.map import DEFAULT_AXES, draw_map
from advisor.reasoning.page_controls import offered
from advisor.reasoning.record import map_entry
from advisor.report import Illustration, Nearby, RunFile, plain, rules_as_data
from advisor.rules import Engine, RuleSettings
from advisor.support import AdvisorError, YamlDocument

_SIZE = DEFAULT_AXES[0]


def illustration(run: RunFile, engine: Engine) -> Illustration:
    """Judge the run's project at every point of the usual map; some seconds.

    Args:
        run: nothing in it is changed.
        engine: the rules of the map. Facts that they do not know, as those of another version,
            leave the report without a map, which then says so.
    """
    try:
        case = Case(facts_from(YamlDocument(plain(run), {}, "the run")), engine)
        values = case.facts.values()
    except AdvisorError as error:
        return Illustration(
            None, f"There is no map, since the facts cannot be read: {error.message}."
        )
    near = tuple(_nearby(run.parity, values, engine.base.settings))
    if not isinstance(values.get(_SIZE), (int, float)):
        return Illustration(None, "There is no map, since the model's size is not known.", near)
    return Illustration(
        map_entry(draw_map(case, *DEFAULT_AXES)),
        published=near,
        rules=rules_as_data(engine, case.facts.vocabulary),
        offered=offered(case),
    )


def _nearby(
    methods: Iterable[str], values: Mapping[str, Value], settings: RuleSettings
) -> Iterable[Nearby]:
    """Each published comparison once, with the methods that it speaks for."""
    found: dict[tuple[Published, float], list[str]] = {}
    for method in methods:
        for row in published_near(method, values, settings) or ():
            gap = row.gap_of(method)
            if gap is not None:
                found.setdefault((row, gap), []).append(load_methods()[method].name)
    for (row, gap), names in sorted(found.items(), key=_order):
        yield Nearby(
            tuple(names), row.study, row.table, row.model, row.task,
            round(row.train_examples), round(0.0 - gap, 1),
        )  # fmt: skip


def _order(entry: tuple[tuple[Published, float], list[str]]) -> tuple[Any, ...]:
    (row, gap), names = entry
    return names, row.study, row.parameters, row.model, row.task, row.train_examples, gap
