"""What a finished micro-benchmark says of how it was measured."""

import json
from pathlib import Path

import pytest

from advisor.report.confirmation_document import setting_blocks

MEASURED = Path(__file__).parent / "html" / "measured.json"


def sentences(**plan):
    record = {"facts": {}, **json.loads(MEASURED.read_text(encoding="utf-8"))}
    record["plan"] |= plan
    _, bullets = setting_blocks(record)
    return " ".join(bullets.items)


@pytest.mark.parametrize(("longest", "said"), [(64, False), (65, True)])
def test_answers_that_were_cut_are_told(longest, said):
    found = sentences(max_new_tokens=64, answer_lengths=[20, 40, longest])
    assert ("Answers were cut to 64 tokens" in found) is said


@pytest.mark.parametrize(("room", "said"), [(None, "128"), (90, "90"), (500, "128")])
def test_inputs_are_cut_by_budget_or_positions(room, said):
    found = sentences(max_tokens=128, room=room, token_lengths=[20, 40, 129])
    assert f"Inputs were cut to {said} tokens" in found


def test_files_that_do_not_tell_of_answers_are_read():
    assert "Answers" not in sentences()


def on_route(route, labels=("a", "b")):
    record = json.loads(MEASURED.read_text(encoding="utf-8"))
    return sentences(task={**record["plan"]["task"], "route": route, "labels": list(labels)})


@pytest.mark.parametrize(("route", "said"), [("head", True), ("label_words", False)])
def test_a_model_that_writes_no_text_cannot_show_what_it_forgets(route, said):
    assert ("Over-adaptation is not measured" in on_route(route)) is said


@pytest.mark.parametrize(
    ("route", "labels", "said"),
    [("head", "ab", True), ("head", "", False), ("label_words", "ab", False)],
)
def test_prompts_of_a_new_head_are_not_ranked(route, labels, said):
    assert ("prompts are not ranked, and the first one starts" in on_route(route, labels)) is said


@pytest.mark.parametrize(
    ("route", "labels", "said"),
    [("text", "", True), ("label_words", "", True), ("label_words", "ab", False)],
)
def test_answers_that_are_no_labels_have_no_linear_head(route, labels, said):
    assert ("There is no head-only score" in on_route(route, labels)) is said
