"""The prompts of a user's own file, and every mistake in it named with its line."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from promptcases import CHOICE, PAIR, SINGLE, task

from advisor.microbench.preparing.prompts import read_entries, read_prompts
from advisor.microbench.preparing.rendering import render
from advisor.microbench.preparing.templates import TemplateError, parse_template
from advisor.microbench.records import Prompt, Route
from advisor.support.errors import AdvisorError, ExitCode

CHOOSING = task("multiple_choice", labels=())
WRITING = task("generation_short", Route.TEXT, ())


def read(folder, content, own=None, example=SINGLE, name="prompts.yaml"):
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return read_prompts(path, own or task(), [example])


def refusal(folder, content, own=None, example=SINGLE, name="prompts.yaml") -> AdvisorError:
    with pytest.raises(AdvisorError) as caught:
        read(folder, content, own, example, name)
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.hint
    return caught.value


def test_a_template_uses_the_names_of_the_labels(tmp_path):
    assert read(tmp_path, '- "Mail: {text}\\nKind: "') == (
        Prompt(before="Mail: ", after="\nKind:", words={"ham": " ham", "spam": " spam"}),
    )


def test_labels_can_be_said_in_words(tmp_path):
    content = '- template: "{text} Is it wanted?"\n  words: {ham: yes, spam: no}\n'
    assert read(tmp_path, content)[0].words == {"ham": " yes", "spam": " no"}


def test_words_for_labels_that_are_numbers(tmp_path):
    content = '- template: "{text}\\n"\n  words:\n    0: false\n    1: "true"\n'
    assert read(tmp_path, content, task(labels=("0", "1")))[0].words == {"0": "false", "1": "true"}


def test_a_text_file_has_a_template_a_line(tmp_path):
    found = read(tmp_path, "{text} Topic:\r\n\n{text} Label:\n", name="p.txt")
    assert [prompt.after for prompt in found] == [" Topic:", " Label:"]


def test_the_labels_can_be_listed(tmp_path):
    assert read(tmp_path, '- "{text} One of {labels}:"')[0].after == " One of ham or spam:"


def test_a_pair_has_two_texts(tmp_path):
    prompt = read(tmp_path, '- "A {text} B {text2} C"', example=PAIR)[0]
    assert render(prompt, PAIR) == "A it rains B it is wet C"


def test_choices_can_be_listed(tmp_path):
    prompt = read(tmp_path, '- "{text}\\n{choices}\\nAnswer:"', CHOOSING, CHOICE)[0]
    assert render(prompt, CHOICE) == "which is red?\nA. grass\nB. blood\nAnswer:"


def test_a_head_says_one_label(tmp_path):
    own = task(route=Route.HEAD)
    content = '- "a mail of {label}"\n- {template: "{label}", words: {ham: good, spam: bad}}'
    assert [prompt.words for prompt in read(tmp_path, content, own)] == [
        {"ham": "a mail of ham", "spam": "a mail of spam"},
        {"ham": "good", "spam": "bad"},
    ]


def test_what_stands_in_front_ends_in_a_space(tmp_path):
    assert read(tmp_path, "- 'Mail:{text}'")[0].before == "Mail: "


@pytest.mark.parametrize(
    "harmless",
    ["{}", "{0.__class__}", "{text.__class__}", "{text!r}", "{ text }", "%(text)s", "{{"],
)
def test_other_braces_stay_text(harmless, tmp_path):
    prompt = read(tmp_path, f"{harmless} {{text}}", WRITING, name="p.txt")[0]
    assert render(prompt, SINGLE) == f"{harmless} cheap pills"


@pytest.mark.parametrize(
    ("content", "message", "line"),
    [
        ("- '{text} a'\n- 'no place'", "{text} is missing", 2),
        ("- '{text} {text}'", "{text} stands twice", 1),
        ("- '{text} {txet}'", "{txet} has no meaning here (did you mean {text}?)", 1),
        ("- '{text} {foo}'", "{foo} has no meaning here (known here: {text}, {labels})", 1),
        ("- '{text} {text2}'", "{text2} has no meaning here", 1),
        ("- '{text} {choices}'", "{choices} has no meaning here", 1),
        ("- '{text} {0}'", "{0} has no meaning here", 1),
        (f"- '{{text}} {'x' * 2000}'", "it is longer than 2,000 characters", 1),
        ("- words: {ham: a, spam: b}", "has no template", 1),
        ("- 3", "has no template", 1),
        ("-", "has no template", 1),
        ("- ['{text}']", "has no template", 1),
        ("- template: '{text}'\n  word: {}", "no key 'word'", 2),
        ("- template: '{text}'\n  words: [a, b]", "must be a mapping", 2),
        ("- template: '{text}'\n  words:\n    ham: a", "for the label 'spam'", 3),
        (
            "- template: '{text}'\n  words:\n    ham: a\n    spam: b\n    egg: c",
            "there is no label 'egg' in the data",
            5,
        ),
        ("- template: '{text}'\n  words: {ham: a, spam: a}", "the same words", 2),
        ("- template: '{text}'\n  words: {ham: a, spam: ''}", "said by a word", 2),
        ("- template: '{text}'\n  words: {ham: a, spam: [b]}", "said by a word", 2),
        ("template: '{text}'", "must hold a list", 1),
        ("- '{text}\n", "not valid YAML", 2),
        ("- &a '{text}'\n- *a", "anchors and aliases", 1),
        ("- !!python/object/apply:os.system ['true']", "is not accepted", 1),
    ],
)
def test_a_mistake_is_named_with_its_line(content, message, line, tmp_path):
    path = tmp_path / "prompts.yaml"
    path.write_text(content)
    with pytest.raises(AdvisorError) as caught:
        read_prompts(path, task(), [SINGLE])
    assert message in caught.value.message
    assert f"prompts.yaml, line {line}" in caught.value.where


def test_a_pair_needs_both_texts_in_their_order(tmp_path):
    assert "{text2} is missing" in refusal(tmp_path, "- '{text}'", example=PAIR).message
    error = refusal(tmp_path, "- '{text2} {text}'", example=PAIR)
    assert "{text2} stands in front of {text}" in error.message


def test_a_head_needs_a_label_and_no_text(tmp_path):
    own = task(route=Route.HEAD)
    assert "{label} is missing" in refusal(tmp_path, "- 'a mail'", own).message
    assert "{text} has no meaning here" in refusal(tmp_path, "- '{text} {label}'", own).message


def test_the_line_of_a_text_file_is_named(tmp_path):
    error = refusal(tmp_path, "{text} a\n\nno place\n", name="p.txt")
    assert error.where.endswith("p.txt, line 3")


def test_words_need_labels(tmp_path):
    error = refusal(tmp_path, "- {template: '{text}', words: {a: b}}", WRITING)
    assert "no labels to say in words" in error.message


def test_a_regression_has_no_use_for_prompts(tmp_path):
    error = refusal(tmp_path, "- '{text}'", task("regression", Route.HEAD, ()))
    assert "regression (decoder) has no use for prompts" in error.message


def test_an_empty_file_is_refused(tmp_path):
    assert "must hold a list" in refusal(tmp_path, "").message


@pytest.mark.parametrize("count", [0, 21])
def test_none_and_too_many_are_refused(count, tmp_path):
    error = refusal(tmp_path, "{text} a\n" * count + "\n", name="p.txt")
    assert "1 to 20 are taken" in error.message
    assert "costs a pass" in error.hint


def test_the_prompts_of_a_head_cost_no_pass(tmp_path):
    error = refusal(tmp_path, "{label} a\n" * 21, task(route=Route.HEAD), name="p.txt")
    assert "from the first one alone" in error.hint


def test_another_kind_of_file_is_refused(tmp_path):
    assert "neither .yaml nor .txt" in refusal(tmp_path, "x", name="p.csv").message


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(AdvisorError, match="prompts file does not exist"):
        read_entries(tmp_path / "none.yaml", ())


def test_a_hostile_template_is_refused_at_once(tmp_path):
    started = time.monotonic()
    refusal(tmp_path, "{" * 500_000 + "x" * 500_000, name="p.txt")
    assert time.monotonic() - started < 2


@given(st.text(max_size=60), st.booleans(), st.booleans())
def test_any_template_is_read_or_refused(template, pair, choices):
    try:
        found = parse_template(template, {"a": "x", "b": "y"}, pair=pair, choices=choices)
    except TemplateError:
        return
    assert found.before == "" or found.before[-1].isspace()
