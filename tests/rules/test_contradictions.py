"""Rules that contradict each other: no way out, favours without use, and nothing in sum."""

from __future__ import annotations

import pytest
from rule_texts import rule, rules

from advisor.rules.checking import check_rules


def veto(code: str, when: str, methods: str = "[lora]") -> str:
    return rule(code, kind="feasibility", when=when, effects="", more=f"    veto: {methods}\n")


def contradictions(base) -> list[tuple[str, str, str]]:
    return [(r.severity, r.code, r.text) for r in check_rules(base) if r.kind == "contradictory"]


def test_vetoes_that_leave_a_method_nowhere_are_an_error(load):
    texts = [
        veto("F901", '{data.train_examples: "> 5"}'),
        veto("F902", '{data.train_examples: "< 6"}'),
    ]
    nowhere = "its vetoes leave no facts on which it is feasible"
    assert contradictions(load(rules(*texts))) == [("error", "lora", nowhere)]
    texts[1] = veto("F902", '{data.train_examples: "< 5"}')
    assert contradictions(load(rules(*texts))) == []


def test_favouring_what_is_ruled_out_there_is_a_warning(load):
    texts = [
        veto("F901", "{task.type: [code, regression]}"),
        rule("Q901", when="{task.type: code}"),
    ]
    told = "it favours lora, which F901 rules out where it fires"
    assert contradictions(load(rules(*texts))) == [("warning", "Q901", told)]
    texts[1] = rule("Q901", when="{task.type: [code, nli_pair]}")
    assert contradictions(load(rules(*texts))) == []


RAMP = "{{lora: {{ramp: data.train_examples, points: {{10: {0}, 1k: {1}}}}}}}"


@pytest.mark.parametrize(
    ("effects", "cancel"),
    [
        (["{lora: 3}", "{lora: -3}"], True),
        (["{lora: 3}", "{lora: -2}"], False),
        (["{lora: 3}", "{lora: -3, ia3: 1}"], False),
        (["{lora: 3}", "{lora: -1}", "{lora: -2}"], True),
        ([RAMP.format(-4, 4), RAMP.format(4, -4)], True),
        ([RAMP.format(-4, 4), RAMP.format(4, -3)], False),
        ([RAMP.format(2, 2), "{lora: -2}"], True),
    ],
)
def test_rules_that_fire_together_and_cancel_are_a_warning(load, effects, cancel):
    texts = [rule(f"Q90{n}", when="{task.type: code}", effects=e) for n, e in enumerate(effects, 1)]
    found = contradictions(load(rules(*texts)))
    assert [(severity, code) for severity, code, _ in found] == [("warning", "Q901")] * cancel
    assert all("cancel exactly" in text for *_, text in found)
