"""Which route and metric the examples get, and what is refused before anything is trained."""

from __future__ import annotations

import pytest
from userfiles import SPAM, labelled, read_rows, slice_of, write_rows

from advisor.catalogue.settings import preparation
from advisor.facts import load_vocabulary
from advisor.microbench.preparing.examples import read_examples
from advisor.microbench.preparing.tasks import choose_task
from advisor.microbench.records import Metric, Route, Task
from advisor.support.errors import AdvisorError, ExitCode

VOCABULARY = load_vocabulary()
TYPES = VOCABULARY["task.type"].choices
ARCHITECTURES = VOCABULARY["model.architecture"].choices
ROUTES = {
    "classification": ("head", "label_words", "label_words"),
    "nli_pair": ("head", "label_words", "label_words"),
    "multiple_choice": ("head", "label_words", "label_words"),
    "regression": ("head", "head", None),
    "extractive_qa": (None, "text", "text"),
    "generation_short": (None, "text", "text"),
    "generation_long": (None, "text", "text"),
    "math_reasoning": (None, "text", "text"),
    "code": (None, "text", "text"),
    "sequence_labeling": (None, None, None),
}


def numbered(count, number=lambda n: n / 8):
    return [{"text": f"this is the text number {n}", "score": number(n)} for n in range(count)]


def questions(count):
    return [
        {"question": f"what is thing {n}?", "choices": [f"a{n}", f"b{n}"], "answer": n % 2}
        for n in range(count)
    ]


def rows_for(type_):
    if type_ == "multiple_choice":
        return questions(90)
    return numbered(90) if type_ == "regression" else labelled(90)


def refusal(*arguments) -> AdvisorError:
    with pytest.raises(AdvisorError) as caught:
        choose_task(*arguments)
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.where
    assert caught.value.hint
    return caught.value


def test_the_table_knows_every_task_type_and_architecture():
    table = preparation()
    assert set(ROUTES) == set(TYPES)
    assert set(table.routes) == set(ARCHITECTURES)
    assert set(table.metrics) | set(table.refused) >= set(TYPES)


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize("place", range(3))
def test_every_task_has_its_natural_route_or_is_refused_by_name(type_, place, tmp_path):
    train = read_rows(tmp_path, rows_for(type_))
    architecture, route = ARCHITECTURES[place], ROUTES[type_][place]
    if route is None:
        error = refusal(type_, architecture, train)
        assert type_ in error.message
        assert architecture in error.message
    else:
        assert choose_task(type_, architecture, train).route is Route(route)


def test_the_spam_slice_is_a_classification_in_every_detail():
    train = read_examples(SPAM / "train.jsonl", limit=10_000)
    assert choose_task(None, "decoder", train) == Task(
        type="classification",
        architecture="decoder",
        route=Route.LABEL_WORDS,
        metric=Metric.ACCURACY,
        labels=("ham", "spam"),
    )


@pytest.mark.parametrize(
    ("type_", "metric"),
    [("regression", Metric.PEARSON), ("multiple_choice", Metric.ACCURACY)],
)
def test_numbers_and_choices_have_no_labels(type_, metric, tmp_path):
    task = choose_task(None, "encoder", read_rows(tmp_path, rows_for(type_)))
    assert (task.type, task.metric, task.labels) == (type_, metric, ())


def test_long_outputs_are_scored_by_rouge_l(tmp_path):
    rows = [{"document": f"d {n} " * 9, "summary": f"s{n} " * 30} for n in range(90)]
    task = choose_task(None, "decoder", read_rows(tmp_path, rows))
    assert (task.type, task.route, task.metric) == ("generation_long", Route.TEXT, Metric.ROUGE_L)


def test_labels_are_sorted_as_numbers_if_they_are_numbers(tmp_path):
    rows = labelled(120, ("10", "9", "2", "1"))
    assert choose_task("classification", "encoder", read_rows(tmp_path, rows)).labels == (
        "1", "2", "9", "10",
    )  # fmt: skip
    rows = labelled(120, ("b", "B", "10", "a"))
    assert choose_task("classification", "encoder", read_rows(tmp_path, rows)).labels == (
        "10", "B", "a", "b",
    )  # fmt: skip


def test_a_task_that_the_columns_do_not_tell_is_to_be_stated(tmp_path):
    train = read_rows(tmp_path, numbered(90, number=lambda n: n))
    assert "--set task.type=" in refusal(None, "decoder", train).hint
    assert choose_task("regression", "decoder", train).type == "regression"


def test_three_examples_are_too_few_and_the_number_needed_is_said(tmp_path):
    error = refusal(None, "encoder", read_rows(tmp_path, labelled(3)))
    assert "3 examples" in error.message
    assert "it needs 80 (20 to train on, 20 to choose by, 40 to judge by)" in error.message


def test_with_an_evaluation_file_fewer_training_rows_do(tmp_path):
    train = read_rows(tmp_path, labelled(40))
    judged = read_examples(write_rows(tmp_path / "e.jsonl", labelled(40)), limit=99, train=train)
    assert choose_task(None, "encoder", train, judged)
    few = slice_of(list(judged.examples[:39]), train, "few.jsonl")
    error = refusal(None, "encoder", train, few)
    assert error.where == "few.jsonl"
    assert "it needs 40 (to judge by)" in error.message


def test_one_class_only_is_refused(tmp_path):
    error = refusal("classification", "encoder", read_rows(tmp_path, labelled(90, ("spam",))))
    assert "one class only: every row has the label 'spam'" in error.message


def test_an_evaluation_file_of_one_class_is_refused(tmp_path):
    train = read_rows(tmp_path, labelled(90))
    judged = slice_of([e for e in train.examples if e.target == "a"], train, "eval.jsonl")
    error = refusal(None, "encoder", train, judged)
    assert "one class only" in error.message
    assert error.where == "eval.jsonl"


@pytest.mark.parametrize(("architecture", "most"), [("encoder", 200), ("decoder", 50)])
def test_too_many_classes_are_refused(architecture, most, tmp_path):
    labels = tuple(f"label{n}" for n in range(most + 1))
    train = read_rows(tmp_path, labelled(4 * len(labels), labels))
    error = refusal("classification", architecture, train)
    assert f"{most + 1} classes are too many" in error.message
    assert f"at most {most} are taken" in error.message


@pytest.mark.parametrize("bad", ["nan", "inf", "-inf", "1,5", "high", "1e999"])
def test_a_target_that_is_no_finite_number_is_named_with_its_line(bad, tmp_path):
    train = read_rows(tmp_path, numbered(90, number=lambda n: bad if n == 41 else str(n / 8)))
    error = refusal("regression", "encoder", train)
    assert bad in error.message
    assert error.where.endswith("rows.jsonl, line 42")


def test_the_targets_of_the_evaluation_file_are_checked_as_well(tmp_path):
    train = read_rows(tmp_path, numbered(90))
    path = write_rows(tmp_path / "e.jsonl", numbered(60, number=lambda n: "nan" if n == 5 else n))
    judged = read_examples(path, limit=99, train=train)
    assert refusal("regression", "encoder", train, judged).where.endswith("e.jsonl, line 6")


def test_a_regression_to_one_number_is_refused(tmp_path):
    train = read_rows(tmp_path, numbered(90, number=lambda _: 2.5), label_column="score")
    assert "the same target" in refusal("regression", "encoder", train).message


def test_multiple_choice_needs_choices_and_choices_need_multiple_choice(tmp_path):
    error = refusal("multiple_choice", "encoder", read_rows(tmp_path, labelled(90)))
    assert "no column with a list of choices" in error.message
    error = refusal("classification", "encoder", read_rows(tmp_path, questions(90)))
    assert "multiple_choice and not classification" in error.message


@pytest.mark.parametrize(
    ("type_", "architecture", "hint"),
    [("classifcation", "encoder", "classification"), ("classification", "decoderr", "decoder")],
)
def test_a_misspelt_word_gets_a_suggestion(type_, architecture, hint, tmp_path):
    error = refusal(type_, architecture, read_rows(tmp_path, labelled(90)))
    assert f"did you mean {hint}" in error.hint


def test_a_label_that_could_steer_a_terminal_is_shown_harmless(tmp_path):
    train = read_rows(tmp_path, labelled(90, ("\x1b[31mred",)))
    assert "\x1b" not in str(refusal("classification", "encoder", train))
