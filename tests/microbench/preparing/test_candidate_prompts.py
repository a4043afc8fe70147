"""Prompts made from the names of the labels, and the texts that come of them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from promptcases import CHOICE, PAIR, SINGLE, task
from userfiles import SPAM

from advisor.catalogue.settings import preparation
from advisor.microbench.preparing.examples import read_examples
from advisor.microbench.preparing.prompts import candidate_prompts, label_notes
from advisor.microbench.preparing.rendering import pieces, render
from advisor.microbench.preparing.tasks import choose_task
from advisor.microbench.records import Example, Prompt, Route


def rendered(task_, example):
    return [render(prompt, example) for prompt in candidate_prompts(task_, [example])]


def test_a_text_and_its_label():
    assert rendered(task(), SINGLE) == [
        "cheap pills\nTopic:",
        "Text: cheap pills\nLabel:",
        "cheap pills\nThe text above belongs to the category",
        "cheap pills\nQuestion: Which of these fits the text best: ham or spam?\nAnswer:",
    ]


def test_words_begin_with_a_space():
    for prompt in candidate_prompts(task(), [SINGLE]):
        assert prompt.words == {"ham": " ham", "spam": " spam"}


def test_a_pair_and_its_label():
    texts = rendered(task("nli_pair", labels=("no", "yes")), PAIR)
    assert texts[0] == "it rains\nit is wet\nLabel:"
    assert texts[1] == "First text: it rains\nSecond text: it is wet\nRelation of the two:"
    assert all(text.index("it rains") < text.index("it is wet") for text in texts)


def test_choices_are_lettered_where_the_prompt_lists_them():
    texts = rendered(task("multiple_choice", labels=()), CHOICE)
    assert texts[0] == "which is red?\nA. grass\nB. blood\nAnswer:"
    assert texts[1] == "Question: which is red?\nChoices:\nA. grass\nB. blood\nAnswer:"
    assert texts[2].startswith("A. grass\nB. blood\nWhich of these answers the question?")


def test_choices_that_a_prompt_does_not_list_follow_the_input():
    prompt = Prompt(before="Q: ", after="\nA:")
    assert render(prompt, CHOICE) == "Q: which is red?\nA. grass\nB. blood\nA:"


def test_written_answers_have_no_words():
    prompts = candidate_prompts(task("generation_long", Route.TEXT, ()), [SINGLE])
    assert prompts[0] == Prompt(after="\n")
    assert all(prompt.words == {} for prompt in prompts)


def test_a_question_and_its_context_keep_their_order():
    texts = rendered(task("extractive_qa", Route.TEXT, ()), PAIR)
    assert texts[1] == "Question: it rains\nText: it is wet\nAnswer:"


def test_for_a_head_the_labels_are_only_said_in_words():
    prompts = candidate_prompts(task(route=Route.HEAD), [SINGLE])
    assert [prompt.words["ham"] for prompt in prompts] == [
        "ham",
        "this text is about ham",
        "an example of ham",
    ]
    assert {(prompt.before, prompt.after) for prompt in prompts} == {("", "")}


@pytest.mark.parametrize("type_", ["regression", "multiple_choice"])
def test_a_head_without_labels_has_one_empty_prompt(type_):
    assert candidate_prompts(task(type_, Route.HEAD, ()), [SINGLE]) == (Prompt(),)


def test_many_labels_are_not_listed():
    labels = tuple(f"label{n}" for n in range(11))
    prompts = candidate_prompts(task(labels=labels), [SINGLE])
    assert len(prompts) == 3
    assert not any("label3" in prompt.after for prompt in prompts)


def test_underscores_become_spaces_unless_labels_become_the_same():
    words = candidate_prompts(task(labels=("not_spam", "spam")), [SINGLE])[0].words
    assert words == {"not_spam": " not spam", "spam": " spam"}
    words = candidate_prompts(task(labels=("a b", "a_b")), [SINGLE])[0].words
    assert words == {"a b": " a b", "a_b": " a_b"}


def test_bare_numbers_are_said_as_they_are_with_a_note():
    numbers = task(labels=("0", "1"))
    assert candidate_prompts(numbers, [SINGLE])[0].words == {"0": " 0", "1": " 1"}
    assert "--prompts" in label_notes(numbers)[0]
    assert label_notes(task()) == ()
    assert label_notes(task("regression", Route.HEAD, ())) == ()


def test_braces_in_a_label_or_a_row_stay_text():
    odd = task(labels=("{text}", "{labels}{0.real}"))
    example = Example(inputs=("{text2} {labels} {choices} %s {0}",), target="{text}")
    text = rendered(odd, example)[3]
    assert text.startswith("{text2} {labels} {choices} %s {0}\nQuestion")
    assert "{text} or {labels}{0.real}?" in text
    choice = CHOICE.model_copy(update={"inputs": ("{choices}?",), "choices": ("{choices}", "b")})
    assert rendered(task("multiple_choice", labels=()), choice)[1] == (
        "Question: {choices}?\nChoices:\nA. {choices}\nB. b\nAnswer:"
    )


TEXTS = st.text(max_size=30)
LABELS = st.lists(
    st.text(min_size=1, max_size=9).filter(str.strip), min_size=2, max_size=4, unique=True
)


@given(TEXTS, TEXTS, LABELS)
def test_whatever_stands_in_rows_and_labels_is_rendered_as_it_is(text, text2, labels):
    example = Example(inputs=(text, text2), target=labels[0])
    own = task(labels=tuple(labels))
    for prompt in candidate_prompts(own, [example]):
        assert pieces(prompt, example).body == text + prompt.between + text2
        assert len({prompt.words[label] for label in labels}) == len(labels)


KINDS = {
    "head": (task(route=Route.HEAD), SINGLE),
    "label_words": (task(), SINGLE),
    "label_words_pair": (task("nli_pair"), PAIR),
    "multiple_choice": (task("multiple_choice", labels=()), CHOICE),
    "text": (task("generation_short", Route.TEXT, ()), SINGLE),
    "text_pair": (task("extractive_qa", Route.TEXT, ()), PAIR),
}


@pytest.mark.parametrize("kind", preparation().templates)
def test_the_prompts_of_the_table_keep_what_the_records_promise(kind):
    own, example = KINDS[kind]
    prompts = candidate_prompts(own, [example])
    assert 3 <= len(prompts) <= 4
    assert len({json.dumps(prompt.model_dump()) for prompt in prompts}) == len(prompts)
    for prompt in prompts:
        assert prompt.before == "" or prompt.before[-1].isspace()
        assert not prompt.after.endswith(" ")
        assert set(prompt.words) == set(own.labels)


def test_the_spam_slice_gets_its_prompts():
    train = read_examples(SPAM / "train.jsonl", limit=5000)
    chosen = choose_task(None, "decoder", train)
    text = render(candidate_prompts(chosen, train.examples)[0], train.examples[0])
    assert text.startswith("HTML Table - Razor Stats")
    assert text.endswith("\nTopic:")
