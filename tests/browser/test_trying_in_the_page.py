"""A report's controls change its verdict as the program would, and back again."""

from __future__ import annotations

import re
from functools import cache

import pytest
from project_page import PROJECT, project_page

from advisor.facts.factsfile import load_facts
from advisor.reasoning.case import Case
from advisor.report.html.page import MOST_BYTES
from advisor.report.record import run_record
from advisor.rules.engine import load_engine


@cache
def case() -> Case:
    return Case(load_facts(str(PROJECT)), load_engine())


@pytest.fixture
def opened(open_page, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(project_page(), encoding="utf-8")
    return open_page(path)


def seen(opened):
    """What the page tells of the chosen values."""
    parts = ("try-sentence", "try-scores", "try-waterfall", "try-map")
    return [opened.locator(f"#{part}").text_content() for part in parts]


def sentence(changes):
    """How the program's headline begins and ends, chances apart, which the page does not tell."""
    run = run_record(case().answer(changes), load_engine().base)
    return re.sub(r" Its chance of .*?%\.", "", run.headline)


def test_the_controls_are_hidden_until_the_script_runs_and_then_tell_the_same_answer(opened):
    assert re.search(r'<section id="what-if"[^>]* hidden>', project_page())
    assert opened.locator("#what-if").is_visible()
    assert seen(opened)[0] == sentence({})


@pytest.mark.parametrize(
    ("label", "keys", "changes"),
    [
        ("Size of the model", ["Home"], {"model.parameters": 110_000_000}),
        ("Training examples", ["Home", "ArrowRight"], {"data.train_examples": 100}),
        ("Training examples", ["Home"], {"data.train_examples": 30}),
    ],
)
def test_a_slider_moved_by_keys_gives_the_answer_of_the_program(label, keys, changes, opened):
    first = seen(opened)
    slider = opened.get_by_label(label)
    for key in keys:
        slider.press(key)
    assert seen(opened)[0] == sentence(changes)
    assert seen(opened) != first
    opened.get_by_role("button", name="Back to the project").click()
    opened.wait_for_function(
        "first => document.getElementById('try-sentence').textContent === first", arg=first[0]
    )
    assert seen(opened) == first


def test_memory_and_time_of_chosen_values_are_those_of_the_program(opened):
    before = opened.locator("#try-scores tr", has_text="Full fine-tuning").inner_text()
    opened.get_by_label("Size of the model").press("Home")
    told = opened.locator("#try-scores tr", has_text="Full fine-tuning").inner_text().split("\t")
    values = case().values({"model.parameters": 110_000_000})
    size = values["estimate.full_fine_tuning.memory_gib"]
    minutes = 60 * values["estimate.full_fine_tuning.hours"]
    assert told[1] == "yes" and "no" in before.split("\t")
    assert float(told[2].removesuffix(" GiB")) == pytest.approx(size, rel=0.05)
    assert float(told[3].removesuffix(" min")) == pytest.approx(minutes, rel=0.05)


def test_each_reason_and_veto_says_what_its_rule_says(opened):
    run = run_record(case().answer({}), load_engine().base)
    text = opened.locator("#try-waterfall").text_content()
    for reason in run.reasons:
        assert reason.effect == 0 or reason.claim in text


@pytest.mark.parametrize(
    ("label", "option", "changes"),
    [
        ("A trained prompt to start from", "Yes", {"prompt.transfer_available": True}),
        ("Match of the pre-training", "Low", {"model.pretraining_match": "low"}),
    ],
)
def test_a_choice_gives_the_answer_of_the_program(label, option, changes, opened):
    first = seen(opened)
    opened.get_by_label(label).select_option(option)
    assert seen(opened)[0] == sentence(changes)
    assert seen(opened) != first


def test_the_map_marks_what_is_chosen_once(opened):
    assert opened.locator("#try-map").text_content().count("@") == 1
    opened.get_by_label("Training examples").press("Home")
    assert opened.locator("#try-map").text_content().count("@") == 1


def test_the_page_is_no_longer_than_it_may_be_with_all_that_can_be_tried():
    assert 'id="advisor-trying"' in project_page()
    assert len(project_page().encode()) <= MOST_BYTES
