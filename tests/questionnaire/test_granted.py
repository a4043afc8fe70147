"""What is taken for granted is confirmed at once, and what is not so is asked where it matters."""

from __future__ import annotations

import pytest
from scripted import Run, all_but, found, in_order

from advisor.facts import Fact, Source, load_vocabulary
from advisor.questionnaire.session import Quit

TASKS, TRANSFER = "deployment.tasks_per_base", "prompt.transfer_available"
SIZE = "model.parameters"
TOLERANCE, HOURS = "quality.tolerance_points", "budget.hours"
OPEN = (TASKS, TRANSFER, TOLERANCE, HOURS)
ASSUMED = {TASKS: 1, TRANSFER: False, TOLERANCE: 1.0, HOURS: None}


def run_with(*lines: str, agenda=in_order) -> Run:
    return Run(*lines, known=all_but(*OPEN), agenda=agenda).go()


def values(run: Run) -> dict:
    return {key: run.value(key) for key in OPEN}


def test_enter_confirms_all_of_it_and_nothing_more_is_asked():
    run = run_with("", "")
    assert values(run) == ASSUMED
    assert run.person.asked() == []
    assert all(run.session.facts.said_by(key, Source.ANSWERED) for key in OPEN)
    assert "4. How many hours may one training run take?  no limit" in run.person.text


@pytest.mark.parametrize("line", ["2", "2,", " 2 "])
def test_of_two_choices_the_picked_one_is_the_other(line):
    run = run_with(line, "")
    assert values(run) == {**ASSUMED, TRANSFER: True}
    assert run.person.asked() == []


def test_a_picked_number_is_asked():
    run = run_with("1 4", "20", "3h", "")
    assert values(run) == {**ASSUMED, TASKS: 20, HOURS: 3.0}
    assert run.person.asked() == [TASKS, HOURS]


def test_a_question_mark_behind_a_number_makes_it_unknown():
    run = run_with("2? 3?", "")
    assert values(run) == {**ASSUMED, TRANSFER: None, TOLERANCE: None}
    assert run.session.facts.said_by(TOLERANCE, Source.ANSWERED)


def test_unknown_makes_all_of_it_unknown():
    assert values(run_with("unknown", "")) == dict.fromkeys(OPEN)


@pytest.mark.parametrize("line", ["0", "5", "two", "1-2", "3 99", "-1", "1?2"])
def test_anything_else_is_refused_and_asked_again(line):
    run = run_with(line, "2", "")
    assert values(run) == {**ASSUMED, TRANSFER: True}
    assert "type numbers from 1 to 4" in run.person.text


def test_help_explains_every_line():
    text = run_with("?", "", "").person.text
    assert all(load_vocabulary()[key].help in text for key in OPEN)


def test_what_is_not_so_and_cannot_matter_stays_unknown_rather_than_assumed():
    def until_confirmed(facts, questions):
        return [] if facts.said_by(HOURS, Source.ANSWERED) else questions

    run = run_with("1 3", "", agenda=until_confirmed)
    assert run.value(TASKS) is None
    assert run.value(TOLERANCE) is None
    assert "2 more questions cannot change the answer." in run.person.text


def test_one_assumption_alone_is_asked_like_any_question():
    run = Run("", "", known=all_but(TASKS)).go()
    assert run.person.asked() == [TASKS]
    assert run.value(TASKS) == 1


def test_nothing_is_shown_where_no_reply_can_matter():
    run = run_with("", agenda=lambda _facts, _questions: [])
    assert "Taken for granted" not in run.person.text
    assert not any(run.session.facts.said_by(key, Source.ANSWERED) for key in OPEN)


def test_quit_stops_there():
    with pytest.raises(Quit):
        run_with("quit")


def named(fact_type, line: str) -> list[Fact]:
    if fact_type.key != "hardware.accelerator" or line.lower() != "rtx 4090":
        return []
    return [
        Fact("hardware.accelerator", "cuda", Source.FLAG, "table"),
        Fact("hardware.accelerator_name", "RTX 4090", Source.FLAG, "table"),
        Fact("hardware.accelerator_memory_gib", 24.0, Source.FLAG, "table"),
    ]


DEVICE = ("hardware.accelerator", "hardware.accelerator_name", "hardware.accelerator_memory_gib")


def test_a_name_settles_all_that_it_tells():
    run = Run("RTX 4090", "", known=all_but(*DEVICE), recognise=named).go()
    assert [run.value(key) for key in DEVICE] == ["cuda", "RTX 4090", 24.0]
    assert run.person.asked() == ["hardware.accelerator"]
    assert run.saved[-1] == dict(zip(DEVICE, ["cuda", "RTX 4090", 24.0], strict=True))


def test_back_takes_all_of_it_back():
    known = all_but(*DEVICE, "hardware.accelerator_count", SIZE)
    run = Run("8B", "RTX 4090", "back", "none", "", known=known, recognise=named).go()
    assert run.value("hardware.accelerator") == "none"
    assert run.value("hardware.accelerator_name") is None
    assert run.value("hardware.accelerator_memory_gib") is None


def test_a_line_that_names_nothing_is_refused_as_any_wrong_answer():
    run = Run("abacus", "cuda", "24", "RTX 4090", "", known=all_but(*DEVICE), recognise=named).go()
    assert run.value("hardware.accelerator_memory_gib") == 24
    assert "abacus" in run.person.text


def test_a_corrected_answer_takes_with_it_what_an_earlier_name_told():
    run = Run("RTX 4090", "1", "none", "", known=all_but(*DEVICE), recognise=named).go()
    assert run.value("hardware.accelerator") == "none"
    assert run.value("hardware.accelerator_name") is None


def test_what_was_detected_and_applies_no_longer_is_forgotten():
    known = [*all_but(*DEVICE), *found(hardware__accelerator="cuda",
             hardware__accelerator_name="L4", hardware__accelerator_memory_gib=22.0)]  # fmt: skip
    run = Run("1", "none", "", "", known=known).go()
    assert run.value("hardware.accelerator") == "none"
    assert run.value("hardware.accelerator_memory_gib") is None


def test_what_was_set_aside_is_asked_once_a_corrected_answer_lets_it_matter():
    def unless_code(facts, questions):
        return [] if facts.value("task.type") == "code" else questions

    known = all_but("task.type", *OPEN)
    run = Run("1", "code", "1", "classification", "", "7", "", known=known, agenda=unless_code)
    run.session.facts.replace(Fact("data.label_count", 4, Source.FLAG))
    run.go()
    assert run.person.asked()[-1] == TASKS
    assert run.value(TASKS) == 7
