"""Text of names, data and rule packs is shown, and never becomes markup, script or a path."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import pytest
from html_pages import MEASURED, NO_MAP, TITLE, Page, drawn, measured, run_page
from report_cases import PERSONAS, record_of, stated

from advisor.facts.page import embedded_run
from advisor.report.html.page import portable

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]><!--",
    "</script><script>alert(1)</script>",
    "'; alert(1); //",
    "{{ 7 * 7 }}{% raw %}",
    "</title></style><svg onload=alert(1)>",
    "&lt;b&gt; &amp; \u2028",
]
CLEAN = "newcomer_with_bert_on_a_cpu"


def shape(page: Page) -> list[tuple[str, tuple[str, ...]]]:
    """Tags and names of attributes, in order: what hostile text must not change."""
    return [(e.tag, tuple(e.attributes)) for e in page.elements]


def hostile_record(text: str) -> dict:
    """A run whose every free text is the hostile one."""
    record = measured()
    facts = {key: dict(entry) for key, entry in record["facts"].items()}
    facts["model.name"]["value"] = text
    facts["task.type"]["detail"] = text
    reasons = [{**r, "claim": text, "house_rules": text} for r in record["reasons"]]
    alarms = [{**a, "sentence": text} for a in record["alarms"]]
    return {
        **record, "facts": facts, "reasons": reasons, "alarms": alarms, "headline": text,
        "how_to": [text], "risks": [{**r, "risk": text} for r in record["risks"]],
    }  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_no_element_and_no_attribute(text):
    plain = Page(run_page(hostile_record("harmless"), TITLE, NO_MAP))
    page = Page(run_page(hostile_record(text), TITLE, NO_MAP))
    without_breaks = [e for e in shape(page) if e[0] != "wbr"]
    assert without_breaks == [e for e in shape(plain) if e[0] != "wbr"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_kept_as_it_is(text):
    record = hostile_record(text)
    html = run_page(record, TITLE, NO_MAP)
    verdict = Page(html).by_id("verdict")
    assert " ".join(text.split()) in verdict.words
    kept = json.loads(embedded_run(html, where="a test"))
    assert kept["facts"]["model.name"]["value"] == portable(text)
    assert kept["headline"] == portable(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_model_name_that_was_stated_goes_through_the_whole_way(text):
    facts = stated({**PERSONAS[CLEAN], "model.name": text.replace("\u2028", " ")})
    page = Page(run_page(record_of(facts), TITLE, NO_MAP))
    assert len(page.named("script")) == 1
    assert not page.named("img")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_device_can_be_tried_out_and_stays_text(text):
    offered = copy.deepcopy(drawn().offered)
    offered.knobs[-1].settings[0].value = text
    record = record_of(stated(PERSONAS[CLEAN]))
    page = Page(run_page(record, TITLE, replace(drawn(), offered=offered)))
    assert len(page.named("script")) == 3
    assert not page.named("img")
    assert " ".join(text.split()) in {option.words for option in page.named("option")}


def test_backticks_mark_code_and_nothing_else():
    page = Page(run_page(hostile_record("`<b>x</b>` and `"), TITLE, NO_MAP))
    assert not [e for e in page.named("b") if e.text == "x"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/home/jane/models/llama", "llama"),
        ("/home/jane doe/models/llama 3", "llama 3"),
        ("~/models/llama", "llama"),
        (r"C:\Users\Jane\models\llama", "llama"),
        ("../jane/models/llama", "llama"),
        ("read from ./a/b/c.jsonl", "read from c.jsonl"),
        ("file:///home/jane/model.gguf", "model.gguf"),
        ("crashed: /home/jane/a.py, line 3", "crashed: a.py, line 3"),
        ("no file '/home/jane/models/x'", "no file 'x'"),
        ("read from /home/jane doe/data/train.jsonl.", "read from train.jsonl."),
        ("meta-llama/Llama-3.1-8B", "meta-llama/Llama-3.1-8B"),
        ("1008 GB/s, 23.5 GiB / 2", "1008 GB/s, 23.5 GiB / 2"),
        ("tolerance / smallest visible difference", "tolerance / smallest visible difference"),
        ("https://arxiv.org/abs/2101.00190", "https://arxiv.org/abs/2101.00190"),
        ("docs/concepts/estimates.md", "docs/concepts/estimates.md"),
        ("positions / (95 % length + 20)", "positions / (95 % length + 20)"),
    ],
)
def test_a_path_is_reduced_to_its_last_part_and_nothing_else_is_touched(text, shown):
    assert portable(text) == shown


def test_no_folder_of_this_machine_is_in_the_page_or_in_its_run():
    folder = str(MEASURED.parent)
    record = hostile_record(f"{folder}/model")
    record["results"]["prompt_tuning"]["failed"] = [
        {"trial": "t", "status": "crashed", "message": f"OSError: {folder}/weights is missing"}
    ]
    html = run_page(record, TITLE, NO_MAP)
    assert folder not in html
    assert str(MEASURED.parents[2]) not in html
    assert "weights is missing" in html


def test_what_the_rules_themselves_say_holds_no_path():
    record = measured()
    assert portable(record) == record
