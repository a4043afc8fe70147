"""Colours of both schemes keep the contrast of WCAG 2.2, level AA."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import advisor

STYLE = (Path(advisor.__file__).parent / "report" / "html" / "style.css").read_text("utf-8")
TEXT, GRAPHIC = 4.5, 3.0
LIGHT_PAPER_ON_DARK = ("w", "g", "a", "r")
DARK_INK = "#10161c"


def variables(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", block))


def schemes() -> dict[str, dict[str, str]]:
    light, dark = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[:2]
    return {"light": variables(light), "dark": {**variables(light), **variables(dark)}}


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


both = pytest.mark.parametrize("scheme", schemes().values(), ids=schemes())


@both
@pytest.mark.parametrize("name", ["ink", "soft", "link", "first", "second", "here"])
def test_text_stands_out_from_the_paper(scheme, name):
    assert contrast(scheme[name], scheme["paper"]) >= TEXT


@both
def test_text_stands_out_from_tinted_ground_and_from_the_map(scheme):
    for ground in ("tint", "m-p", "m-f", "m-x", "m-n"):
        assert contrast(scheme["ink"], scheme[ground]) >= TEXT


@both
def test_letters_stand_out_from_their_bars(scheme):
    for part in "wgoaltrc":
        on = scheme["paper"] if part in LIGHT_PAPER_ON_DARK else DARK_INK
        assert contrast(on, scheme[part]) >= TEXT, part
