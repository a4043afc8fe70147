"""Facts about a session at the prompt, with a person who types what a script says."""

from __future__ import annotations

import pytest
from scripted import QUESTIONS, Run, all_but, answered, found

from advisor.facts import Fact, Source, load_vocabulary
from advisor.questionnaire.session import Quit

TASK, SIZE, ARCHITECTURE = "task.type", "model.parameters", "model.architecture"
HARDWARE = ("accelerator", "accelerator_memory_gib", "accelerator_count", "accelerator_name")
ON_A_DEVICE = tuple(f"hardware.{name}" for name in HARDWARE)
RAM = "hardware.ram_available_gib"


# Answering


def test_everything_that_is_not_known_is_asked_once_in_the_order_of_the_vocabulary():
    run = Run("", *["unknown"] * len(QUESTIONS), "").go()
    questions = load_vocabulary().questions
    assumed = [one.key for one in questions if one.default is not None or one.optional]
    # Nothing rules any of them out while all is unknown; what has a default is shown together.
    assert run.person.asked() == [key for key in QUESTIONS if key not in assumed]
    assert all(run.session.facts.said_by(key, Source.ANSWERED) for key in assumed)


def test_nothing_is_asked_that_is_known():
    assert Run("", known=all_but()).go().person.asked() == []


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("1", "classification"),
        ("10", "code"),
        (" 2 ", "nli_pair"),
        ("code", "code"),
        ("CODE", "code"),
        ("generation short", "generation_short"),
        ("generation-short", "generation_short"),
        ("code or nli_pair", frozenset({"code", "nli_pair"})),
        ("unknown", None),
    ],
)
def test_a_choice_takes_a_number_or_a_word(line, value):
    run = Run(line, "", known=all_but(TASK)).go()
    assert run.value(TASK) == value
    assert TASK in run.session.facts


@pytest.mark.parametrize(
    ("line", "value"),
    [("1", True), ("2", False), ("yes", True), ("N", False), ("true", True), ("unknown", None)],
)
def test_a_yes_or_no_question_takes_a_number_or_a_word(line, value):
    key = "deployment.latency_sensitive"
    assert Run(line, "", known=all_but(key)).go().value(key) is value


@pytest.mark.parametrize(
    ("line", "value"), [("8B", 8_000_000_000), ("1e9", 1_000_000_000), ("7,000,000", 7_000_000)]
)
def test_a_count_takes_figures_as_people_write_them(line, value):
    assert Run(line, "", known=all_but(SIZE)).go().value(SIZE) == value


def test_a_number_is_no_choice_where_a_number_is_asked_for():
    key = "quality.tolerance_points"
    assert Run("2", "", known=all_but(key)).go().value(key) == 2


def test_a_range_is_an_answer():
    value = Run("1B to 10B", "", known=all_but(SIZE)).go().value(SIZE)
    assert (value.low, value.high) == (1e9, 1e10)


@pytest.mark.parametrize(
    ("key", "line", "message"),
    [
        (TASK, "0", "there are choices 1 to 10"),
        (TASK, "11", "there are choices 1 to 10"),
        (TASK, "clasification", "Did you mean classification?"),
        (TASK, "", "please answer"),
        (SIZE, "", "please answer"),
        (SIZE, "many", "'many' is not a number"),
        (SIZE, "-5", "is impossible"),
        (SIZE, "9" * 5000, "is not a number"),
        (SIZE, "nan", "'nan' is not a number"),
        (SIZE, "24GiB", "suffix"),
        ("deployment.latency_sensitive", "maybe", "neither yes nor no"),
        ("model.name", "a\x1b[31mb", "control characters"),
        ("model.name", "x" * 1000, "longer than 300"),
    ],
)
def test_a_bad_answer_is_told_and_asked_again(key, line, message):
    run = Run(line, "unknown", "", known=all_but(key)).go()
    assert message in run.person.text
    assert run.person.asked() == [key]
    assert run.value(key) is None
    assert [set(answers) for answers in run.saved] == [{key}]


@pytest.mark.parametrize("line", ["\u00b2", "\u0663", "\uff11"])
def test_a_digit_of_another_script_is_an_answer_or_a_message_but_no_crash(line):
    run = Run(line, "code", "", "", known=all_but(TASK))
    run.go()
    assert run.value(TASK) in ("code", "multiple_choice", "classification")


def test_enter_takes_the_declared_default():
    key = "deployment.tasks_per_base"
    run = Run("", "", known=all_but(key)).go()
    assert run.value(key) == 1
    assert run.person.prompts[0] == "[1]"


def test_enter_on_an_optional_question_is_unknown():
    run = Run("", "", known=all_but("budget.hours")).go()
    assert run.person.prompts[0] == "[unknown]"
    assert run.value("budget.hours") is None
    assert "budget.hours" in run.session.facts


def test_every_suggestion_is_an_answer_that_the_question_takes():
    for key in QUESTIONS:
        if load_vocabulary()[key].default is None and not load_vocabulary()[key].optional:
            continue
        run = Run("", "", known=all_but(key)).go()
        assert run.person.asked() == [key]
        assert run.value(key) == load_vocabulary()[key].default


def test_a_guessed_task_type_is_asked_with_the_guess_as_suggestion():
    known = [*all_but(TASK), *found(task__type="nli_pair")]
    run = Run("", "", "", known=known).go()  # found out: right; the guess: right; judge
    assert run.person.asked() == [TASK]
    assert run.person.prompts[1] == "[nli_pair]"
    assert run.session.facts.get(TASK).source is Source.ANSWERED


def test_an_answer_wins_over_the_guess():
    known = [*all_but(TASK), *found(task__type="nli_pair")]
    assert Run("", "code", "", known=known).go().value(TASK) == "code"


def test_unknown_is_an_answer_to_a_guess_too():
    known = [*all_but(TASK), *found(task__type="nli_pair")]
    run = Run("", "unknown", "", known=known).go()
    assert run.person.asked() == [TASK]


# The words that work everywhere


@pytest.mark.parametrize("word", ["?", "help", "HELP", " ? "])
def test_help_explains_the_question_and_asks_again(word):
    run = Run(word, "code", "", known=all_but(TASK)).go()
    assert "nli_pair is a judgement on two texts" in run.person.text
    assert "For example: classification." in run.person.text
    assert run.value(TASK) == "code"


def test_why_tells_what_the_caller_knows_of_the_fact():
    run = Run("why", "code", "", known=all_but(TASK), why=lambda key: f"because of {key}").go()
    assert "because of task.type" in run.person.shown
    assert run.value(TASK) == "code"


def test_back_asks_the_last_question_again_and_drops_its_answer():
    run = Run("code", "back", "nli_pair", "x", "", known=all_but(TASK, "model.name")).go()
    assert run.person.asked() == [TASK, "model.name", TASK, "model.name"]
    assert run.value(TASK) == "nli_pair"


def test_back_goes_over_several_questions():
    keys = (TASK, "model.name", SIZE)
    run = Run("code", "x", "back", "back", "nli_pair", "y", "8B", "", known=all_but(*keys)).go()
    assert run.person.asked() == [TASK, "model.name", SIZE, "model.name", TASK, "model.name", SIZE]
    assert [run.value(key) for key in keys] == ["nli_pair", "y", 8_000_000_000]


def test_back_at_the_first_question_says_so_and_asks_it_again():
    run = Run("back", "back", "code", "", known=all_but(TASK)).go()
    assert run.person.shown.count("This is the first question.") == 2
    assert run.value(TASK) == "code"


def test_back_at_the_first_question_does_not_undo_a_correction_of_what_was_found():
    known = [*all_but(TASK, ARCHITECTURE), *found(model__architecture="encoder")]
    run = Run("1", "decoder", "", "back", "code", "", known=known).go()
    assert run.value(ARCHITECTURE) == "decoder"


def test_back_over_an_opened_question_reaches_the_one_that_opened_it():
    run = Run(
        "cuda", "24", "back", "back", "none", "64GiB", "", known=all_but(*ON_A_DEVICE, RAM)
    ).go()
    assert run.person.asked() == [
        "hardware.accelerator", "hardware.accelerator_memory_gib", "hardware.accelerator_count",
        "hardware.accelerator_memory_gib", "hardware.accelerator", RAM,
    ]  # fmt: skip
    assert run.value(RAM) == 64


def test_an_answer_that_was_taken_back_is_not_kept_for_later():
    run = Run("code", "back", "quit", known=all_but(TASK, "model.name"))
    with pytest.raises(Quit):
        run.go()
    assert TASK not in run.saved[-1]


@pytest.mark.parametrize("word", ["quit", "QUIT", " quit "])
def test_quit_stops_and_the_answers_so_far_are_saved(word):
    run = Run("code", word, known=all_but(TASK, "model.name"))
    with pytest.raises(Quit):
        run.go()
    assert run.saved[-1] == {TASK: "code"}


@pytest.mark.parametrize("lines", [[], ["code"], ["code", "x"]])
def test_the_end_of_the_input_is_a_quit(lines):
    run = Run(*lines, known=all_but(TASK, "model.name"))
    with pytest.raises(Quit):
        run.go()
    assert len(run.saved) == len(lines)


def test_quit_works_where_found_facts_are_confirmed_and_at_the_summary():
    for lines in (["quit"], ["", "quit"]):
        run = Run(*lines, known=[*all_but(ARCHITECTURE), *found(model__architecture="decoder")])
        with pytest.raises(Quit):
            run.go()


def test_an_interrupt_passes_through_and_the_answers_so_far_are_saved():
    run = Run("code", known=all_but(TASK, "model.name"))
    typed = run.person.ask

    def ask(prompt):
        if not run.person.lines:
            raise KeyboardInterrupt
        return typed(prompt)

    run.person.ask = ask
    with pytest.raises(KeyboardInterrupt):
        run.go()
    assert run.saved[-1] == {TASK: "code"}


def test_every_answer_is_saved_with_all_before_it():
    run = Run("code", "x", "8B", "", known=all_but(TASK, "model.name", SIZE)).go()
    assert [len(answers) for answers in run.saved] == [1, 2, 3]
    assert run.saved[-1] == {TASK: "code", "model.name": "x", SIZE: 8_000_000_000}


def test_only_answers_are_saved_and_not_what_was_found_out():
    known = [*all_but(TASK, ARCHITECTURE), *found(model__architecture="decoder")]
    assert Run("", "code", "", known=known).go().saved == [{TASK: "code"}]


# Questions that depend on another answer


def test_a_machine_without_accelerator_is_asked_for_ram_and_nothing_of_a_device():
    run = Run("none", "32GiB", "", known=all_but(*ON_A_DEVICE, RAM)).go()
    assert run.person.asked() == ["hardware.accelerator", RAM]


def test_a_machine_with_accelerator_is_asked_for_the_device_and_not_for_ram():
    run = Run("cuda", "24", "1", "RTX 4090", "", known=all_but(*ON_A_DEVICE, RAM)).go()
    assert run.person.asked() == list(ON_A_DEVICE)


def test_an_unknown_or_partial_accelerator_leaves_all_its_questions_open():
    for line in ("unknown", "cuda or none"):
        run = Run(line, *["unknown"] * 4, "", known=all_but(*ON_A_DEVICE, RAM)).go()
        assert set(run.person.asked()) == {*ON_A_DEVICE, RAM}


def test_labels_are_asked_of_a_classification_only():
    label = "data.label_count"
    assert label in Run("1", "4", "", known=all_but(TASK, label)).go().person.asked()
    assert label not in Run("code", "", known=all_but(TASK, label)).go().person.asked()


# What was found out


def test_what_was_found_out_is_shown_with_its_evidence_and_can_be_corrected():
    known = [*all_but(ARCHITECTURE), *found(model__architecture="encoder")]
    run = Run("1", "decoder", "", "", known=known).go()
    assert "  1. model.architecture = encoder  (evidence)" in run.person.shown
    assert run.value(ARCHITECTURE) == "decoder"
    assert run.person.asked() == [ARCHITECTURE]


@pytest.mark.parametrize("line", ["2", "0", "-1", "x", "1.5", "9" * 50])
def test_a_wrong_pick_in_a_list_is_told_and_asked_again(line):
    known = [*all_but(ARCHITECTURE), *found(model__architecture="encoder")]
    run = Run(line, "", "", known=known).go()
    assert "Type a number from 1 to 1, or Enter." in run.person.shown


def test_nothing_is_confirmed_where_nothing_was_found_out():
    assert "Found out already:" not in Run("", known=all_but()).go().person.shown


# The summary


def test_the_summary_lists_the_answers_and_enter_judges():
    run = Run("code", "", known=all_but(TASK)).go()
    at = run.person.shown.index("Your answers:")
    assert run.person.shown[at + 1 :] == ["  1. task.type = code"]


def test_an_answer_can_be_changed_in_the_summary():
    run = Run("code", "1", "nli_pair", "", known=all_but(TASK)).go()
    assert run.value(TASK) == "nli_pair"
    assert "  1. task.type = nli_pair" in run.person.shown
    assert run.saved[-1] == {TASK: "nli_pair"}


def test_back_in_the_summary_keeps_the_answer():
    assert Run("code", "1", "back", "", known=all_but(TASK)).go().value(TASK) == "code"


def test_a_change_in_the_summary_opens_the_questions_that_depend_on_it():
    run = Run("code", "1", "1", "", "4", "", known=all_but(TASK, "data.label_count")).go()
    assert run.person.asked() == [TASK, TASK, "data.label_count"]
    assert run.value("data.label_count") == 4
    assert run.person.shown.count("Your answers:") == 2


def test_a_change_in_the_summary_drops_answers_that_no_longer_apply():
    run = Run(
        "cuda", "24", "1", "RTX 4090", "1", "none", "", "32GiB", "",
        known=all_but(*ON_A_DEVICE, RAM),
    ).go()  # fmt: skip
    assert run.value("hardware.accelerator") == "none"
    assert run.value("hardware.accelerator_memory_gib") is None
    assert run.value("hardware.accelerator_count") in (None, 0)


def test_an_answer_of_an_earlier_session_is_in_the_summary_and_can_be_changed():
    run = Run("1", "code", "", known=[*all_but(TASK), *answered(task__type="nli_pair")]).go()
    assert "  1. task.type = nli_pair  (evidence)" in run.person.shown
    assert run.value(TASK) == "code"


def test_a_stated_fact_is_not_asked_even_where_a_guess_differs():
    known = [*all_but(), *found(task__type="nli_pair"), Fact(TASK, "code", Source.FLAG)]
    run = Run("", "", known=known).go()
    assert run.person.asked() == []
    assert run.value(TASK) == "code"


# The agenda


def test_questions_are_put_in_the_order_of_the_agenda():
    def backwards(facts, questions):
        return questions[::-1]

    keys = ("data.train_examples", ARCHITECTURE, SIZE)
    run = Run("5k", "decoder", "1B", "", known=all_but(*keys), agenda=backwards).go()
    assert run.person.asked() == sorted(keys, key=QUESTIONS.index, reverse=True)


def test_asking_ends_when_no_reply_can_matter_and_says_how_much_was_spared():
    def until_size(facts, questions):
        return [] if facts.known(SIZE) else questions

    run = Run("1B", "", known=all_but(SIZE, "data.domain_shift"), agenda=until_size).go()
    assert run.person.asked() == [SIZE]
    assert "1 more question cannot change the answer." in run.person.text


def test_a_corrected_answer_can_open_questions_again():
    def while_small(facts, questions):
        return [] if facts.value(SIZE) != 2 * 10**9 else questions

    known = all_but(SIZE, "data.domain_shift")
    lines = ["1", "2B", "", "low", ""]  # the size is the only answer listed
    run = Run(*lines, known=[*known, *answered(model__parameters=10**9)], agenda=while_small).go()
    assert run.person.asked() == [SIZE, "data.domain_shift"]
