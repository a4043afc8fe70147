"""A page that would get too long loses estimates of what can be tried out first, then all of it."""

from __future__ import annotations

from dataclasses import replace

from html_pages import DRAWN, TITLE, drawn, run_page
from report_cases import persona

from advisor.report.html.page import MOST_BYTES


def page_with(**more):
    shown = drawn()
    return run_page(persona(DRAWN), TITLE, replace(shown, offered=replace(shown.offered, **more)))


def longer(entry):
    return replace(entry, cells=entry.cells * 40)


def test_a_page_tells_memory_and_time_of_what_can_be_tried_out():
    page = page_with()
    assert 'id="advisor-trying"' in page
    assert "Memory is what a plain run needs" in page


def test_estimates_that_are_too_long_are_left_out_and_the_page_says_so():
    page = page_with(estimates=[longer(one) for one in drawn().offered.estimates])
    assert len(page.encode()) <= MOST_BYTES
    assert 'id="advisor-trying"' in page
    assert "Memory is what a plain run needs" not in page
    assert "too long with all of them" in page


def test_where_all_that_can_be_tried_out_is_too_long_the_page_is_complete_without_it():
    page = page_with(groups=[longer(one) for one in drawn().offered.groups] * 10)
    assert 'id="advisor-trying"' not in page
    assert 'id="what-if"' not in page
    assert 'id="map"' in page
