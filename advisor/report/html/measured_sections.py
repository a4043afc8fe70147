"""The sections of a micro-benchmark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from advisor.report import confirmation_document as document
from advisor.report.blocks import Block, Heading, Record
from advisor.report.html.charts.curve import curve_chart
from advisor.report.html.section import Section, titled


def measured_sections(record: Record) -> Iterator[Section]:
    """Alarms first, since the figures after them mean less by them."""
    yield from titled("alarms", document.alarm_blocks(record))
    yield from titled("scores", document.score_blocks(record))
    for section in titled("curve", document.curve_blocks(record)):
        yield replace(section, chart=curve_chart(record))
    yield from titled("predicted", document.prediction_blocks(record))
    yield from titled("measured", document.setting_blocks(record))


def outcome(record: Record) -> tuple[Block, ...]:
    """What was measured and what it does to the advice, for the head of the page."""
    if "results" not in record:
        return ()
    return (Heading("What the micro-benchmark found"), *document.outcome_blocks(record))
