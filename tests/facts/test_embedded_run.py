"""A run is read out of an HTML report; nothing else of the page is."""

from __future__ import annotations

import pytest

from advisor.facts.factsfile import load_facts
from advisor.support.errors import AdvisorError

RUN = """{"schema_version": "1", "facts": {"data.train_examples":
{"value": 800, "unit": "examples", "source": "answered", "detail": "\\u003cb\\u003e"}}}"""
PAGE = f"""<!doctype html>
<html lang="en"><head><title>x</title></head><body>
<script type="application/json" id="other">{{"schema_version": "9"}}</script>
<script type="application/json" id="advisor-run">{RUN}</script>
</body></html>"""


@pytest.fixture
def page(tmp_path):
    def write(text, name="report.html"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refusal(path) -> str:
    with pytest.raises(AdvisorError) as caught:
        load_facts(path)
    return str(caught.value)


@pytest.mark.parametrize("name", ["report.html", "REPORT.HTM", "page.bin", "page"])
def test_the_facts_of_the_run_are_read(page, name):
    (fact,) = load_facts(page(PAGE, name))
    assert (fact.key, fact.value, fact.source.value) == ("data.train_examples", 800, "answered")
    assert fact.detail == "<b>"


def test_a_page_that_only_its_name_betrays_is_one(page):
    assert len(load_facts(page(PAGE.replace("<!doctype html>\n", "")))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "<!doctype html><title>x</title>",
        PAGE.replace("advisor-run", "another"),
        PAGE.replace("application/json", "text/javascript"),
        PAGE.replace("<script ", "<p ").replace("</script>", "</p>"),
        "no page at all",
    ],
)
def test_a_page_without_a_run_is_refused_and_says_what_to_give(page, text):
    said = refusal(page(text))
    assert "holds no run" in said
    assert "report.html, element advisor-run" in said
    assert "advisor wrote" in said


def test_a_page_that_was_cut_off_is_refused(page):
    said = refusal(page(PAGE[: PAGE.index('"answered"')]))
    assert "breaks off" in said
    assert "report.html" in said


def test_a_run_that_was_damaged_is_refused_with_its_place(page):
    said = refusal(page(PAGE.replace('"value": 800', '"value": 8oo')))
    assert "not valid JSON" in said
    assert "report.html, the run in the report, line 2" in said


def test_of_two_runs_the_first_counts(page):
    second = PAGE.replace('"value": 800', '"value": 900')
    (fact,) = load_facts(page(PAGE + second))
    assert fact.value == 800
