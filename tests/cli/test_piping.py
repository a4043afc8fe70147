"""Facts about pipes and colours: stdout is data, stderr is talk, and a closed pipe is no drama."""

from __future__ import annotations

import os
import subprocess

import pytest
from command_line import COMMAND, PLAN

ESCAPE = "\x1b"
COMMANDS = [
    ["--version"],
    ["--help"],
    ["advise", "--help"],
    ["explain", "facts"],
    ["explain", "Q112"],
    ["rules", "list"],
    ["rules", "schema"],
    ["check", "plan.json"],
    ["advise", "--facts", "plan.json"],
    ["advise", "--facts", "plan.json", "--format", "json"],
    ["advise", "--facts", "plan.json", "--format", "markdown"],
    ["advise", "--batch", "plan.jsonl"],
]
NAMES = [" ".join(words) for words in COMMANDS]


@pytest.fixture
def plan(facts_file, tmp_path, monkeypatch):
    facts_file(PLAN)
    (tmp_path / "plan.jsonl").write_bytes((tmp_path / "plan.json").read_bytes() + b"\n")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("words", COMMANDS, ids=NAMES)
def test_piped_output_has_no_escapes_and_nothing_on_standard_error(plan, advisor, words):
    result = advisor(*words)
    assert result.code == 0
    assert ESCAPE not in result.out
    assert result.err == ""


def test_no_color_wins_where_colour_is_forced(plan, command):
    env = {"FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "xterm-256color"}
    result = command("advise", "--facts", "plan.json", env=env)
    assert "\x1b[3" not in result.out
    assert "\x1b[9" not in result.out


def test_plain_has_no_escapes_even_where_colour_is_forced(plan, command):
    env = {"FORCE_COLOR": "1", "TERM": "xterm-256color"}
    assert ESCAPE not in command("advise", "--facts", "plan.json", "--plain", env=env).out


def test_json_has_no_escapes_even_where_colour_is_forced(plan, command):
    env = {"FORCE_COLOR": "1", "TERM": "xterm-256color"}
    result = command("advise", "--facts", "plan.json", "--format", "json", env=env)
    assert ESCAPE not in result.out
    assert result.json["status"] == "decided"


def test_a_piped_report_is_at_most_100_columns_wide_but_for_long_words(plan, advisor):
    lines = advisor("advise", "--facts", "plan.json").out.splitlines()
    assert [line for line in lines if len(line) > 100] == []


@pytest.mark.parametrize("words", COMMANDS, ids=NAMES)
def test_a_closed_pipe_ends_quietly_with_0(plan, words):
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [str(COMMAND), *words], stdout=write, stderr=subprocess.PIPE, timeout=60, check=False
        )
    finally:
        os.close(write)
    assert done.stderr.decode() == ""
    assert done.returncode == 0


def test_head_sees_the_first_line_and_nobody_sees_a_traceback(plan):
    done = subprocess.run(
        ["/bin/sh", "-c", f"'{COMMAND}' advise --facts plan.json --format json | head -n 1"],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == b"{\n"
    assert done.stderr == b""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")  # noqa: PTH110
@pytest.mark.parametrize("format_", ["terminal", "json"])
def test_a_full_disk_behind_standard_output_is_told_and_is_no_success(plan, format_):
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            [str(COMMAND), "advise", "--facts", "plan.json", "--format", format_],
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    told = done.stderr.decode()
    assert done.returncode != 0
    assert "No space left on device" in told
    assert "Traceback" not in told
    assert "internal error" not in told
