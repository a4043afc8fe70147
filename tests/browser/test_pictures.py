"""Pictures of a report in the documents show what the program writes today.

`make screenshots` makes them anew (UPDATE_PICTURES=1). Fonts differ from machine to machine, so not
the pixels are compared but what they were made of: the shown parts of the page and its style.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from project_page import project_page

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
MADE_OF = FOLDER / "made-of.json"
MOST_BYTES = 150_000
EDGE = 16


def with_a_small_model(page: Any) -> None:
    page.get_by_label("Size of the model").press("Home")
    page.locator("#what-if summary").click()


def on_paper(page: Any) -> None:
    page.emulate_media(media="print")
    # Margins of a page are not seen in a picture of a window.
    page.evaluate("document.body.style.margin = '16mm'")


def as_it_opens(_: Any) -> None:
    pass


@dataclass(frozen=True)
class Picture:
    """Neighbouring parts of the page, from the top of the first to the end of the last."""

    parts: str
    width: int = 1200
    scheme: str = "light"
    prepare: Callable[[Any], None] = as_it_opens


PICTURES = {
    "verdict": Picture("header, #verdict"),
    "what-if": Picture("#what-if", prepare=with_a_small_model),
    "memory": Picture("#memory"),
    "evidence": Picture("#waterfall", scheme="dark"),
    "map": Picture("#map"),
    "telephone": Picture("header, #verdict, nav", width=400, scheme="dark"),
    # The width of A4.
    "paper": Picture("header, #verdict, #changes", width=794, prepare=on_paper),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_shows_the_report_of_today(name, open_page, tmp_path):
    picture = PICTURES[name]
    path = tmp_path / "report.html"
    path.write_text(project_page(), encoding="utf-8")
    page = open_page(path, width=picture.width, scheme=picture.scheme)
    picture.prepare(page)
    parts = page.locator(picture.parts)
    made_of = parts.evaluate_all("parts => parts.map((part) => part.outerHTML).join('')")
    made_of += page.locator("style").text_content()
    digest = hashlib.sha256(made_of.encode()).hexdigest()
    if os.environ.get("UPDATE_PICTURES"):
        (FOLDER / f"{name}.webp").write_bytes(taken(page, parts))
        known = json.loads(MADE_OF.read_text()) if MADE_OF.exists() else {}
        known |= {name: digest}
        MADE_OF.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")
    assert json.loads(MADE_OF.read_text())[name] == digest, "run `make screenshots`"
    assert (FOLDER / f"{name}.webp").stat().st_size <= MOST_BYTES


def taken(page: Any, parts: Any) -> bytes:
    """The parts as WebP, which playwright does not write, larger for sharp letters."""
    page.evaluate("scrollTo(0, 0)")
    boxes = [one.bounding_box() for one in parts.all()]
    left, top = boxes[0]["x"] - EDGE, max(boxes[0]["y"] - EDGE, 0)
    clip = {
        "x": left,
        "y": top,
        "width": boxes[0]["width"] + 2 * EDGE,
        "height": boxes[-1]["y"] + boxes[-1]["height"] + EDGE - top,
        "scale": 1.5,
    }
    shot = page.context.new_cdp_session(page).send(
        "Page.captureScreenshot",
        {"format": "webp", "quality": 80, "clip": clip, "captureBeyondViewport": True},
    )
    return base64.b64decode(shot["data"])


def test_every_picture_is_shown_somewhere():
    assert {path.stem for path in FOLDER.glob("*.webp")} == set(PICTURES)
    documents = [FOLDER.parents[1] / "README.md", *FOLDER.parent.rglob("*.md")]
    text = "".join(document.read_text(encoding="utf-8") for document in documents)
    assert [name for name in PICTURES if f"pictures/{name}.webp" not in text] == []
