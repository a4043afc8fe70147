"""What is worth finding out can change the answer, and the least effort comes first."""

from __future__ import annotations

from cases import ENGINE, LLAMA, VOCABULARY, llama, stated

from advisor.decide.answer import answer_for
from advisor.decide.bounds.cells import cells_of
from advisor.decide.decide import Gist, Status
from advisor.facts.vocabulary import EFFORTS
from advisor.reasoning.worth_knowing import cheapest, worth_finding_out

OPEN = {"model.weights_access": "open"}


def judged(facts: dict) -> Gist:
    verdict = answer_for(stated(facts), ENGINE).verdict
    return Gist(verdict.status, verdict.recommendation)


def test_every_question_says_what_it_takes_and_how():
    for fact_type in VOCABULARY.questions:
        assert fact_type.effort in EFFORTS
        assert fact_type.find_out.endswith(".")


def test_what_changes_the_answer_is_named_and_nothing_else():
    named = {one.key: one for one in worth_finding_out(llama())}
    assert "quality.tolerance_points" not in named  # stated
    now = judged(LLAMA)
    choices = [one for one in VOCABULARY.questions if not one.numeric and one.type != "text"]
    for fact_type in (one for one in choices if one.key not in LLAMA):
        answers = {judged({**LLAMA, fact_type.key: cell})
                   for cell in cells_of(fact_type, None, ENGINE)}  # fmt: skip
        if answers == {now}:
            assert fact_type.key not in named
        else:
            assert set(named[fact_type.key].outcomes) == answers - {now}


def test_a_partly_known_fact_counts_only_with_what_it_can_still_be():
    narrow = llama(**{"hardware.accelerator_memory_gib": "20GiB to 24GiB"})
    assert narrow.outcome().status is not Status.UNDETERMINED
    assert "hardware.accelerator_memory_gib" not in {one.key for one in worth_finding_out(narrow)}
    wide = cheapest(llama(**{"hardware.accelerator_memory_gib": "20GiB to 40GiB"}, **OPEN))
    assert wide is not None
    assert (wide.key, wide.effort) == ("hardware.accelerator_memory_gib", "look_up")
    assert wide.assumed is None


def test_the_cheapest_is_the_first_of_all():
    found = worth_finding_out(llama())
    efforts = [EFFORTS.index(one.effort) for one in found]
    assert efforts == sorted(efforts)
    assert cheapest(llama()) == found[0]
