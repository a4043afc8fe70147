"""Facts about ``advisor advise --batch --brief``: as a batch, in short."""

from __future__ import annotations

import json
import sys

import pytest
from command_line import GPT2, PLAN, ROOMY, refused
from test_batch_lines import BAD_LINES, GOOD, lines

KEYS = [
    "line", "status", "advice", "recommendation", "variant", "alternative", "confidence", "scores",
]  # fmt: skip


def in_short(run: dict, line: int) -> dict:
    """What the short answer says of a complete run record."""
    scores = {entry["method"]: entry["score"] for entry in run["ranking"]}
    told = {key: run[key] for key in KEYS[1:-1]} | {"advice": run["advice"]["method"]}
    return {"line": line, **told, "scores": scores}


def test_short_answers_are_those_of_the_complete_records(advisor, file):
    plans = [PLAN, ROOMY, {**PLAN, "data.train_examples": 5}, {"task.type": "code"}]
    plans.append({**PLAN, "model.weights_access": "api_only"})
    batch = file("p.jsonl", "\n".join(json.dumps(plan) for plan in plans))
    whole, brief = (
        advisor("advise", "--batch", batch),
        advisor("advise", "--batch", batch, "--brief"),
    )
    assert (whole.code, brief.code) == (0, 0)
    expected = [in_short(run, number) for number, run in enumerate(lines(whole), start=1)]
    assert lines(brief) == expected
    assert list(lines(brief)[0]) == KEYS


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_bad_line_has_the_error_of_a_whole_batch_in_its_place(advisor, file, name):
    content, _ = BAD_LINES[name]
    batch = file("p.jsonl", b"\n".join([GOOD.encode(), content, GOOD.encode()]) + b"\n")
    whole, brief = (
        advisor("advise", "--batch", batch),
        advisor("advise", "--batch", batch, "--brief"),
    )
    assert (whole.code, brief.code) == (2, 2)
    first, error, last = lines(brief)
    assert error == lines(whole)[1]
    assert (first["line"], last["line"]) == (1, 3)
    assert {**first, "line": 3} == last


def test_empty_lines_are_skipped_but_counted(advisor):
    result = advisor("advise", "--batch", "-", "--brief", stdin=f"\n \n{GOOD}\n\n{GOOD}")
    assert [one["line"] for one in lines(result)] == [3, 5]


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_a_batch_without_lines_gives_no_lines(advisor, file, content):
    result = advisor("advise", "--batch", file("p.jsonl", content), "--brief")
    assert (result.code, result.out) == (0, "")


def test_facts_of_other_options_hold_for_every_line(advisor):
    options = ["--set", "data.domain_shift=low", "--gpu", "RTX 4090", "--model", GPT2, "--offline"]
    given = '{"task.type": "code"}\n{"data.domain_shift": "high", "model.parameters": "8B"}\n'
    whole = advisor("advise", "--batch", "-", *options, stdin=given)
    brief = advisor("advise", "--batch", "-", "--brief", *options, stdin=given)
    expected = [in_short(run, number) for number, run in enumerate(lines(whole), start=1)]
    assert lines(brief) == expected


def test_brief_without_a_batch_is_refused(advisor, facts_file):
    refused(advisor("advise", "--facts", facts_file(PLAN), "--brief"), "--brief needs --batch")


def test_options_that_a_batch_cannot_honour_are_refused(advisor):
    given = ["advise", "--batch", "-", "--brief", "--no-detect"]
    refused(advisor(*given, "--format", "markdown", stdin=GOOD), "JSON lines")
    refused(advisor(*given, "--model", GPT2, "--model", GPT2, stdin=GOOD), "one --model")


def test_without_numpy_one_message_says_what_to_install(advisor, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("advisor_portfolio")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "numpy", None)
    result = advisor("advise", "--batch", "-", "--brief", "--no-detect", stdin=GOOD)
    refused(result, "numpy is not installed", "tuning-advisor[portfolio]")
