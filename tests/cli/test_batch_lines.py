"""Facts about ``advisor advise --batch``: one line in, one line out, bad lines in their place."""

from __future__ import annotations

import json
import os
import select
import subprocess

import pytest
from command_line import COMMAND, GPT2, LIMIT, PLAN, ROOMY, refused

GOOD = json.dumps(PLAN)
BAD_LINES = {
    "an unknown fact": (b'{"task.typ": "code"}', "there is no fact named 'task.typ'"),
    "an impossible value": (b'{"data.train_examples": -1}', "is impossible"),
    "not JSON": (b"task.type: code", "not valid JSON"),
    "half an object": (b'{"task.type": "code"', "not valid JSON"),
    "a list": (b"[1, 2]", "a mapping from fact to value"),
    "a number": (b"5", "a mapping from fact to value"),
    "null": (b"null", "a mapping from fact to value"),
    "NUL": (b'{"task.type": "co\0de"}', "NUL"),
    "invalid UTF-8": (b'{"model.name": "\xff"}', "not valid UTF-8"),
    "a twice stated fact": (b'{"task.type": "code", "task.type": "code"}', "stands twice"),
    "NaN": (b'{"data.train_examples": NaN}', "not a number in JSON"),
    "a number of 5000 digits": (b'{"data.train_examples": ' + b"9" * 5000 + b"}", "too long"),
    "deep nesting": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested too deeply"),
    "an overlong line": (b'{"model.name": "' + b"x" * (3 << 20) + b'"}', "longer than 1024 KiB"),
    "a contradiction": (
        b'{"data.median_tokens": 500, "data.p95_tokens": 100}',
        "contradict each other",
    ),
    "a newer run": (b'{"schema_version": "2", "facts": {}}', "schema version 2"),
    "a lone surrogate": (b'{"model.name": "\\ud800"}', ""),
}


def lines(result) -> list[dict]:
    return [json.loads(line) for line in result.out.splitlines()]


def test_every_line_gets_a_verdict_in_its_order(advisor, file):
    plans = [PLAN, {**PLAN, "data.train_examples": 5}, {**PLAN, "model.weights_access": "api_only"}]
    batch = file("p.jsonl", "\n".join(json.dumps(plan) for plan in plans))
    result = advisor("advise", "--batch", batch)
    assert result.code == 0
    assert [line["status"] for line in lines(result)] == ["decided", "do_not_train", "infeasible"]


def test_a_line_is_judged_as_its_facts_are_alone(advisor, file, facts_file):
    alone = advisor("advise", "--facts", facts_file(PLAN), "--format", "json").json
    (line,) = lines(advisor("advise", "--batch", file("p.jsonl", GOOD)))
    alone["outlook"] = None  # a portfolio goes without
    for run in (alone, line):
        for entry in run["facts"].values():
            entry.pop("detail")
    assert line == alone


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_bad_line_is_answered_in_its_place_and_the_others_are_judged(advisor, file, name):
    content, message = BAD_LINES[name]
    batch = file("p.jsonl", b"\n".join([GOOD.encode(), content, GOOD.encode()]) + b"\n")
    result = advisor("advise", "--batch", batch)
    assert result.code == 2
    first, error, last = lines(result)
    assert (first["status"], last["status"]) == ("decided", "decided")
    assert message in error["error"]
    assert "p.jsonl, line 2" in error["where"]
    assert error["exit_code"] == 2
    assert set(error) == {"error", "where", "hint", "exit_code"}
    assert "Traceback" not in result.err


def test_empty_lines_are_skipped_but_counted(advisor):
    result = advisor("advise", "--batch", "-", "--no-detect", stdin="\n  \n\r\n{bad\n\n")
    (error,) = lines(result)
    assert error["where"].startswith("standard input, line 4")


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_a_batch_without_lines_gives_no_lines(advisor, file, content):
    result = advisor("advise", "--batch", file("p.jsonl", content))
    assert (result.code, result.out) == (0, "")


def test_a_last_line_without_a_line_end_counts(advisor):
    result = advisor("advise", "--batch", "-", stdin=GOOD)
    assert [line["status"] for line in lines(result)] == ["decided"]


def test_nested_facts_and_whole_runs_are_lines_too(advisor):
    run = advisor("advise", "--facts", "-", "--format", "json", stdin=GOOD)
    nested = {"task": {"type": "code"}, "hardware": {"accelerator": "none"}}
    given = json.dumps(run.json) + "\n" + json.dumps(nested) + "\n"
    result = advisor("advise", "--batch", "-", stdin=given)
    again, other = lines(result)
    assert result.code == 0
    assert again == {**run.json, "outlook": None}  # a portfolio goes without
    assert other["facts"]["task.type"]["value"] == "code"


def test_facts_of_other_options_hold_for_every_line(advisor):
    result = advisor(
        "advise", "--batch", "-", "--set", "data.domain_shift=low", "--gpu", "RTX 4090",
        "--model", GPT2, "--offline", stdin='{"task.type": "code"}\n{"task.type": "nli_pair"}\n',
    )  # fmt: skip
    for line in lines(result):
        assert line["facts"]["data.domain_shift"]["value"] == "low"
        assert line["facts"]["hardware.accelerator_name"]["value"] == "RTX 4090"
        assert line["facts"]["model.parameters"]["value"] == 124_439_808


def test_a_line_that_names_its_machine_gets_nothing_of_this_one(advisor):
    given = json.dumps(ROOMY) + '\n{"task.type": "code"}\n'
    named, unnamed = lines(advisor("advise", "--batch", "-", stdin=given))
    assert "hardware.ram_available_gib" not in named["facts"]
    assert "hardware.ram_available_gib" in unnamed["facts"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--format", "markdown"], "JSON lines"),
        (["--format", "terminal"], "JSON lines"),
        (["-o", "r.json"], "JSON lines"),
        (["--model", GPT2, "--model", GPT2], "one --model"),
    ],
)
def test_options_that_a_batch_cannot_honour_are_refused(advisor, options, message):
    refused(advisor("advise", "--batch", "-", "--no-detect", *options, stdin=GOOD), message)


@pytest.mark.parametrize(
    ("name", "message"),
    [("missing.jsonl", "does not exist"), (".", "is a directory"), ("/dev/zero", "not a regular")],
)
def test_a_batch_that_is_no_file_is_refused(advisor, name, message):
    refused(advisor("advise", "--batch", name, "--no-detect"), message)


def test_a_verdict_is_written_before_the_next_line_is_read():
    with subprocess.Popen(
        [str(COMMAND), "advise", "--batch", "-", "--no-detect"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=dict(os.environ),
    ) as process:
        try:
            process.stdin.write(b'{"task.typ": "code"}\n')
            process.stdin.flush()
            ready, _, _ = select.select([process.stdout], [], [], 15)
            assert ready, "nothing was written while the input stayed open"
            assert json.loads(process.stdout.readline())["exit_code"] == 2
            process.stdin.close()
            assert process.wait(timeout=LIMIT) == 2
        finally:
            process.kill()
