"""A run that was written is read as the same run, and what is not known of it is passed on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from report_cases import PERSONAS, persona

from advisor.report.measured import ComparedDifference, MeasuredRun, MethodDifference, PlannedRun
from advisor.report.part import plain
from advisor.report.run import CandidatesRun, RunFile
from advisor.report.runfile import load_record, run_from
from advisor.support.errors import AdvisorError

MEASURED = Path(__file__).parent / "html" / "measured.json"


def measured() -> dict:
    return persona("newcomer_with_bert_on_a_cpu") | json.loads(MEASURED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PERSONAS)
def test_a_run_that_is_read_is_the_one_that_was_written_in_the_same_order(name):
    read = run_from(json.loads(json.dumps(persona(name))))
    assert type(read) is RunFile
    assert json.dumps(plain(read)) == json.dumps(persona(name))


def test_what_a_run_holds_beside_the_advice_tells_which_kind_it_is():
    whole = measured()
    assert type(run_from(whole)) is MeasuredRun
    planned = {k: v for k, v in whole.items() if k not in ("results", "agreement")}
    assert type(run_from(planned)) is PlannedRun
    pairs = {"model": "a", "candidates": [], "pairs": []}
    assert type(run_from({**persona("three_facts_only"), **pairs})) is CandidatesRun


def test_a_measured_run_keeps_its_figures_and_leaves_out_what_early_versions_wrote_besides():
    whole = measured()
    again = plain(run_from(whole))
    assert again["results"] == whole["results"]
    assert again["baselines"] == {**whole["baselines"], "head_only_rows": None}
    assert again["difference"].items() <= {**whole["difference"], "needed_budget": None}.items()
    assert "seeds_noise_included" not in again["difference"]


def test_a_difference_without_scores_has_no_figures():
    whole = measured()
    nothing = ("outcome", "by_default", "sentence", "points_below", "within_tolerance")
    whole["difference"] = {key: whole["difference"][key] for key in nothing}
    run = run_from(whole)
    assert type(run.difference) is MethodDifference
    assert type(run.differences["prompt_tuning"]) is ComparedDifference


def written(tmp_path, run: dict) -> Path:
    path = tmp_path / "run.json"
    path.write_text(json.dumps(run), encoding="utf-8")
    return path


def test_keys_of_later_versions_are_passed_on(tmp_path):
    later = {**persona("behind_an_api"), "mood": "hopeful"}
    run, held = load_record(written(tmp_path, later))
    assert held == later
    assert not hasattr(run, "mood")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"confidence": 7}, "confidence"),
        ({"status": "sure"}, "status"),
        ({"variant": "magic"}, "variant"),
        ({"ranking": [{"method": "lora"}]}, "ranking.0"),
        ({"headline": None}, "headline"),
    ],
)
def test_a_damaged_run_is_one_error_with_its_place(change, place, tmp_path):
    with pytest.raises(AdvisorError, match="the file is damaged") as error:
        load_record(written(tmp_path, {**persona("behind_an_api"), **change}))
    assert f"run.json, {place}" in error.value.where
