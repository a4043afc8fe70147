"""Reports in a real browser: no outside request, no barrier that axe-core finds, no overflow."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from project_page import project_page

from advisor.decide.answer import answer_for
from advisor.reasoning.illustrating import illustration
from advisor.report.document import RUN_TITLE
from advisor.report.html.page import run_page
from advisor.report.record import run_record
from advisor.report.runfile import load_record
from advisor.rules.engine import load_engine

ROOT = Path(__file__).parents[2]
SHOTS = os.environ.get("ADVISOR_SCREENSHOTS")
"""Folder for pictures of every page, for a person to look at; none are made without it."""


@cache
def pages() -> dict[str, str]:
    """A run that trains, one of the first schema, and one with next to nothing known."""
    engine = load_engine()
    runs = {
        "first-schema": load_record(ROOT / "tests" / "golden" / "run-1.json")[0],
        "nothing-known": run_record(answer_for([], engine), engine.base),
    }
    made = {name: run_page(run, RUN_TITLE, illustration(run, engine)) for name, run in runs.items()}
    return {"project": project_page(), **made}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1200])
@pytest.mark.parametrize("name", ["project", "first-schema", "nothing-known"])
def test_a_page_is_open_to_everybody_and_keeps_to_itself(name, width, scheme, open_page, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(pages()[name], encoding="utf-8")
    page = open_page(path, width=width, scheme=scheme)
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{scheme}.png", full_page=True)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = [(one["id"], one["nodes"][0]["html"]) for one in Axe().run(page).response["violations"]]
    assert found == []
    assert page.requested == [path.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_printed_page_has_no_controls(open_page, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(pages()["project"], encoding="utf-8")
    page = open_page(path)
    page.emulate_media(media="print")
    assert page.locator("#what-if").is_hidden()
    assert page.locator("#verdict").is_visible()
    if SHOTS:
        page.pdf(path=Path(SHOTS) / "project.pdf")
