"""``advisor whatif`` as it is called."""

from __future__ import annotations

import json

import pytest
from command_line import PLAN, as_command

import advisor


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(PLAN), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """What the command tells without options, which takes some seconds."""
    path = tmp_path_factory.mktemp("plan") / "plan.json"
    path.write_text(json.dumps(PLAN), encoding="utf-8")
    return as_command("whatif", path, "--format", "json").json


def test_named_changes_show_both_answers_and_the_rules_that_moved(plan):
    words = ("whatif", plan, "--set", "model.parameters=110M", "--set", "data.label_count=2")
    found = as_command(*words, "--format", "json").json
    assert found["now"]["recommendation"] == "prompt_tuning"
    assert found["then"]["recommendation"] != found["now"]["recommendation"] or found["rules"]
    assert found["changes"]["data.label_count"] == {"from": 4, "to": 2}
    veto = next(one for one in found["rules"] if one["rule"] == "F201[full_fine_tuning]")
    assert veto["before"]["veto"] == ["full_fine_tuning"]
    assert veto["after"]["outcome"] == "silent"
    shown = as_command(*words).out
    assert found["then"]["headline"].split(" (")[0] in " ".join(shown.split())


def test_a_sweep_gives_the_stretches_of_the_range(plan):
    words = ("whatif", plan, "--sweep", "hardware.accelerator_memory_gib=1..200")
    found = as_command(*words, "--format", "json").json["sweep"]
    assert found["fact"] == "hardware.accelerator_memory_gib"
    parts = found["stretches"]
    assert (parts[0]["from"], parts[-1]["to"]) == (1, 200)
    assert parts[0]["status"] == "infeasible"
    assert "neither is feasible" in as_command(*words).out


def test_without_options_every_fact_is_tried_alone(everything):
    memory = everything["numbers"]["hardware.accelerator_memory_gib"]
    assert memory["now"] == 23.5
    assert len(memory["stretches"]) > 1
    access = {one["value"]: one["status"] for one in
              everything["choices"]["model.weights_access"]["answers"]}  # fmt: skip
    assert access == {"open": "decided", "api_only": "infeasible"}


def test_a_run_file_is_taken_like_a_facts_file(plan, tmp_path):
    run = tmp_path / "run.json"
    as_command("advise", "--facts", plan, "--no-detect", "-o", run)
    words = ("--set", "data.train_examples=5", "--format", "json")
    from_run, from_facts = (as_command("whatif", file, *words).json for file in (run, plan))
    assert from_run == from_facts
    assert from_run["then"]["status"] == "do_not_train"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--set", "no.such=1"), "no fact named"),
        (("--set", "data.train_examples"), "key=value"),
        (("--set", "decision.task_complexity=low"), "cannot be set"),
        (("--sweep", "data.train_examples=100"), "low..high"),
        (("--sweep", "task.type=a..b"), "task.type"),
        (("--sweep", "data.train_examples=9..9"), "two rising ends"),
        (("--sweep", "data.train_examples=-5..9"), "--sweep"),
        (("--sweep", "data.train_examples=0.5..9"), "--sweep"),
        (("--sweep", "estimate.lora.memory_gib=1..9"), "computed from other facts"),
        (("--set", "estimate.lora.memory_gib=3"), "computed from other facts"),
        (("--set", "data.label_count=3", "--set", "data.label_count=4"), "set twice"),
        (("--sweep", "data.train_examples=many..few"), "data.train_examples"),
        (("--set", "data.p95_tokens=1"), "contradict"),
        (("--axes", "model.parameters"), "two axes"),
        (("--axes", "task.type,model.parameters"), "no axis"),
        (("--axes", "model.parameters,model.parameters"), "two different facts"),
    ],
)
def test_an_impossible_change_is_refused(words, said, plan):
    done = as_command("whatif", plan, *words)
    assert done.code == 2, done.out
    assert said in done.err
    assert "Traceback" not in done.err


def test_without_options_the_fewest_changes_and_the_cheapest_fact_are_told(everything):
    found = everything
    for one in found["counterfactuals"].values():
        assert {len(entry["changes"]) for entry in one["found"]} <= {one["facts"]}
        assert one["facts"] is None or len(one["not_enough"]) == one["facts"] - 1
    another = found["counterfactuals"]["another_answer"]
    assert another["found"][0]["status"] != found["now"]["status"] or (
        another["found"][0]["recommendation"] != found["now"]["recommendation"]
    )
    for one in found["find_out"]:
        assert one["how"] and one["answers"]


def test_a_map_marks_the_project(plan):
    words = ("whatif", plan, "--axes", "quality.tolerance_points,deployment.tasks_per_base")
    found = as_command(*words, "--format", "json").json["map"]
    right, high = found["across"]["here"], found["up"]["here"]
    here = found["answers"][found["grid"][high][right]]
    assert here["recommendation"] == "prompt_tuning"
    assert "@ you are here (prompt-tuning)" in as_command(*words).out
    assert "you are here (prompt-tuning)" in as_command(*words, "--plain").out


def test_a_missing_file_is_refused(tmp_path):
    done = as_command("whatif", tmp_path / "none.yaml")
    assert done.code == 2
    assert "none.yaml" in done.err


def test_the_python_call_gives_the_same_object(plan):
    found = advisor.what_if(PLAN, {"data.train_examples": 5})
    words = ("--set", "data.train_examples=5", "--format", "json")
    assert json.loads(json.dumps(found)) == as_command("whatif", plan, *words).json
