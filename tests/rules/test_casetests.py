"""Facts about running the cases in rule files, and about what they cover."""

from __future__ import annotations

import pytest
from rule_texts import rule, rules, table

from advisor.methods import methods_with
from advisor.rules.casetests import ClauseCoverage, clause_coverage, run_cases

LOW_RANK = methods_with("low_rank")
WHEN = '{data.train_examples: ">= 10", task.type: code}'
CASES = """
      - {name: yes, facts: {data.train_examples: 10, task.type: code}, expect: fires}
      - {name: few, facts: {data.train_examples: 9, task.type: code}, expect: silent}
      - {name: chat, facts: {data.train_examples: 10, task.type: regression}, expect: silent}
"""
RAMP = "{lora: {ramp: data.train_examples, points: {10: -5, 1k: 7}}}"
FOR_EACH = "    for_each: [lora, ia3]\n"


def case(facts: str, expect: str, more: str = "", name: str = "a-case") -> str:
    return f"\n      - {{name: {name}, facts: {facts}, expect: {expect}{more}}}\n"


def only(results):
    (result,) = results
    return result


def test_a_case_that_holds_passes(load):
    results = run_cases(load(rules(rule(when=WHEN, cases=CASES))))
    assert [(r.case, r.passed) for r in results] == [("yes", True), ("few", True), ("chat", True)]
    assert {r.rule for r in results} == {"Q901"}


@pytest.mark.parametrize(
    ("facts", "expect", "got"),
    [
        ("{data.train_examples: 9}", "fires", "silent"),
        ("{data.train_examples: 9}", "undetermined", "silent"),
        ("{data.train_examples: 10}", "silent", "fires"),
        ("{}", "silent", "undetermined"),
        ('{data.train_examples: "5 to 20"}', "fires", "undetermined"),
    ],
)
def test_a_case_that_does_not_hold_fails_with_what_happened(load, facts, expect, got):
    base = load(rules(rule(when='{data.train_examples: ">= 10"}', cases=case(facts, expect))))
    result = only(run_cases(base))
    assert not result.passed
    assert (result.expected, result.got) == (expect, got)
    assert (result.rule, result.case) == ("Q901", "a-case")
    assert result.where == "rules/own.yaml, line 16"


@pytest.mark.parametrize(
    ("stated", "passed", "got"),
    [
        ("{lora: 3}", True, "fires, lora +3"),
        ("{lora: 4}", False, "fires, lora +3"),
        ("{}", False, "fires, lora +3"),
        ("{lora: 3, ia3: 1}", False, "fires, lora +3"),
    ],
)
def test_stated_effects_must_be_those_of_the_rule_and_no_others(load, stated, passed, got):
    base = load(rules(rule(cases=case("{}", "fires", f", effects: {stated}"))))
    result = only(run_cases(base))
    assert (result.passed, result.got) == (passed, got)


def test_a_case_without_effects_asks_for_the_outcome_only(load):
    assert only(run_cases(load(rules(rule(effects="{lora: 99}"))))).passed


def test_the_effect_of_a_ramp_is_compared(load):
    facts = "{data.train_examples: 100}"
    right = rule(effects=RAMP, cases=case(facts, "fires", ", effects: {lora: 1}"))
    wrong = rule("Q902", effects=RAMP, cases=case(facts, "fires", ", effects: {lora: 2}"))
    assert [r.passed for r in run_cases(load(rules(right, wrong)))] == [True, False]


def test_a_case_of_a_rule_for_several_methods_is_run_on_its_own_method(load):
    when = '{"estimate.{method}.cost": "> 5"}'
    cases = case("{estimate.ia3.cost: 9}", "fires", ", method: ia3, effects: {ia3: 3}")
    base = load(rules(rule(when=when, effects='{"{method}": 3}', more=FOR_EACH, cases=cases)))
    result = only(run_cases(base))
    assert result.passed
    assert result.rule == "Q901[ia3]"


def test_levels_are_computed_by_the_tables(load):
    cases = case("{data.train_examples: 9}", "fires")
    text = rules(rule(when="{decision.data_adequacy: none}", cases=cases))
    assert only(run_cases(load({"own.yaml": text, "table.yaml": table()}))).passed


def coverage(base) -> dict[str, tuple[bool, bool]]:
    return {c.clause: (c.seen_true, c.seen_false) for c in clause_coverage(base)}


def test_cases_that_show_both_sides_of_every_clause_cover_it(load):
    base = load(rules(rule(when=WHEN, cases=CASES)))
    assert coverage(base) == {
        "data.train_examples: >= 10": (True, True),
        "task.type: code": (True, True),
    }
    assert all(c.complete for c in clause_coverage(base))


def test_a_clause_that_no_case_makes_false_alone_is_not_covered(load):
    both = case("{data.train_examples: 9, task.type: regression}", "silent")
    yes = case("{data.train_examples: 10, task.type: code}", "fires", name="yes")
    base = load(rules(rule(when=WHEN, cases=both + yes)))
    assert coverage(base) == {
        "data.train_examples: >= 10": (True, False),
        "task.type: code": (True, False),
    }


def test_a_clause_that_no_case_settles_is_not_covered(load):
    base = load(rules(rule(when=WHEN, cases=case("{}", "undetermined"))))
    assert set(coverage(base).values()) == {(False, False)}


def test_an_absent_benchmark_counts_as_the_false_side(load):
    when = '{measured.lora.score: "> 0"}'
    base = load(rules(rule(when=when, cases=case("{}", "silent"))))
    assert coverage(base) == {"measured.lora.score: > 0": (False, True)}


def test_a_clause_on_a_level_is_judged_by_the_level_that_the_table_gives(load):
    cases = case("{data.train_examples: 9}", "fires") + case(
        "{data.train_examples: 99}", "silent", name="many"
    )
    text = rules(rule(when="{decision.data_adequacy: none}", cases=cases))
    base = load({"own.yaml": text, "table.yaml": table()})
    assert coverage(base) == {"decision.data_adequacy: none": (True, True)}


def test_the_instances_of_a_rule_share_their_coverage(load):
    cases = case("{estimate.ia3.cost: 9}", "fires", ", method: ia3") + case(
        "{estimate.lora.cost: 1}", "silent", ", method: lora", name="cheap"
    )
    text = rule(
        when='{"estimate.{method}.cost": "> 5"}',
        effects='{"{method}": 3}',
        more=FOR_EACH,
        cases=cases,
    )
    assert clause_coverage(load(rules(text))) == [
        ClauseCoverage("Q901", "estimate.{method}.cost: > 5", True, True)
    ]


RAMP_CLAUSE = "ramp over data.train_examples for lora"


@pytest.mark.parametrize(
    ("cases", "covered"),
    [
        ([("5", "fires", "-5"), ("1k", "fires", "7")], (True, True)),
        ([("100", "fires", "1"), ("1k", "fires", "7")], (True, True)),
        ([("5", "fires", "-5")], (True, False)),
        ([("5", "fires", "-5"), ("8", "fires", "-5")], (True, False)),
        ([("5", "fires", None), ("1k", "fires", None)], (False, False)),
    ],
)
def test_a_ramp_is_covered_by_two_stated_effects(load, cases, covered):
    texts = [
        case(
            f"{{data.train_examples: {value}}}",
            expect,
            f", effects: {{lora: {effect}}}" if effect else "",
            name=f"case-{number}",
        )
        for number, (value, expect, effect) in enumerate(cases)
    ]
    base = load(rules(rule(effects=RAMP, cases="".join(texts))))
    assert coverage(base) == {RAMP_CLAUSE: covered}


def test_a_ramp_with_equal_ends_is_covered_by_one_case_at_each_end(load):
    hill = "{lora: {ramp: data.train_examples, points: {10: 2, 100: 2, 1k: 2}}}"
    ends = [
        case(f"{{data.train_examples: {n}}}", "fires", ", effects: {lora: 2}", f"at-{n}")
        for n in (10, 1000)
    ]
    assert coverage(load(rules(rule(effects=hill, cases=ends[0])))) == {RAMP_CLAUSE: (True, False)}
    base = load(rules(rule(effects=hill, cases="".join(ends))))
    assert coverage(base) == {RAMP_CLAUSE: (True, True)}


def test_two_ramps_of_a_rule_are_covered_apart(load):
    effects = (
        "{lora_methods: {ramp: data.train_examples, points: {10: 0, 1k: 7}}, "
        "ia3: {ramp: data.train_examples, points: {10: 0, 1k: 5}}}"
    )
    zeros = ", ".join(f"{id_}: 0" for id_ in (*LOW_RANK, "ia3"))
    stated = case("{data.train_examples: 5}", "fires", f", effects: {{{zeros}}}")
    assert coverage(load(rules(rule(effects=effects, cases=stated)))) == {
        f"ramp over data.train_examples for {', '.join(LOW_RANK)}": (True, False),
        "ramp over data.train_examples for ia3": (True, False),
    }


def test_a_rule_that_always_fires_has_nothing_to_cover(load):
    assert clause_coverage(load(rules(rule()))) == []
