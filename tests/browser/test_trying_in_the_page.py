"""A report's controls change its verdict as the program would, and back again."""

from __future__ import annotations

import html
import json
import re
from functools import cache
from pathlib import Path

import pytest
from chromium import document_of

from advisor.facts.factsfile import load_facts
from advisor.pipeline import advise, load_engine
from advisor.reasoning.case import Case
from advisor.reasoning.illustrating import illustration
from advisor.report.document import TITLE
from advisor.report.html.page import MOST_BYTES, run_page
from advisor.report.record import record

PROJECT = Path(__file__).parents[2] / "examples" / "project.yaml"
STEPS = """<pre id="seen"></pre><script>
const seen = [];
const look = () => seen.push({
  sentence: document.getElementById("try-sentence").textContent,
  scores: document.getElementById("try-scores").innerText,
  map: document.getElementById("try-map").textContent,
  hidden: document.getElementById("what-if").hidden,
  waterfall: document.getElementById("try-waterfall").textContent,
});
const set = (id, value) => {
  const control = document.getElementById(id);
  control.value = value;
  control.dispatchEvent(new Event("input", { bubbles: true }));
  look();
};
look();
for (const [id, value] of STEPS) set(id, value);
document.getElementById("try-form").reset();
setTimeout(() => { look(); document.getElementById("seen").textContent = JSON.stringify(seen); });
</script>"""


@cache
def case() -> Case:
    return Case(load_facts(str(PROJECT)), load_engine())


@cache
def page() -> str:
    run = record(advise(load_facts(str(PROJECT)), load_engine()), load_engine().base)
    return run_page(run, TITLE, illustration(run, load_engine()))


def seen_after(steps, folder):
    """What the page shows at first, after each change, and after going back."""
    path = folder / "report.html"
    script = STEPS.replace("STEPS", json.dumps(steps))
    path.write_text(page().replace("</body>", f"{script}</body>"), encoding="utf-8")
    dom = document_of(path, folder / "profile")
    found = re.search(r'<pre id="seen">(.*?)</pre>', dom, re.DOTALL)
    return json.loads(html.unescape(found[1]))


def knob(label):
    """The element of a control, by what stands beside it."""
    return re.search(rf'<label for="([^"]+)">{label}</label>', page())[1]


def sentence(changes):
    """How the program's headline begins and ends, chances apart, which the page does not tell."""
    run = record(case().answer(changes), load_engine().base)
    return re.sub(r" Its chance of .*?%\.", "", run["headline"])


def test_the_controls_are_hidden_until_the_script_runs_and_then_tell_the_same_answer(tmp_path):
    assert re.search(r'<section id="what-if"[^>]* hidden>', page())
    first, last = seen_after([], tmp_path)
    assert not first["hidden"]
    assert first["sentence"] == sentence({})
    assert first == last


@pytest.mark.parametrize(
    ("label", "place", "changes"),
    [
        ("Size of the model", 0, {"model.parameters": 110_000_000}),
        ("Training examples", 0, {"data.train_examples": 30}),
        ("A trained prompt to start from", 1, {"prompt.transfer_available": True}),
        ("Match of the pre-training", 0, {"model.pretraining_match": "low"}),
    ],
)
def test_a_control_changes_the_answer_as_the_program_does(label, place, changes, tmp_path):
    first, changed, back = seen_after([[knob(label), str(place)]], tmp_path)
    assert changed["sentence"] == sentence(changes)
    assert (changed["sentence"], changed["scores"]) != (first["sentence"], first["scores"])
    assert back == first


def test_the_map_marks_what_is_chosen_once(tmp_path):
    for seen in seen_after([[knob("Training examples"), "1"]], tmp_path):
        assert seen["map"].count("@") == 1


def test_the_page_is_no_longer_than_it_may_be_with_all_that_can_be_tried():
    assert 'id="advisor-trying"' in page()
    assert len(page().encode()) <= MOST_BYTES
