"""Other values to try out in the page: its controls, and what its scripts need inside the page."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from advisor.catalogue import load_table
from advisor.decide import Status
from advisor.facts import load_vocabulary, show_value
from advisor.methods import FULL, SOFT_PROMPT, load_methods
from advisor.report import inpage
from advisor.report.html.illustration import Illustration, Offered
from advisor.report.outlook import OtherAnswer
from advisor.report.outlook_document import HERE, MAP_LETTERS, answer_words
from advisor.report.part import fields_of, plain
from advisor.report.wording import advice_sentence, first_sentence, second_sentence
from advisor.support import capital

_ESCAPED = str.maketrans(
    {char: f"\\u{ord(char):04x}" for char in ("<", ">", "&", "\u2028", "\u2029")}
)


def embedded_json(record: Any) -> Markup:
    """The record, a part or plain, as JSON in which nothing can end the element or begin another.

    JSON holds the escaped characters in strings alone, so that it stays the same JSON.
    """
    text = json.dumps(plain(record), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.translate(_ESCAPED))  # noqa: S704 - escaped above


_SCRIPTS = (
    Path(inpage.__file__).parent / "judge.js",
    Path(inpage.__file__).parent / "offered.js",
    Path(__file__).parent / "trying.js",
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_AS_IT_IS = "as it is"
_COLUMNS = {"memory_gib": "Memory", "hours": "Time"}
"""Estimates of each method that are told for the chosen values."""


@dataclass(frozen=True, slots=True)
class Control:
    """One thing to change.

    Attributes:
        id: of its element.
        label: what it is.
        options: names of its positions.
        here: the project's own; -1 for none of them.
        scale: whether it is a slider.
    """

    id: str
    label: str
    options: tuple[str, ...]
    here: int
    scale: bool


@dataclass(frozen=True, slots=True)
class Trying:
    """The controls, the data and the scripts, ready to be embedded.

    ``estimates``: whether memory and time are told with each answer.
    ``legend``: letters of the map, each with its meaning.
    """

    estimates: bool
    legend: tuple[tuple[str, str], ...]
    controls: tuple[Control, ...]
    data: Markup
    scripts: Markup


def trying_of(shown: Illustration, *, estimates: bool = True) -> Trying | None:
    """What can be tried out, or None where nothing is offered.

    Args:
        shown: what the caller worked out.
        estimates: whether memory and time are told with each answer.
    """
    if shown.rules is None or shown.offered is None:
        return None
    offered = shown.offered
    if not estimates:
        offered = Offered(**{**fields_of(offered), "estimates": []})
    data = {
        "rules": shown.rules,
        "offered": offered,
        "names": {method: load_methods()[method].name for method in shown.rules.methods},
        "letters": {f"{status}|{side or ''}": mark for (status, side), mark in MAP_LETTERS.items()},
        "here": HERE,
        "kinds": _COLUMNS,
        "advice": {"none": advice_sentence(Status.INFEASIBLE, None)}
        | {status.value: advice_sentence(status, "{name}") for status in Status},
        "first": dict(_first_sentences(shown.rules.settings.soft)),
        "second": {
            "none": second_sentence(Status.DECIDED, None, "{name}"),
            "undetermined": second_sentence(Status.UNDETERMINED, FULL, "{name}"),
            "other": second_sentence(Status.DECIDED, FULL, "{name}"),
        },
    }
    legend = tuple(
        (mark, answer_words(OtherAnswer(status=status, recommendation=side)))
        for (status, side), mark in MAP_LETTERS.items()
    )
    controls = tuple(_controls(offered))
    return Trying(bool(offered.estimates), legend, controls, embedded_json(data), trying_scripts())


def _controls(offered: Offered) -> Iterator[Control]:
    for number, knob in enumerate(offered.knobs):
        values = [setting.value for setting in knob.settings]
        yield _control(f"try-{number}", knob.fact, values, knob.here)
    for number, direct in enumerate(offered.direct):
        yield _control(f"try-direct-{number}", direct.fact, direct.values, direct.here)


def _control(id_: str, fact: str, values: list[Any], here: int) -> Control:
    fact_type, table = load_vocabulary()[fact], load_table("offered.yaml")
    options = tuple(
        _AS_IT_IS if value is None else capital(show_value(fact_type, value)) for value in values
    )
    # Numbers are positions of a slider; a device or a choice is one of a list.
    return Control(id_, table["labels"][fact], options, here, fact in table["values"])


def _first_sentences(soft_prompts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Every sentence that an answer can begin with, by what the script knows of it."""
    for status in (Status.INFEASIBLE, Status.DO_NOT_TRAIN):
        yield status.value, first_sentence(status, (None, None), "", rival_vetoed=False)
    soft = [(SOFT_PROMPT, variant) for variant in soft_prompts]
    yield (
        f"{Status.UNDETERMINED.value}||",
        first_sentence(Status.UNDETERMINED, (None, None), "", rival_vetoed=False),
    )
    for side, variant in [(FULL, None), *soft]:
        for status in (Status.UNDETERMINED, Status.TOO_CLOSE, Status.DECIDED):
            for vetoed in (False, True):
                key = f"{status.value}|{variant or side}|{'vetoed' if vetoed else ''}"
                yield key, first_sentence(status, (side, variant), "{sure}", rival_vetoed=vetoed)


@functools.cache
def trying_scripts() -> Markup:
    """Our own scripts, which are not data; what is there for readers of the source is left out."""
    whole = "\n".join(path.read_text(encoding="utf-8") for path in _SCRIPTS)
    lines = (line.strip() for line in _COMMENT.sub("", whole).splitlines())
    return Markup("\n".join(line for line in lines if line))  # noqa: S704
