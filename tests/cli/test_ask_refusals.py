"""Facts about ``advisor ask`` where it cannot ask; test_tty_journey.py asks for real."""

from __future__ import annotations

import pytest
from command_line import GPT2, refused

from advisor.facts import load_vocabulary


@pytest.mark.parametrize("words", [[], ["ask"]], ids=["advisor", "advisor ask"])
def test_without_a_terminal_the_missing_facts_are_named(command, words):
    result = command(*words)
    refused(result, "standard input is not a terminal", "task.type", "--set data.train_examples=")


def test_facts_that_were_found_out_are_not_among_the_missing_ones(advisor):
    known = ("--model", GPT2, "--offline", "--no-detect", "--set", "task.type=code")
    result = advisor("ask", *known)
    refused(result, "data.train_examples")
    missing = result.err.split("missing facts: ")[1].splitlines()[0].split(", ")
    assert not {"model.parameters", "model.architecture", "task.type"} & set(missing)


def test_where_nothing_is_missing_the_way_on_is_still_told(advisor, facts_file):
    samples = {t.key: t.default if t.default is not None else t.example
               for t in load_vocabulary().questions}  # fmt: skip
    result = advisor("ask", "--facts", facts_file(samples), "--no-detect")
    refused(result, "not a terminal", "advisor advise")
    assert "where:" not in result.err


def test_a_wrong_suffix_is_refused_before_any_question(advisor):
    refused(advisor("ask", "-o", "r.pdf"), "names no report format")


def test_several_models_are_refused_before_any_question(advisor):
    refused(advisor("ask", "--model", GPT2, "--model", GPT2), "takes one model", "advisor advise")


def test_resuming_without_a_terminal_is_refused(advisor):
    refused(advisor("ask", "--resume"))
