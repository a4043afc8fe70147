"""A record as one HTML page, byte for byte the same for the same record."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

import advisor
from advisor.facts import RUN_ELEMENT
from advisor.report.blocks import Block
from advisor.report.html.illustration import Illustration
from advisor.report.html.run_sections import Section, measured_outcome, run_sections, sections_of
from advisor.report.html.trying import Trying, embedded_json, trying_of
from advisor.report.measured import MeasuredRun
from advisor.report.part import Part, fields_of, plain
from advisor.report.run import RunFile
from advisor.report.wording import method_name, shown_value, side_name
from advisor.support import capital

_STATUS = {
    "decided": "Decided",
    "too_close": "Too close to call",
    "undetermined": "Not determined yet",
    "infeasible": "Neither is feasible",
    "do_not_train": "Do not train yet",
}
_DEVICE, _RAM = "Device", "hardware.ram_available_gib"
_ABOUT = (
    ("Model", ("model.name", "model.parameters")),
    ("Task", ("task.type",)),
    ("Training examples", ("data.train_examples",)),
    (_DEVICE, ("hardware.accelerator_name", "hardware.accelerator_memory_gib")),
)


@dataclass(frozen=True, slots=True)
class PageHead:
    """What is seen without scrolling.

    Attributes:
        status: whether it is decided, in words.
        advice: what to do; empty in a run of an early version.
        sentence: the verdict with its confidence.
        notes: what stands beside the verdict: near evidence, the alternative.
        outcome: what a micro-benchmark found.
        answer, about: names and values, of the answer and of the project.
        alarms: how many there are.
    """

    status: str
    advice: str
    sentence: str
    notes: tuple[str, ...]
    outcome: tuple[Block, ...]
    answer: tuple[tuple[str, str], ...]
    about: tuple[tuple[str, str], ...]
    alarms: int


def head_of(record: RunFile) -> PageHead:
    """The head of a run."""
    near = record.evidence.text if record.evidence else ""
    return PageHead(
        status=_STATUS[record.status],
        advice=record.advice.sentence if record.advice else "",
        sentence=record.headline,
        notes=tuple(filter(None, (near, record.alternative_reason))),
        outcome=measured_outcome(record),
        answer=tuple(_answer(record)),
        about=tuple(_about(record)),
        alarms=len(record.alarms or ()) if isinstance(record, MeasuredRun) else 0,
    )


def _answer(record: RunFile) -> Iterator[tuple[str, str]]:
    side = side_name(record.recommendation, record.variant)
    if record.advice and record.advice.method:
        yield "Advice", method_name(record.advice.method)
    if side and record.advice:
        yield "Of the two, so far" if record.leaning_only else "Of the two", capital(side)
    elif side:
        yield "Leaning to" if record.leaning_only else "Recommended", capital(side)
    if record.confidence is not None:
        yield "Confidence", f"{record.confidence:.0%}, {record.confidence_word}"
    if record.alternative and not record.advice:
        better = "Serves better" if side and not record.leaning_only else "Scores best"
        yield better, method_name(record.alternative)


def _about(record: RunFile) -> Iterator[tuple[str, str]]:
    for name, keys in _ABOUT:
        known = [
            shown_value(key, record.facts[key].value)
            for key in keys
            if key in record.facts and record.facts[key].value is not None
        ]
        if known:
            yield name, ", ".join(known)
        elif name == _DEVICE and (memory := record.facts.get(_RAM)):
            yield name, f"CPU, {shown_value(_RAM, memory.value)} RAM free"


_FOLDER = Path(__file__).parent
_BREAKS = re.compile(r"(?<=[a-z])([._])(?=[a-z])")
_CODE = re.compile(r"`([^`]+)`")


@functools.cache
def environment() -> Environment:
    """The environment of the page's templates."""
    made = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["kind"] = _kind
    made.filters["prose"] = _prose
    made.filters["share"] = _share
    return made


@functools.cache
def style() -> Markup:
    """The style sheet, which is ours and not data."""
    return Markup((_FOLDER / "style.css").read_text(encoding="utf-8"))  # noqa: S704


def _kind(block: object) -> str:
    """The name of a neutral block's class, which decides how it is drawn."""
    return type(block).__name__


def _prose(text: str) -> Markup:
    """Text whose dotted names may be broken, and whose back-ticks mark code."""
    safe = _CODE.sub(r"<code>\1</code>", str(escape(text)))
    return Markup(_BREAKS.sub(r"\1<wbr>", safe))  # noqa: S704 - escaped first


def _share(number: float) -> str:
    """A place or width in percent, short and the same everywhere."""
    return f"{round(number, 2):g}%"


_START = r"(?:(?:file://)?(?:~[\w.-]*|[A-Za-z]:)?[\\/]+|(?:\.{1,2}[\\/])+)"
_FOLDERS = r"(?:[^\s\\/:\"'<>|]+(?: [^\s\\/:\"'<>|]+)*[\\/]+)+"
_LAST = r"(?P<last>[^\s\\/:\"'<>|]*)"
_INSIDE = re.compile(rf"(?<![\w.:/\\~]){_START}(?=\S){_FOLDERS}{_LAST}")
"""A path within a sentence that begins at a root, a home or with dots.

What a word precedes is a ratio, such as GB/s, a Hub id or a URL.
"""
_WHOLE = re.compile(rf"{_START}[^\n]*[^\\/\s][\\/]*")
_SPLIT = re.compile(r"[\\/]+")


def portable(value: Any) -> Any:
    """The same record, each path in its texts reduced to its last part.

    A path names folders, often with the name of whoever owns them; files are known by their names.
    """
    if isinstance(value, str):
        return _without_folders(value)
    if isinstance(value, dict):
        return {key: portable(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(portable, value))
    if isinstance(value, Part):
        return type(value)(**portable(fields_of(value)))
    return value


def _without_folders(text: str) -> str:
    if _WHOLE.fullmatch(text) and not _INSIDE.sub("", text).strip(" \\/"):
        return _SPLIT.split(text.rstrip("\\/"))[-1]
    return _INSIDE.sub(lambda found: found["last"] or "...", text)


MOST_BYTES = 200 * 1024
"""A page that people pass round. Before it gets longer, estimates of what can be tried out are left
out, then all of that."""


def run_page(
    run: RunFile, title: str, shown: Illustration, held: Mapping[str, Any] | None = None
) -> str:
    """The page of a run, with what a micro-benchmark measured if there was one.

    Args:
        run: the run.
        title: what the report answers.
        shown: what is drawn beside the run.
        held: what the file holds that the run was read from, keys of later versions with it.
    """
    run = portable(run)
    record = plain(run) if held is None else portable(held)
    sections = tuple(run_sections(run, shown))
    head = head_of(run)
    for estimates in (True, False):
        page = _page(record, title, head, sections, trying_of(shown, estimates=estimates))
        if len(page.encode()) <= MOST_BYTES:
            return page
    return _page(record, title, head, sections)


def plain_page(
    record: Any,
    title: str,
    blocks_of: Callable[[Any], Iterable[Block]],
    held: Mapping[str, Any] | None = None,
) -> str:
    """The page of any other report: the blocks of its record, a section for each heading."""
    record = portable(record)
    embedded = plain(record) if held is None else portable(held)
    return _page(embedded, title, None, tuple(sections_of(blocks_of(record))))


def _page(
    record: dict[str, Any],
    title: str,
    head: PageHead | None,
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
