"""What a finished micro-benchmark says of how it was measured."""

import json
from pathlib import Path

import pytest

from advisor.report.confirmation_document import (
    dry_run_blocks,
    prediction_blocks,
    score_blocks,
    setting_blocks,
)
from advisor.report.runfile import run_from

GOLDEN = Path(__file__).parents[1] / "golden" / "run-1.json"
MEASURED = Path(__file__).parent / "html" / "measured.json"


def sentences(**plan):
    record = measured()
    record["plan"] |= plan
    _, bullets = setting_blocks(run_from(record))
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


def measured(**difference):
    run, found = (json.loads(path.read_text(encoding="utf-8")) for path in (GOLDEN, MEASURED))
    record = {**run, **found}
    record["difference"] |= difference
    return record


@pytest.mark.parametrize(
    ("chance", "said"), [(0.0288, "p = 0.029"), (0.0004, "p below 0.001"), (None, "")]
)
def test_mcnemars_test_stands_under_the_scores_where_there_is_one(chance, said):
    *_, note = score_blocks(run_from(measured(mcnemar_p=chance, seeds=[1, 1])))
    assert said in note.text
    assert ("McNemar's exact test" in note.text) == bool(said)
    *_, note = score_blocks(run_from(measured(mcnemar_p=chance, seeds=[2, 2])))
    assert ("sign test" in note.text) == bool(said)


def test_a_dry_run_tells_what_the_plan_takes_of_the_budget():
    record = measured()
    record["plan"] |= {"expected_seconds": 95.0, "budget_seconds": 180.0}
    _, cost, *_ = dry_run_blocks(run_from(record))
    assert cost.text == "About 1 min 35 s of 3 min 00 s."


def test_a_method_that_did_not_fit_stands_beside_its_estimate():
    record = measured()
    entry = {"measured_gib": None, "predicted_gib": 9.0, "ratio": None, "inside": None}
    record["agreement"]["memory"]["full_fine_tuning"] = entry
    record["results"]["full_fine_tuning"]["peak_memory_bytes"] = None
    _, table, _ = prediction_blocks(run_from(record))
    assert ("Full fine-tuning, peak memory", "9.00 GiB", "did not fit") in table.rows


def test_both_tables_tell_the_same_memory():
    record = measured()
    record["results"]["prompt_tuning"]["peak_memory_bytes"] = int(0.6847 * 2**30)
    record["agreement"]["memory"]["prompt_tuning"]["measured_gib"] = 0.685
    run = run_from(record)
    (_, scores, _), (_, predictions, _) = score_blocks(run), prediction_blocks(run)
    assert scores.rows[0][5] == predictions.rows[0][2] == "0.68 GiB"
