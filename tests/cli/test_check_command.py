"""Facts about ``advisor check``: the exit code says what is wrong with the plan."""

from __future__ import annotations

import json

import pytest
from command_line import PLAN, ROOMY, refused
from house_rules import house_rule

SMALL_DISK = {"hardware.disk_free_gib": 0.05}


def check_of(result, name: str) -> str:
    """The state of one check in the JSON of a result."""
    return {entry["name"]: entry["state"] for entry in result.json["checks"]}[name]


def test_a_sound_plan_passes_with_0(advisor, facts_file):
    result = advisor("check", facts_file(PLAN))
    assert result.code == 0
    assert "failed" not in result.out
    assert result.err == ""


@pytest.mark.parametrize(
    ("code", "name", "facts"),
    [
        (4, "feasible", {**PLAN, "model.weights_access": "api_only"}),
        (3, "undetermined", {"task.type": "classification"}),
        (6, "do_not_train", {**PLAN, "data.train_examples": 5}),
        (8, "evaluation", {**PLAN, "data.eval_examples": 0}),
        (8, "evaluation", {**PLAN, "data.eval_examples": 20, "quality.tolerance_points": 0.1}),
        (9, "overlap", {**PLAN, "data.train_eval_overlap": 0.01}),
        (10, "licence", {**PLAN, "model.licence": "cc-by-nc-4.0"}),
        (10, "licence", {**ROOMY, "model.licence": "cc-by-nc-4.0"}),
    ],
)
def test_each_finding_has_its_exit_code(advisor, facts_file, code, name, facts):
    result = advisor("check", facts_file(facts), "--no-detect", "--format", "json")
    assert result.code == code
    assert result.json["exit_code"] == code
    assert check_of(result, name) == "failed"


def test_too_close_to_call_is_5(advisor, facts_file, tmp_path):
    plan = facts_file(ROOMY)
    run = advisor("advise", "--facts", plan, "--format", "json").json
    rival, margin = run["compared"][1], run["margin_decibans"]
    pack = house_rule(tmp_path / "house", f"    when: {{}}\n    effects: {{{rival}: {margin}}}")
    result = advisor("check", plan, "--rules", pack, "--format", "json")
    assert (result.code, check_of(result, "too_close")) == (5, "failed")


def test_another_method_than_the_expected_one_is_7(advisor, facts_file):
    result = advisor("check", facts_file(PLAN), "--expect", "full_fine_tuning", "--format", "json")
    assert (result.code, check_of(result, "expectation")) == (7, "failed")


def test_a_disk_that_holds_the_result_but_no_checkpoint_is_11(advisor, facts_file):
    small = {**PLAN, "model.parameters": "110M", "model.architecture": "encoder",
             "quality.tolerance_points": 1}  # fmt: skip
    run = advisor("advise", "--facts", facts_file(small), "--format", "json").json
    assert run["recommendation"] == "full_fine_tuning"
    one_result = run["facts"]["estimate.full_fine_tuning.storage_gib"]["value"]
    plan = {**small, "hardware.disk_free_gib": 3 * one_result}
    full = ("--expect", "full_fine_tuning")
    result = advisor("check", facts_file(plan), *full, "--format", "json")
    assert (result.code, check_of(result, "disk")) == (11, "failed"), result.out


def test_with_the_shipped_rules_a_small_disk_moves_the_advice_instead(advisor, facts_file):
    result = advisor("check", facts_file({**ROOMY, **SMALL_DISK}), "--format", "json")
    assert result.json["run"]["recommendation"] == "prompt_tuning"
    assert check_of(result, "disk") == "passed"


def test_the_first_failure_decides_the_exit_code_and_all_are_listed(advisor, facts_file):
    plan = {**PLAN, "data.eval_examples": 0, "data.train_eval_overlap": 1}
    plan["model.licence"] = "cc-by-nc-4.0"
    result = advisor("check", facts_file(plan), "--expect", "ia3", "--format", "json")
    names = [entry["name"] for entry in result.json["checks"] if entry["state"] == "failed"]
    assert names == ["expectation", "evaluation", "overlap", "licence"]
    assert result.code == 7


@pytest.mark.parametrize("facts", [PLAN, ROOMY])
def test_the_headline_the_variant_and_the_alternative_meet_the_expectation(
    advisor, facts_file, facts
):
    plan = facts_file(facts)
    run = advisor("advise", "--facts", plan, "--format", "json").json
    agreeing = {run["recommendation"], run["alternative"]} - {None}
    if run["recommendation"] == "prompt_tuning":
        agreeing.add(run["variant"])
    for method in (entry["method"] for entry in run["ranking"]):
        met = advisor("check", plan, "--expect", method).code == 0
        assert met == (method in agreeing), method


def test_few_shot_prompting_is_what_do_not_train_means(advisor, facts_file):
    plan = facts_file({**PLAN, "data.train_examples": 5})
    result = advisor("check", plan, "--expect", "few_shot_prompting", "--format", "json")
    assert (result.code, check_of(result, "expectation")) == (0, "passed")


@pytest.mark.parametrize(
    ("method", "hint"),
    [
        ("lorra", "did you mean lora or qlora"),
        ("full-fine-tuning", "did you mean full_fine_tuning?"),
        ("banana", "one of few_shot_prompting, prompt_tuning"),
        ("", "one of few_shot_prompting, prompt_tuning"),
    ],
)
def test_an_unknown_expected_method_is_refused_with_a_hint(advisor, facts_file, method, hint):
    refused(advisor("check", facts_file(PLAN), "--expect", method), "no method named", hint)


@pytest.mark.parametrize(
    ("unknown", "name", "code"),
    [
        ("data.train_eval_overlap", "overlap", 9),
        ("data.eval_examples", "evaluation", 8),
        ("model.licence", "licence", 10),
    ],
)
def test_an_unanswerable_check_fails_only_if_strict(advisor, facts_file, unknown, name, code):
    plan = facts_file({key: value for key, value in PLAN.items() if key != unknown})
    lenient = advisor("check", plan, "--format", "json")
    strict = advisor("check", plan, "--strict", "--format", "json")
    assert (lenient.code, check_of(lenient, name)) == (0, "unknown")
    assert (strict.code, check_of(strict, name)) == (code, "unknown")


def test_strict_lets_a_plan_pass_in_which_everything_is_known(advisor, facts_file):
    assert advisor("check", facts_file(PLAN), "--strict").code == 0


def test_terminal_output_starts_with_advice_and_headline_and_has_a_line_for_each_check(
    advisor, facts_file
):
    plan = facts_file(PLAN)
    result = advisor("check", plan, "--format", "json")
    shown = advisor("check", plan).out.splitlines()
    run = result.json["run"]
    assert shown[:2] == [run["advice"]["sentence"], run["headline"]]
    names = [entry["name"] for entry in result.json["checks"]]
    assert [line.split()[1] for line in shown[2:]] == names


def test_json_is_exactly_one_object_on_standard_output(command, facts_file):
    result = command("check", facts_file(PLAN), "--format", "json")
    assert set(result.json) == {"schema_version", "exit_code", "checks", "moved_facts", "run"}
    assert result.err == ""


def test_a_plan_comes_from_standard_input_too(advisor):
    assert advisor("check", "-", stdin=json.dumps(PLAN)).code == 0


def test_a_recorded_run_of_an_unchanged_plan_passes_and_nothing_has_moved(
    advisor, facts_file, tmp_path
):
    path = tmp_path / "run.json"
    advisor("advise", "--facts", facts_file(PLAN), "-o", path)
    result = advisor("check", path, "--format", "json")
    assert result.code == 0
    assert result.json["moved_facts"] == []
    assert check_of(result, "expectation") == "passed"


def test_facts_that_moved_since_the_recorded_run_are_listed(advisor, facts_file, tmp_path):
    path = tmp_path / "run.json"
    advisor("advise", "--facts", facts_file(PLAN), "-o", path)
    change = ("--set", "data.train_examples=6k", "--set", "price.per_hour=0")
    moved = advisor("check", path, *change, "--format", "json").json["moved_facts"]
    assert sorted(moved) == ["data.train_examples: 5000 -> 6000", "price.per_hour: None -> 0"]
    shown = advisor("check", path, *change).out
    assert "facts that moved since the recorded run:" in shown
    assert "  data.train_examples: 5000 -> 6000" in shown.splitlines()


def test_a_recorded_run_expects_the_advice_that_it_gave(advisor, facts_file, tmp_path):
    path = tmp_path / "run.json"
    pack = house_rule(tmp_path / "house", "    when: {}\n    effects: {full_fine_tuning: 30}")
    advisor("advise", "--facts", facts_file(ROOMY), "--rules", pack, "-o", path)
    assert json.loads(path.read_text(encoding="utf-8"))["recommendation"] == "full_fine_tuning"
    larger = ("--set", "model.parameters=8B", "--set", "hardware.accelerator_memory_gib=24")
    result = advisor("check", path, *larger, "--format", "json")
    assert result.json["run"]["recommendation"] == "prompt_tuning"
    assert (result.code, check_of(result, "expectation")) == (7, "failed")


def test_expect_wins_over_what_the_recorded_run_advised(advisor, facts_file, tmp_path):
    path = tmp_path / "run.json"
    advisor("advise", "--facts", facts_file(PLAN), "-o", path)
    assert advisor("check", path, "--expect", "ia3").code == 7


@pytest.mark.parametrize("named", ["banana", 5, ["lora"], {"a": 1}])
@pytest.mark.parametrize("early", [True, False])
def test_a_recorded_run_that_advises_no_method_is_refused(advisor, facts_file, file, named, early):
    run = advisor("advise", "--facts", facts_file(PLAN), "--format", "json").json
    if early:
        del run["advice"]
        run["recommendation"] = named
    else:
        run["advice"]["method"] = named
    refused(advisor("check", file("run.json", json.dumps(run))))


def test_a_recorded_run_expects_the_method_that_it_advised(advisor, facts_file, tmp_path):
    path = tmp_path / "run.json"
    run = advisor("advise", "--facts", facts_file(PLAN), "--format", "json").json
    path.write_text(json.dumps(run), encoding="utf-8")
    assert f"expected {run['advice']['method']}" in advisor("check", path).out


def test_a_planned_device_replaces_this_machine(advisor, facts_file):
    hardware = [key for key in PLAN if key.startswith("hardware.")]
    plan = facts_file({key: value for key, value in PLAN.items() if key not in hardware})
    result = advisor("check", plan, "--gpu", "RTX 4090", "--format", "json")
    assert result.json["run"]["facts"]["hardware.accelerator_memory_gib"]["value"] == 24


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["missing.yaml"], ["the facts file does not exist"]),
        (["."], ["is a directory"]),
        ([], ["Missing argument 'FILE'"]),
        (["-", "--format", "markdown"], ["--format"]),
        (["-", "--model", "a", "--model", "b"], []),
    ],
)
def test_wrong_usage_is_refused(advisor, arguments, parts):
    refused(advisor("check", *arguments, "--no-detect", stdin=json.dumps(PLAN)), *parts)
