"""Sections of the page: a title, and under it text, a chart and more text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from advisor.report.blocks import Block, Heading, Stacks
from advisor.report.html.charts.curve import CurveChart
from advisor.report.html.charts.decision_map import MapChart
from advisor.report.html.charts.memory import MemoryChart, stacks_chart
from advisor.report.html.charts.parity import ParityChart
from advisor.report.html.charts.waterfall import WaterfallChart
from advisor.report.html.illustration import Nearby

Chart = CurveChart | MapChart | MemoryChart | ParityChart | WaterfallChart


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page.

    Attributes:
        id: of the element, kept from version to version so that links to it hold.
        title: the heading.
        lead: what stands before the chart.
        chart: what is drawn, if anything.
        blocks: what stands after it.
        published: published rows to list after the chart.
        commands: command lines to show, each to be copied whole.
    """

    id: str
    title: str
    lead: tuple[Block, ...] = ()
    chart: Chart | None = None
    blocks: tuple[Block, ...] = ()
    published: tuple[Nearby, ...] = ()
    commands: tuple[str, ...] = ()


def titled(id_: str, blocks: Iterable[Block]) -> Iterator[Section]:
    """The section that the blocks' first heading names; none where there are no blocks."""
    found = tuple(blocks)
    if found and isinstance(found[0], Heading):
        yield Section(id_, found[0].text, blocks=found[1:])


def sections_of(blocks: Iterable[Block]) -> Iterator[Section]:
    """A section for each heading, numbered in order."""
    title, count = "", 0
    gathered: list[Block] = []
    for block in blocks:
        if not isinstance(block, Heading):
            gathered.append(block)
            continue
        if gathered:
            yield _section(f"part-{count}", title, gathered)
        title, gathered, count = block.text, [], count + 1
    if gathered:
        yield _section(f"part-{count}", title, gathered)


def _section(id_: str, title: str, blocks: Sequence[Block]) -> Section:
    """The blocks, stacked sizes among them drawn."""
    drawn = [stacks_chart(block) for block in blocks if isinstance(block, Stacks)]
    rest = tuple(block for block in blocks if not isinstance(block, Stacks))
    return Section(id_, title, chart=drawn[0] if drawn else None, blocks=rest)
