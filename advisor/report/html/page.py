"""A record as one HTML page, byte for byte the same for the same record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import advisor
from advisor.facts.embedded import RUN_ELEMENT
from advisor.report.blocks import Block, Record
from advisor.report.html.embedding import embedded_json
from advisor.report.html.environment import environment, style
from advisor.report.html.head import Head, head_of
from advisor.report.html.illustration import Illustration
from advisor.report.html.portable import portable
from advisor.report.html.run_sections import run_sections
from advisor.report.html.section import Section, split
from advisor.report.html.trying import Trying, trying_of

MOST_BYTES = 200 * 1024
"""A page that people pass round. Before it gets longer, estimates of what can be tried out are left
out, then all of that."""


def run_page(record: dict[str, Any], title: str, shown: Illustration) -> str:
    """The page of a run, with what a micro-benchmark measured if there was one.

    Args:
        record: the run.
        title: what the report answers.
        shown: what is drawn beside the record.
    """
    record = portable(record)
    sections = tuple(run_sections(record, shown))
    head = head_of(record)
    for estimates in (True, False):
        page = _page(record, title, head, sections, trying_of(shown, estimates=estimates))
        if len(page.encode()) <= MOST_BYTES:
            return page
    return _page(record, title, head, sections)


def plain_page(
    record: dict[str, Any], title: str, blocks_of: Callable[[Record], Iterable[Block]]
) -> str:
    """The page of any other report: the blocks of its record, a section for each heading."""
    record = portable(record)
    return _page(record, title, None, tuple(split(blocks_of(record))))


def _page(
    record: dict[str, Any],
    title: str,
    head: Head | None,
    sections: tuple[Section, ...],
    trying: Trying | None = None,
) -> str:
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            title=title,
            head=head,
            sections=sections,
            style=style(),
            trying=trying,
            run=embedded_json(record),
            run_element=RUN_ELEMENT,
            version=record.get("advisor_version", advisor.__version__),
        )
    )
