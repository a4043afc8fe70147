"""Facts that hold for every page: offline, within its size, and open to keyboard and reader."""

from __future__ import annotations

import itertools
import re

import pytest
from html_pages import DRAWN, NO_MAP, PERSONAS, TITLE, golden, pages, parsed, run_page
from report_cases import persona

from advisor.report.html.trying import trying_scripts

NAMES = (*PERSONAS, "an old run", "measured")
LOADING = {"src", "srcset", "data", "poster", "background", "action", "formaction", "xlink:href"}
every_page = pytest.mark.parametrize("name", NAMES)


@every_page
def test_a_page_is_at_most_200_kib(name):
    assert len(pages()[name].encode()) <= 200 * 1024


@every_page
def test_nothing_is_loaded_from_elsewhere(name):
    for element in parsed(name).elements:
        assert element.tag not in {"link", "img", "iframe", "object", "embed", "base", "image"}
        assert not LOADING & set(element.attributes)
        href = element.attributes.get("href")
        assert href is None or (element.tag == "a" and href.startswith("#"))
    assert "@import" not in pages()[name]
    assert set(re.findall(r"url\(([^)]*)\)", pages()[name])) <= {"#lines", "#dots", "#cross"}


@every_page
def test_the_only_scripts_are_data_and_our_own(name):
    run, *others = parsed(name).named("script")
    assert run.attributes == {"type": "application/json", "id": "advisor-run"}
    if others:
        data, own = others
        assert data.attributes == {"type": "application/json", "id": "advisor-trying"}
        assert own.attributes == {}
        assert own.text.strip() == trying_scripts()
    assert not [e for e in parsed(name).elements if any(a.startswith("on") for a in e.attributes)]


@every_page
def test_ids_are_unique_and_what_is_referred_to_exists(name):
    ids = [e.attributes["id"] for e in parsed(name).elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    for element in parsed(name).elements:
        referred = (element.attributes.get("aria-labelledby") or "").split()
        if (element.attributes.get("href") or "").startswith("#"):
            referred.append(element.attributes["href"][1:])
        assert set(referred) <= set(ids)


@every_page
def test_there_are_landmarks_and_a_language(name):
    page = parsed(name)
    assert page.named("html")[0].attributes["lang"] == "en"
    for tag in ("header", "main", "nav", "footer", "h1"):
        assert len(page.named(tag)) == 1
    (title,) = [e for e in page.named("title") if e.parent.tag == "head"]
    assert title.words
    assert all("aria-labelledby" in section.attributes for section in page.named("section"))


@every_page
def test_no_level_of_heading_is_skipped(name):
    levels = [int(e.tag[1]) for e in parsed(name).named("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    assert all(e.words for e in parsed(name).named("h1", "h2", "h3"))


@every_page
def test_the_verdict_comes_first(name):
    main = parsed(name).named("main")[0]
    assert main.children[0].attributes["id"] == "verdict"


@every_page
def test_every_drawing_says_what_it_shows(name):
    drawings = parsed(name).named("svg")
    assert drawings
    for drawing in drawings:
        assert drawing.attributes["role"] == "img"
        title, desc = drawing.children[:2]
        assert (title.tag, desc.tag) == ("title", "desc")
        assert title.words
        assert desc.words
        named = [title.attributes["id"], desc.attributes["id"]]
        assert (drawing.attributes["aria-labelledby"] or "").split() == named


@every_page
def test_every_table_has_headers_and_can_be_scrolled_by_keyboard(name):
    for table in parsed(name).named("table"):
        around = table.parent
        assert around.attributes["tabindex"] == "0"
        assert around.attributes["role"] == "region"
        assert around.attributes["aria-label"]
    scopes = {e.attributes.get("scope") for e in parsed(name).named("th")}
    assert scopes <= {"row", "col"}
    heads = [e for e in parsed(name).named("th") if e.attributes["scope"] == "col"]
    assert all(e.words for e in heads)


@pytest.mark.parametrize("name", [DRAWN, "an old run"])
def test_the_same_run_gives_the_same_bytes(name):
    record = persona(name) if name == DRAWN else golden()
    shown = pages()[name]
    again = run_page(record, TITLE, NO_MAP)
    assert run_page(record, TITLE, NO_MAP) == again
    assert (again == shown) is (name != DRAWN)  # one has a map, the other none


def test_the_sections_stand_in_the_order_in_which_a_lead_reads():
    main = parsed("measured").named("main")[0]
    ids = [e.attributes["id"] for e in main.children if e.tag == "section"]
    assert ids == [
        "verdict", "alarms", "scores", "curve", "predicted", "measured", "changes", "memory",
        "waterfall", "parity", "map", "why-not", "beliefs", "risks", "how-to", "costs", "facts",
        "reproduce",
    ]  # fmt: skip


@every_page
def test_the_contents_name_every_section(name):
    page = parsed(name)
    listed = {e.attributes["href"][1:] for e in page.named("a") if e.parent.tag == "li"}
    sections = {e.attributes["id"] for e in page.named("section")} - {"verdict", "what-if"}
    assert listed == sections


def test_the_verdict_and_its_confidence_are_at_the_top():
    record = golden()
    words = parsed("an old run").by_id("verdict").words
    assert record["headline"] in words
    assert f"{record['confidence']:.0%}, {record['confidence_word']}" in words


def test_a_missing_map_is_said_in_a_sentence():
    assert "There is no map." in parsed("an old run").by_id("map").words
