"""The outlook of a run: its flip points are exact, and the quick part is a part of the whole."""

from __future__ import annotations

import math

import pytest
from cases import ENGINE, LLAMA, VOCABULARY, stated

from advisor.decide.answer import answer_for
from advisor.decide.decide import Gist
from advisor.facts import Fact, Source
from advisor.reasoning.outlook import outlook_of
from advisor.report.outlook import Outlook
from advisor.report.part import plain
from advisor.report.runfile import part_from

BERT = {**LLAMA, "model.parameters": "110M", "model.architecture": "encoder"}
PROJECTS = {"llama": LLAMA, "bert": BERT, "tenants": {**LLAMA, "deployment.tasks_per_base": 100}}


def judged(facts: dict, key: str, value: float) -> Gist:
    kept = stated({k: raw for k, raw in facts.items() if k != key})
    verdict = answer_for([*kept, Fact(key, value, Source.ANSWERED)], ENGINE).verdict
    return Gist(verdict.status, verdict.recommendation)


@pytest.mark.parametrize("name", PROJECTS)
def test_a_flip_point_is_exact_to_the_adjacent_value(name):
    facts = PROJECTS[name]
    found = plain(outlook_of(stated(facts), ENGINE))
    part_from(Outlook, found)
    assert any(one["below"] or one["above"] for one in found["numbers"])
    for one in found["numbers"]:
        key = one["fact"]
        here = judged(facts, key, one["now"])
        for flip, sign in ((one["below"], 1), (one["above"], -1)):
            if flip is None:
                continue
            nearer = flip["value"] + sign
            if not VOCABULARY[key].integer:
                nearer = math.nextafter(flip["value"], sign * math.inf)
            there = judged(facts, key, flip["value"])
            assert (there.status.value, there.recommendation) == (
                flip["status"],
                flip["recommendation"],
            )
            assert judged(facts, key, nearer) == here != there


def test_the_quick_part_says_the_same_of_fewer_facts():
    whole, quick = (plain(outlook_of(stated(BERT), ENGINE, quick=quick)) for quick in (False, True))
    assert not quick["complete"]
    assert quick["numbers"]
    assert all(one in whole["numbers"] for one in quick["numbers"])
    assert all(one in whole["choices"] for one in quick["choices"])


def test_an_undetermined_answer_names_what_to_find_out():
    facts = stated({**LLAMA, "hardware.accelerator_memory_gib": "unknown"})
    found = outlook_of(facts, ENGINE)
    assert found.find_out.effort == "look_up"
    assert outlook_of(facts, ENGINE, quick=True) is None
