"""What would change a project in which something is unknown that cannot turn the answer."""

from __future__ import annotations

import pytest
from cases import ENGINE, VOCABULARY, stated

from advisor.app.whatif import whatif_record
from advisor.decide.answer import answer_for
from advisor.decide.decide import Gist, Status
from advisor.decide.decision import gist_of
from advisor.reasoning.case import Case
from advisor.reasoning.flips import along, among_all

# How many cores there are is unknown; the time that they take speaks against both sides alike,
# which only bounds over parts of what is unknown show.
SLOW = {
    "task.type": "nli_pair",
    "model.parameters": 1_000_000_000,
    "model.architecture": "decoder",
    "model.pretraining_match": "low",
    "data.train_examples": 200_000,
    "prompt.transfer_available": True,
    "hardware.accelerator": "none",
    "hardware.ram_available_gib": 16,
}
CHANGES = [
    {"data.train_examples": 50_000},
    {"data.train_examples": 190_000},
    {"task.type": "classification"},
    {"model.architecture": "encoder"},
    {"prompt.transfer_available": False},
    {"quality.tolerance_points": 1.1},
    {"hardware.ram_available_gib": 64, "model.parameters": 300_000_000},
    {"hardware.accelerator": "cuda"},
    {"deployment.base_must_stay_unchanged": True},
    {"data.train_examples": 1000},
]


@pytest.fixture(scope="module")
def slow() -> Case:
    return Case(stated(SLOW), ENGINE)


def judged(facts: dict) -> Gist:
    verdict = answer_for(stated(facts), ENGINE).verdict
    return Gist(verdict.status, verdict.recommendation)


def by_rules_alone(case: Case, changes: dict) -> Status:
    """The status by bounds that are taken rule by rule."""
    values = case.values(changes)
    findings = ENGINE.assess(values).findings
    return gist_of(findings, values, VOCABULARY.methods, ENGINE.base)[0]


def test_named_changes_give_the_answers_of_advise_before_and_after(slow):
    changes = {"data.train_examples": 50_000}
    for one in ({}, changes):
        assert by_rules_alone(slow, one) is Status.UNDETERMINED
    found = whatif_record(slow, changes)
    for part, facts in (("now", SLOW), ("then", {**SLOW, **changes})):
        expected = judged(facts)
        assert expected.status is Status.DECIDED
        assert getattr(found, part).status == expected.status.value
        assert getattr(found, part).recommendation == expected.recommendation


def test_the_present_value_of_every_choice_reads_as_the_answer_does(slow):
    assert slow.outcome().status is Status.DECIDED
    for one in among_all(slow):
        assert one.outcomes[one.now] == slow.outcome(), one.key


def test_the_stretch_around_the_present_value_reads_as_the_answer_does(slow):
    found = along(slow, "hardware.ram_available_gib", 1.0, 1000.0)
    here = next(one for one in found if one.low <= SLOW["hardware.ram_available_gib"] <= one.high)
    assert here.outcome == slow.outcome()
    assert here.low < SLOW["hardware.ram_available_gib"] < here.high


@pytest.mark.parametrize("changes", CHANGES, ids=str)
def test_after_a_change_nothing_is_said_that_advise_would_not_say(slow, changes):
    found, expected = slow.outcome(changes), judged({**SLOW, **changes})
    assert found == expected or found.status is Status.UNDETERMINED


def test_parts_settle_changes_that_rules_taken_together_leave_open(slow):
    settled = [
        changes for changes in CHANGES
        if by_rules_alone(slow, changes) is Status.UNDETERMINED
        and slow.outcome(changes).status is not Status.UNDETERMINED
    ]  # fmt: skip
    assert {"data.train_examples": 190_000} in settled
    assert {"prompt.transfer_available": False} in settled
