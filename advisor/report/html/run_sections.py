"""The sections of a run or a micro-benchmark as the page shows them, in every report's order."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from advisor.methods import FULL, SOFT_PROMPT
from advisor.report import document
from advisor.report.blocks import Block, Heading, Paragraph, Stacks
from advisor.report.confirmation_document import MEASURED_SECTIONS, outcome_blocks
from advisor.report.document import RUN_SECTIONS
from advisor.report.html.charts.curve import CurveChart, curve_chart
from advisor.report.html.charts.decision_map import MapChart, map_chart
from advisor.report.html.charts.memory import MemoryChart, memory_chart, stacks_chart
from advisor.report.html.charts.parity import ParityChart, parity_chart
from advisor.report.html.charts.waterfall import WaterfallChart, waterfall_chart
from advisor.report.html.illustration import Illustration, Nearby
from advisor.report.measured import MeasuredRun
from advisor.report.outlook_document import CHANGES, answer_words, outlook_blocks
from advisor.report.run import RunFile

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


def measured_outcome(record: RunFile) -> tuple[Block, ...]:
    """What was measured and what it does to the advice, for the head of the page."""
    if not isinstance(record, MeasuredRun):
        return ()
    return tuple(outcome_blocks(record))


_BASE_METHODS = (SOFT_PROMPT, FULL)
_TRACED = "traced"


def _reproduce(record: RunFile, _: Illustration) -> Iterator[Section]:
    """How to make the report again from itself."""
    said = [
        "The report holds its run, so that it is the save file, too. Put its name in the place of "
        "report.html. The first command judges the same facts again, the second asks on from them."
    ]
    if _traced(record):
        said.append("Memory was traced: add --model MODEL --trace for that.")
    if isinstance(record, MeasuredRun):
        said.append(
            "The third command measures again; MODEL and FILE stand for the model's folder and the "
            "data, and figures of another machine or version differ."
        )
    yield Section(
        "reproduce",
        "Make it again, or go on from it",
        lead=tuple(map(Paragraph, said)),
        commands=tuple(_commands(record)),
    )


def _commands(record: RunFile) -> Iterator[str]:
    packs = sorted({reason.house_rules for reason in record.reasons} - {""})
    rules = "".join(f" --rules {shlex.quote(pack)}" for pack in packs)
    yield f"advisor advise --facts report.html{rules} -o again.html"
    yield f"advisor ask --facts report.html{rules} -o next.html"
    if isinstance(record, MeasuredRun):
        plan = record.plan
        others = [m for m in record.results if m not in _BASE_METHODS]
        wanted = "".join(f" --method {shlex.quote(method)}" for method in others)
        yield (
            f"advisor confirm --facts report.html --model MODEL --data FILE "
            f"--budget {plan.budget_seconds:g}s{wanted}{rules} -o again.html"
        )


def _traced(record: RunFile) -> bool:
    return any(
        key.endswith(".memory_gib") and entry.detail.startswith(_TRACED)
        for key, entry in record.facts.items()
    )


def run_sections(record: RunFile, shown: Illustration) -> Iterator[Section]:
    """All sections after the verdict, each with its drawing."""
    if isinstance(record, MeasuredRun):
        for measured in MEASURED_SECTIONS[1:]:
            for section in titled(measured.id, measured.blocks(record)):
                drawn = measured.id == "curve"
                yield replace(section, chart=curve_chart(record.curve)) if drawn else section
    for one in RUN_SECTIONS[1:]:
        draw = _DRAWN.get(one.id)
        yield from draw(record, shown) if draw else titled(one.id, one.blocks(record))


def _changes(record: RunFile, _: Illustration) -> Iterator[Section]:
    """What would change the answer, with all that is open or would lift a veto."""
    blocks: list[Block] = [
        *document.open_question_blocks(record),
        *document.change_blocks(record),
    ]
    if record.outlook:
        rest = list(outlook_blocks(record.outlook))[1:]
        blocks.extend([Heading("Values that change the answer"), *rest] if blocks else rest)
    if not blocks:
        blocks.append(Paragraph("Not worked out for this run: `advisor whatif FILE` does it."))
    yield Section("changes", CHANGES, blocks=tuple(blocks))


def _memory(record: RunFile, _: Illustration) -> Iterator[Section]:
    chart = memory_chart(record)
    if chart is not None:
        yield Section("memory", "Memory against the device's limit", chart=chart)


def _evidence(record: RunFile, _: Illustration) -> Iterator[Section]:
    """The waterfall between what rules out and what was decided before it."""
    yield Section(
        "waterfall",
        "The evidence, rule by rule",
        lead=tuple(document.veto_blocks(record)),
        chart=waterfall_chart(record),
        blocks=tuple(document.sub_decision_blocks(record)),
    )


def _parity(record: RunFile, shown: Illustration) -> Iterator[Section]:
    """Parity with the published rows behind it, and the ranking that it goes into."""
    heading, *ranking = document.ranking_blocks(record)
    chart = parity_chart(record)
    if chart is None:
        yield from titled("ranking", [heading, *ranking])
        return
    yield Section(
        "parity",
        "How near each method comes to full fine-tuning",
        lead=(Paragraph(document.parity_note(record)),),
        chart=chart,
        published=shown.published,
        blocks=(heading, ranking[0], Paragraph("Scores add up log-odds in decibans.")),
    )


def _map(record: RunFile, shown: Illustration) -> Iterator[Section]:
    """The decision map, or why there is none."""
    empty = Section("map", "The answer for other sizes of model and data")
    if shown.map is None:
        yield replace(empty, blocks=(Paragraph(shown.no_map),))
        return
    found = shown.map
    notes = []
    right, high = found.across.here, found.up.here
    if right is None or high is None:
        unknown = (found.across if right is None else found.up).fact
        notes.append(Paragraph(f"Your place is not marked, since {unknown} is not known exactly."))
    else:
        today = answer_words(found.answers[found.grid[high][right]])
        then = answer_words(record)
        if today != then:
            notes.append(
                Paragraph(
                    f"The map was made by closed form and the rules of the present version, which "
                    f"answer here: {today}. The run itself says: {then}."
                )
            )
    yield replace(empty, chart=map_chart(found), blocks=tuple(notes))


_DRAWN: dict[str, Callable[[RunFile, Illustration], Iterator[Section]]] = {
    "changes": _changes,
    "memory": _memory,
    "waterfall": _evidence,
    "parity": _parity,
    "map": _map,
    "reproduce": _reproduce,
}
"""How sections are laid out that the page shows otherwise than as their blocks."""
