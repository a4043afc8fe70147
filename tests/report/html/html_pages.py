"""Pages of six people's projects, of an old run and of a micro-benchmark; and a reader of them."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from report_cases import PERSONAS, engine, persona

from advisor.reasoning.illustrating import illustration
from advisor.report.html import page
from advisor.report.html.illustration import Illustration
from advisor.report.runfile import run_from

GOLDEN = Path(__file__).parents[2] / "golden" / "run-1.json"
MEASURED = Path(__file__).parent / "measured.json"
TITLE = "Prompt-tuning or full fine-tuning?"
NO_MAP = Illustration(None, "There is no map.")
DRAWN = "eight_billion_on_a_24_gib_card"
"""The person whose page has a map, which takes seconds."""
_VOID = {"meta", "br", "wbr", "link", "img", "hr", "input"}


def golden() -> dict[str, Any]:
    """The run file of the first version, as it was written."""
    return json.loads(GOLDEN.read_text(encoding="utf-8"))


def measured() -> dict[str, Any]:
    """A run with a micro-benchmark; the figures of its curve are made up."""
    return persona("newcomer_with_bert_on_a_cpu") | json.loads(MEASURED.read_text(encoding="utf-8"))


def run_page(record: dict[str, Any], title: str, shown: Illustration) -> str:
    """The page of a run file."""
    return page.run_page(run_from(record), title, shown, record)


@functools.cache
def drawn() -> Illustration:
    """A real map and real published rows."""
    return illustration(run_from(persona(DRAWN)), engine())


@functools.cache
def pages() -> dict[str, str]:
    """All pages by name."""
    made = {
        name: run_page(persona(name), TITLE, drawn() if name == DRAWN else NO_MAP)
        for name in PERSONAS
    }
    made["an old run"] = run_page(golden(), TITLE, NO_MAP)
    made["measured"] = run_page(measured(), TITLE, NO_MAP)
    return made


@dataclass
class Element:
    """An element with what is in it."""

    tag: str
    attributes: dict[str, str | None]
    parent: Element | None = None
    children: list[Element] = field(default_factory=list)
    content: list[str | Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text in it, in order."""
        return "".join(part if isinstance(part, str) else part.text for part in self.content)

    @property
    def words(self) -> str:
        """The same with white space made one."""
        return " ".join(self.text.split())


class Page(HTMLParser):
    """Every element of a page, in order; fails on elements that are not closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.feed(text)
        self.close()
        assert [element.tag for element in self.open] == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute twice in {tag}"
        parent = self.open[-1] if self.open else None
        element = Element(tag, dict(attrs), parent)
        self.elements.append(element)
        if parent:
            parent.children.append(element)
            parent.content.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"{tag} closes {self.open[-1].tag}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open[-1].content.append(data)

    def named(self, *tags: str) -> list[Element]:
        """The elements of these tags."""
        return [element for element in self.elements if element.tag in tags]

    def by_id(self, id_: str) -> Element:
        """The one element with the id."""
        (found,) = [e for e in self.elements if e.attributes.get("id") == id_]
        return found


@functools.cache
def parsed(name: str) -> Page:
    """A page, read."""
    return Page(pages()[name])
