"""Facts about the static checks: each seeded defect is found, and nothing else is."""

from __future__ import annotations

import itertools

import pytest
from rule_texts import rule, rules, table

from advisor.rules.checking import check_rules
from advisor.rules.loading import load_rules, rules_folder

OTHER_SOURCE = """\
    source:
      - {title: "Another report", says: Something else about it., read: 2026-10}
"""


def remarks(base, *, about_facts: bool = False):
    """Remarks on the rules; every small base leaves gaps and unread facts."""
    left_out = ("gap",) if about_facts else ("gap", "unread")
    return [r for r in check_rules(base) if r.kind not in left_out]


def found(base) -> list[tuple[str, str]]:
    return [(r.severity, r.code) for r in remarks(base)]


def only(base):
    (remark,) = remarks(base)
    return remark


def pair(one: str, other: str) -> str:
    return rules(one, other)


def test_sound_rules_leave_no_remark(load):
    other = rule("Q902", when="{task.type: code}", effects="{lora: -2}")
    assert remarks(load(pair(rule(when='{data.train_examples: ">= 10"}'), other))) == []


@pytest.mark.parametrize(
    ("when", "other"),
    [
        ("{}", "{}"),
        ('{data.train_examples: "> 5"}', '{data.train_examples: ">= 6"}'),
        ("{task.type: [code, regression]}", "{task.type: [regression, code]}"),
        ("{data.domain_shift: not(low)}", "{data.domain_shift: [medium, high]}"),
        ("{data.domain_shift: low}", '{data.domain_shift: low, task.type: "-"}'),
        ('{data.train_examples: ">= 0"}', "{}"),
    ],
)
def test_a_rule_with_the_tests_and_effects_of_another_is_an_error(load, when, other):
    base = load(pair(rule(when=when), rule("Q902", when=other, source=OTHER_SOURCE)))
    remark = only(base)
    assert (remark.severity, remark.code) == ("error", "Q901")
    assert remark.text == "it repeats Q902: the conditions and the effects are the same"
    assert remark.where == "rules/own.yaml, line 2; rules/own.yaml, line 16"


def test_equal_tests_with_other_effects_are_no_repetition(load):
    base = load(
        pair(
            rule(when="{task.type: code}"),
            rule("Q902", when="{task.type: code}", effects="{ia3: 3}"),
        )
    )
    assert found(base) == []


@pytest.mark.parametrize(
    ("when", "fact"),
    [
        ('{data.train_examples: "< 0"}', "data.train_examples"),
        ('{data.duplicate_share: "> 1"}', "data.duplicate_share"),
        ('{model.parameters: "< 1000"}', "model.parameters"),
        ('{data.domain_shift: "not(low, medium, high)"}', "data.domain_shift"),
        ('{prompt.transfer_available: "not(true, false)"}', "prompt.transfer_available"),
        ('{task.type: code, budget.hours: "< 0"}', "budget.hours"),
    ],
)
def test_a_test_outside_all_that_is_possible_is_an_error(load, when, fact):
    remark = only(load(rules(rule(when=when))))
    assert (remark.severity, remark.code) == ("error", "Q901")
    assert remark.text.startswith(f"it can never fire: no possible value of {fact} passes")


@pytest.mark.parametrize(
    "when",
    [
        '{data.train_examples: "<= 0"}',
        '{data.duplicate_share: ">= 1"}',
        '{data.duplicate_share: "1"}',
        '{data.domain_shift: "not(low, medium)"}',
        "{model.name: not(gpt2)}",
    ],
)
def test_a_test_at_the_edge_of_the_possible_is_no_error(load, when):
    assert remarks(load(rules(rule(when=when)))) == []


@pytest.mark.parametrize(
    ("when", "says"),
    [
        (
            '{data.median_tokens: "> 500", data.p95_tokens: "<= 400"}',
            "the median length cannot exceed the 95th percentile",
        ),
        (
            '{hardware.accelerator: none, hardware.accelerator_memory_gib: ">= 8"}',
            "a machine without an accelerator has no accelerator memory",
        ),
        (
            '{data.largest_label_share: "< 0.2", data.label_count: "<= 4"}',
            "the largest of N labels holds at least 1/N of the rows",
        ),
    ],
)
def test_tests_that_a_relation_between_facts_excludes_are_an_error(load, when, says):
    remark = only(load(rules(rule(when=when))))
    assert (remark.severity, remark.text) == ("error", f"it can never fire: {says}")


@pytest.mark.parametrize(
    "when",
    [
        '{data.median_tokens: "> 500", data.p95_tokens: "> 400"}',
        '{data.median_tokens: ">= 500", data.p95_tokens: "<= 500"}',
        '{hardware.accelerator: [none, cuda], hardware.accelerator_memory_gib: ">= 8"}',
        '{hardware.accelerator: none, hardware.accelerator_memory_gib: "< 8"}',
        '{data.largest_label_share: "< 0.2", data.label_count: "<= 9"}',
    ],
)
def test_tests_that_a_relation_allows_are_no_error(load, when):
    assert remarks(load(rules(rule(when=when)))) == []


@pytest.mark.parametrize(
    ("when", "dead"),
    [
        ('{decision.data_adequacy: none, data.train_examples: ">= 10"}', True),
        ('{decision.data_adequacy: none, data.train_examples: ">= 9"}', False),
        ('{decision.data_adequacy: ample, data.train_examples: "< 10"}', True),
        ("{decision.data_adequacy: small}", True),
        ("{decision.data_adequacy: [small, ample]}", False),
        ("{decision.data_adequacy: none, task.type: code}", False),
    ],
)
def test_a_level_that_the_table_cannot_give_there_is_an_error(load, when, dead):
    base = load({"own.yaml": rules(rule(when=when)), "table.yaml": table()})
    if dead:
        assert only(base).text == (
            "it can never fire: its other tests leave no way to this level of "
            "decision.data_adequacy"
        )
    else:
        assert remarks(base) == []


def test_a_dead_rule_is_not_compared_with_others(load):
    dead = rule(when='{data.train_examples: "< 0"}')
    assert found(load(pair(dead, rule("Q902", when='{data.train_examples: "< 0"}')))) == [
        ("error", "Q901"),
        ("error", "Q902"),
    ]


def test_equal_tests_with_effects_of_opposite_signs_are_a_warning(load):
    other = rule("Q902", when='{data.train_examples: ">= 6"}', effects="{lora_methods: -2, ia3: 1}")
    remark = only(load(pair(rule(when='{data.train_examples: "> 5"}'), other)))
    assert (remark.severity, remark.code) == ("warning", "Q901")
    assert remark.text == (
        "it opposes Q902: the conditions are the same, and the effects on lora have opposite signs"
    )


def test_rules_that_always_fire_can_oppose_each_other(load):
    assert found(load(pair(rule(), rule("Q902", effects="{lora: -1}")))) == [("warning", "Q901")]


@pytest.mark.parametrize(
    "other",
    [
        rule("Q902", when="{task.type: code}", effects="{ia3: -2}"),
        rule("Q902", when="{task.type: code}", effects="{lora: 0}"),
        rule("Q902", when="{task.type: [code, regression]}", effects="{lora: -2}"),
        rule(
            "Q902",
            when="{task.type: code}",
            effects="{lora: {ramp: data.train_examples, points: {10: -9, 1k: -1}}}",
        ),
    ],
)
def test_other_methods_other_conditions_and_ramps_are_not_opposed(load, other):
    assert remarks(load(pair(rule(when="{task.type: code}"), other))) == []


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ("{task.type: code}", "{task.type: [code, regression]}"),
        ('{data.train_examples: ">= 10k"}', '{data.train_examples: ">= 1k"}'),
        ('{task.type: code, data.train_examples: "< 5"}', "{task.type: code}"),
    ],
)
def test_a_rule_that_never_fires_alone_stacks_with_the_other(load, narrow, wide):
    for one, other in itertools.permutations([("Q901", narrow), ("Q902", wide)]):
        base = load(pair(*(rule(c, when=w, effects=f"{{lora: {c[-1]}}}") for c, w in (one, other))))
        remark = only(base)
        assert (remark.severity, remark.code) == ("note", "Q901")
        assert remark.text == (
            "it stacks with Q902, which fires whenever it does and pulls the same way"
        )


def test_every_rule_would_stack_with_one_that_always_fires_so_that_is_not_said(load):
    assert (
        remarks(load(pair(rule(effects="{lora: 1}"), rule("Q902", when="{task.type: code}")))) == []
    )


def test_a_mixed_pair_of_signs_does_not_stack(load):
    wide = rule("Q902", when="{task.type: [code, regression]}", effects="{lora: 1, ia3: -1}")
    narrow = rule(when="{task.type: code}", effects="{lora: 2, ia3: 2}")
    assert remarks(load(pair(narrow, wide))) == []


def test_a_veto_within_a_veto_stacks(load):
    veto = "    veto: [lora]\n"
    texts = [
        rule(code, kind="feasibility", when=when, effects="", more=veto)
        for code, when in (("F901", "{task.type: code}"), ("F902", "{task.type: not(regression)}"))
    ]
    assert found(load(rules(*texts))) == [("note", "F901")]


def test_a_fact_that_something_reads_is_not_called_unread(load):
    def unread(base) -> set[str]:
        return {r.code for r in remarks(base, about_facts=True) if "reads this fact" in r.text}

    bare = unread(load(rules(rule())))
    assert {"model.name", "data.domain_shift", "measured.{method}.score"} <= bare
    assert not {"model.parameters", "data.train_examples", "budget.hours"} & bare
    ramp = "{lora: {ramp: measured.lora.score, points: {10: 1, 100: 5}}}"
    read = unread(load(rules(rule(when="{data.domain_shift: low}", effects=ramp))))
    assert bare - read == {"data.domain_shift", "measured.{method}.score"}
    risk = (
        "risks:\n  - {code: R901, name: a-risk, methods: [lora], when: {model.name: gpt2},\n"
        "     risk: Something goes wrong., watch: Look at it often., source: A long report}\n"
    )
    with_both = {"own.yaml": rules(rule()), "table.yaml": table(), "risks.yaml": risk}
    assert bare - unread(load(with_both)) == {"model.name"}


def test_a_house_rule_in_place_of_a_shipped_one_is_noted(load_house):
    base = load_house(rules(rule("Q131"), rule("H901", when="{task.type: regression}")))
    notes = [r for r in remarks(base) if "replaces" in r.text]
    assert [(r.severity, r.code, r.where) for r in notes] == [
        ("note", "Q131", "house/own.yaml, line 2")
    ]
    assert notes[0].text == "it replaces the rule lora-base-rate that ships with the advisor"


def test_a_house_table_or_risk_in_place_of_a_shipped_one_is_noted(load_house):
    risk = (
        "risks:\n  - {code: R501, name: a-risk, methods: [lora], when: {},\n"
        "     risk: Something goes wrong., watch: Look at it often., source: A long report}\n"
    )
    base = load_house({"table.yaml": table(), "risks.yaml": risk})
    notes = {(r.severity, r.code) for r in remarks(base) if "replaces" in r.text}
    assert notes == {("note", "decision.data_adequacy"), ("note", "R501")}


def test_remarks_come_gravest_first(load):
    texts = [
        rule("Q901", when='{data.train_examples: "< 0"}'),
        rule("Q902", when="{task.type: code}", effects="{lora: 2}"),
        rule("Q903", when="{task.type: [code, regression]}", effects="{lora: 1}"),
        rule("Q904", when="{task.type: code}", effects="{lora: -2}"),
    ]
    severities = [r.severity for r in check_rules(load(rules(*texts)))]
    assert severities == sorted(severities, key=["error", "warning", "note"].index)
    assert set(severities) == {"error", "warning", "note"}


def test_the_shipped_rules_hold_no_error_and_no_warning():
    assert rules_folder().is_dir()
    assert {r.severity for r in check_rules(load_rules())} <= {"note"}
