"""Two runs side by side: what moved between them, and nothing else."""

from __future__ import annotations

import pytest
from command_line import GPT2, PLAN, ROOMY, ROOT, refused

GOLDEN = ROOT / "tests" / "golden" / "run-1.json"


@pytest.fixture
def run(advisor, facts_file, file):
    """Judge facts and write the run."""

    def judge(name, facts):
        told = advisor("advise", "--facts", facts_file(facts, f"facts-{name}"), "--format", "json")
        return file(name, told.out)

    return judge


def test_a_run_beside_itself_has_not_moved(advisor, run):
    one = run("a.json", ROOMY)
    done = advisor("compare", one, one)
    assert done.code == 0
    assert "Nothing moved" in done.out
    told = advisor("compare", one, one, "--format", "json").json
    parts = ("verdict", "facts", "rules", "methods", "estimates")
    assert [told[part] for part in parts] == [{}] * 5


def test_what_was_changed_and_what_follows_is_told_with_both_sides(advisor, run):
    first, second = run("a.json", PLAN), run("b.json", {**ROOMY, "quality.tolerance_points": 5})
    told = advisor("compare", first, second, "--format", "json").json
    assert set(told["facts"]) >= {"model.parameters", "hardware.accelerator_name"}
    sides = told["facts"]["model.parameters"]
    assert [side["value"] for side in sides] == [8_030_000_000, 124_000_000]
    assert [side["source"] for side in sides] == ["answered", "answered"]
    before, after = told["rules"]["F201[full_fine_tuning]"]
    assert before["vetoes"] == ["full_fine_tuning"]
    assert after is None
    assert [side["feasible"] for side in told["methods"]["full_fine_tuning"]] == [False, True]
    assert "estimate.lora.memory_gib" in told["estimates"]
    assert told["headlines"][0] != told["headlines"][1]
    assert "confidence" in told["verdict"]


def test_each_rule_is_told_with_its_claim(advisor, run):
    first, second = run("a.json", PLAN), run("b.json", {**ROOMY, "quality.tolerance_points": 5})
    told = advisor("compare", first, second, "--format", "json").json
    sides = {rule: [side for side in both if side] for rule, both in told["rules"].items()}
    assert [rule for rule, found in sides.items() if not all(s["claim"] for s in found)] == []
    assert any("few_shot_prompting" in s["effects"] for found in sides.values() for s in found)


def test_the_same_in_words(advisor, run):
    first, second = run("a.json", PLAN), run("b.json", {**ROOMY, "quality.tolerance_points": 5})
    words = advisor("compare", first, second, "--plain").out
    assert "model.parameters" in words
    assert "rules out full fine-tuning" in words
    assert "silent" in words
    assert advisor("compare", first, second, "--format", "markdown").out.startswith("# Two runs")


def test_a_source_alone_is_a_difference_and_where_it_was_read_is_none(advisor, run, file):
    first = run("a.json", ROOMY)
    text = first.read_text(encoding="utf-8")
    moved = file("b.json", text.replace("plan.json, ", "elsewhere, "))
    assert advisor("compare", first, moved, "--format", "json").json["facts"] == {}
    flagged = file("c.json", text.replace('"source": "answered"', '"source": "flag"', 1))
    assert len(advisor("compare", first, flagged, "--format", "json").json["facts"]) == 1


def test_beside_a_run_of_an_early_version_no_rule_seems_to_have_come_up(advisor, run):
    second = run("b.json", PLAN)
    told = advisor("compare", GOLDEN, second, "--format", "json").json
    assert not [rule for rule in told["rules"] if rule.startswith("Q131")]


def test_an_estimate_is_refused(advisor, run, tmp_path):
    estimate = tmp_path / "e.json"
    advisor("estimate", GPT2, "--quick", "--gpu", "RTX 4090", "-o", estimate)
    refused(advisor("compare", run("a.json", ROOMY), estimate), "no verdict", "e.json")
