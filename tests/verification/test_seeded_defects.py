"""Every kind of defect, planted into a copy of the shipped rules, is found; nothing else is."""

from __future__ import annotations

from functools import cache

import pytest
from seeded import all_remarks, defect, planted

from advisor.methods import FULL, load_methods
from advisor.rules.loading import load_rules

EXPLAINED = {
    # They rank base models; an effect on all methods alike chooses none.
    ("never decisive", "P304"),
    ("never decisive", "P305"),
    # Their one fitted weight is zero; the authored ones are +1 and -2.
    ("never decisive", "Q117"),
    ("never decisive", "Q118"),
    # A base that has the skill is worth more, and also comes nearer to full fine-tuning.
    ("stacked", "P304"),
    ("stacked", "P305"),
    # Where quality rests on a base rate alone; full fine-tuning is what it is measured against.
    *(("gap", id_) for id_ in load_methods() if id_ != FULL),
}
"""What is said of the shipped rules, unread facts apart, and why it may stand."""

A_BOX = "{task.type: code, data.domain_shift: low}"
ALL_TYPES = "[classification, nli_pair]"
OTHER_TYPES = "[multiple_choice, extractive_qa, sequence_labeling, regression, generation_short, generation_long, math_reasoning, code]"  # noqa: E501

DEFECTS = {
    "dead: outside the possible": (
        [defect("Q901", '{data.train_examples: "< 0"}', "{lora: 2}")], "dead", "Q901"),
    "dead: against a table": (
        [defect("Q901", '{decision.data_adequacy: none, data.train_examples: "> 9"}', "{lora: 2}")],
        "dead", "Q901"),
    "dead: against a relation": (
        [defect("P901", '{estimate.lora.time_headroom: ">= 1", '
                'estimate.lora.time_headroom_optimistic: "< 1"}', "{lora: 2}")], "dead", "P901"),
    "never decisive: no effect": (
        [defect("Q901", A_BOX, "{lora: 0}")], "never decisive", "Q901"),
    "never decisive: all methods alike": (
        [defect("P901", A_BOX, "{all_methods: 3}")], "never decisive", "P901"),
    "never decisive: a veto within another": (
        [defect("F901", "{model.weights_access: api_only, task.type: code}", veto="[lora]")],
        "never decisive", "F901"),
    "never decisive: a veto within two others": (
        [defect("F901", '{task.type: code, estimate.lora.disk_headroom: "< 0.5"}', veto="[lora]")],
        "never decisive", "F901"),
    "never decisive: moves what is ruled out": (
        [defect("P901", "{model.weights_access: api_only}", "{trained: -3}")],
        "never decisive", "P901"),
    "never decisive: far from everything": (
        [defect("P901", "{}", "{few_shot_prompting: -100}"),
         defect("P902", "{}", "{few_shot_prompting: -90}"),
         defect("P903", A_BOX, "{few_shot_prompting: -1}")], "never decisive", "P903"),
    "contradictory: never feasible": (
        [defect("F901", f"{{task.type: {ALL_TYPES}}}", veto="[ia3]"),
         defect("F902", f"{{task.type: {OTHER_TYPES}}}", veto="[ia3]")], "contradictory", "ia3"),
    "contradictory: sides that never meet": (
        [defect("F901", "{data.domain_shift: [low, medium]}", veto="[full_fine_tuning]"),
         defect("F902", "{data.domain_shift: high}", veto="[soft_prompts]")],
        "contradictory", "full_fine_tuning"),
    "contradictory: favours what is ruled out": (
        [defect("P901", "{model.weights_access: api_only}", "{lora: 3}")], "contradictory", "P901"),
    "contradictory: cancel exactly": (
        [defect("P901", A_BOX, "{lora: 3, ia3: -1}"), defect("P902", A_BOX, "{lora: -3, ia3: 1}")],
        "contradictory", "P901"),
    "repeated": (
        [defect("P901", '{data.train_examples: "> 5", task.type: code}', "{lora: 3}"),
         defect("P902", '{data.train_examples: ">= 6", task.type: code}', "{lora: 3}")],
        "repeated", "P901"),
    "opposed": (
        [defect("P901", A_BOX, "{lora: 3}"), defect("P902", A_BOX, "{lora: -2}")],
        "opposed", "P901"),
    "stacked": (
        [defect("P901", A_BOX, "{lora: 3}"), defect("P902", "{task.type: code}", "{lora: 2}")],
        "stacked", "P901"),
    "unreachable: a variant": (
        [defect("F901", "{}", veto="[p_tuning]")], "unreachable", "p_tuning"),
    "unreachable: an alternative": (
        [defect("F901", '{data.train_examples: ">= 0"}', veto="[ia3]")], "unreachable", "ia3"),
    "unreachable: a side": (
        [defect("F901", "{}", veto="[soft_prompts]")], "unreachable", "prompt_tuning"),
    "unreachable: too close": (
        [defect("F901", "{}", veto="[soft_prompts]")], "unreachable", "too_close"),
    "unreachable: do not train": (
        [defect("P901", "{}", "{few_shot_prompting: -100}")], "unreachable", "do_not_train"),
}  # fmt: skip


def kinds(remarks) -> set[tuple[str, str]]:
    return {(r.kind, r.code) for r in remarks if r.kind != "unread"}


@cache
def shipped() -> frozenset:
    return frozenset(kinds(all_remarks(load_rules())))


def test_of_the_shipped_rules_only_what_is_explained_is_said():
    assert shipped() == EXPLAINED


@pytest.mark.parametrize("name", DEFECTS)
def test_a_planted_defect_is_found(name, tmp_path):
    entries, kind, code = DEFECTS[name]
    said = all_remarks(planted(tmp_path, *entries))
    found = [r for r in said if (r.kind, r.code) == (kind, code)]
    assert found, name
    assert not any("not shown" in remark.text for remark in found)


def test_sides_that_meet_for_one_soft_prompt_are_no_contradiction(tmp_path):
    base = planted(
        tmp_path,
        defect("F901", "{data.domain_shift: [low, medium]}", veto="[full_fine_tuning]"),
        defect("F902", "{data.domain_shift: high}", veto="[input_only_prompts]"),
    )
    assert ("contradictory", "full_fine_tuning") not in kinds(all_remarks(base))


def test_a_gap_that_opens_is_found_and_described(tmp_path):
    """Without the rules on tolerance, size and data a wide region is left to the base rate."""
    before = {r.text for r in all_remarks(planted(tmp_path)) if r.kind == "gap"}
    base = planted(tmp_path, without=("Q152", "Q121", "Q116"))
    (opened,) = {r.text for r in all_remarks(base) if (r.kind, r.code) == ("gap", "ia3")}
    assert opened not in before
    assert opened == (
        "no quality rule but its base rate speaks where no measured.ia3.points_below_full, "
        "but not (data.train_examples 100,000 or more; task.type math_reasoning or code), "
        "but not (measured.ia3.data_share any; measured.ia3.outcome better or equivalent), "
        "but not (measured.ia3.data_share any; measured.ia3.outcome worse)"
    )


def test_where_rules_speak_everywhere_there_is_no_gap(tmp_path):
    everywhere = "{ia3: {ramp: data.train_examples, points: {10: 1, 100: 2}}}"
    base = planted(tmp_path, defect("Q901", "{}", everywhere))
    # The ramp is never zero, but other ramps of the prior might cancel it: each speaks for itself.
    assert ("gap", "ia3") not in kinds(all_remarks(base))
