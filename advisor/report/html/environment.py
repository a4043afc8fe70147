"""The templates: all that comes from data is escaped, and what is missing is an error."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

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
