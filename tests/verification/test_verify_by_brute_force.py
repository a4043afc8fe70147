"""What is said of small random rules against every point, judged by the program's own decision."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seeded import defect

from advisor.decide.decision import decision_of
from advisor.facts import Fact, FactBase, Source
from advisor.rules.engine import Engine
from advisor.rules.loading import load_rules, rules_folder
from advisor.verification.verify import verify_rules

FACTS = {
    "data.train_examples": (0, 3, 8),
    "data.domain_shift": ("low", "medium", "high"),
    "prompt.transfer_available": (False, True),
}
WHENS = [
    "{}",
    '{data.train_examples: "< 2"}',
    '{data.train_examples: "[2..5]", data.domain_shift: low}',
    "{data.domain_shift: not(low)}",
    "{data.domain_shift: high, prompt.transfer_available: true}",
]
EFFECTS = [
    "{prompt_tuning: 5}",
    "{prompt_tuning: 1, full_fine_tuning: 2}",
    "{full_fine_tuning: 6}",
    "{few_shot_prompting: 9}",
    "{lora: 4, qlora: 3}",
    "{all_methods: 2}",
    "{ia3: 1}",
]
VETOES = ["[soft_prompts]", "[full_fine_tuning]", "[lora, qlora]", "[few_shot_prompting]"]


@st.composite
def entries(draw) -> list[str]:
    texts = []
    for number in range(draw(st.integers(2, 5))):
        when = draw(st.sampled_from(WHENS))
        if draw(st.integers(0, 3)):
            code = draw(st.sampled_from(["P", "Q"])) + f"90{number}"
            texts.append(defect(code, when, draw(st.sampled_from(EFFECTS))))
        else:
            texts.append(defect(f"F90{number}", when, veto=draw(st.sampled_from(VETOES))))
    return texts


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    home: Path = tmp_path_factory.mktemp("rules")
    shutil.copy(rules_folder() / "settings.yaml", home)

    def load_texts(texts: list[str]):
        (home / "own.yaml").write_text("rules:\n" + "".join(texts), encoding="utf-8")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("advisor.rules.loading.rules_folder", lambda: home)
            return load_rules()

    return load_texts


def every_outcome(base) -> list:
    """By point, the outcome with all rules, and without each."""
    engine = Engine(base)
    found = []
    for values in itertools.product(*FACTS.values()):
        known = dict(zip(FACTS, values, strict=True))
        facts = FactBase(Fact(key, value, Source.ANSWERED) for key, value in known.items())
        findings = engine.assess(known).findings
        without = {
            rule.label: decision_of([f for f in findings if f.rule is not rule], facts, base).advice
            for rule in base.rules
        }
        found.append((decision_of(findings, facts, base).advice, without))
    return found


@settings(max_examples=120)
@given(entries())
def test_rules_decide_and_answers_are_reached_just_where_they_are_said_to(load, texts):
    base = load(texts)
    found, outcomes = verify_rules(base), every_outcome(base)
    deciding = {
        rule.label for rule in base.rules
        if any(without[rule.label] != outcome for outcome, without in outcomes)
    }  # fmt: skip
    assert deciding == set(found.decisive)
    said = {r.code for r in found.remarks if r.kind == "never decisive"}
    assert said == {rule.label for rule in base.rules} - deciding
    reached = {pair for outcome, _ in outcomes for pair in outcome._asdict().items()}
    assert reached - {(field, None) for field, _ in reached} <= set(found.reached)
    # With nothing known, what is undetermined is reached on top.
    extra = {value for _, value in set(found.reached) - reached}
    assert extra <= {
        "undetermined",
        *(value for field, value in found.reached if field != "status"),
    }


@settings(max_examples=60)
@given(entries())
def test_the_facts_that_are_shown_do_what_is_said_of_them(load, texts):
    base = load(texts)
    engine, found = Engine(base), verify_rules(base)

    def outcome(known, without=""):
        facts = FactBase(Fact(key, value, Source.ANSWERED) for key, value in known.items())
        findings = [f for f in engine.assess(known).findings if f.rule.label != without]
        return decision_of(findings, facts, base).advice

    for label, known in found.decisive.items():
        assert outcome(known) != outcome(known, without=label)
    for (field, value), known in found.reached.items():
        assert outcome(known)._asdict()[field] == value
