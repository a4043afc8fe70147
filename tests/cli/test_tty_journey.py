"""One journey on a real terminal: asked, interrupted, resumed, corrected, judged, kept, checked."""

from __future__ import annotations

import json
import os
import re

import pexpect
import pytest
from command_line import COMMAND, GPT2, LIMIT, in_process

PROMPT = r"> "
KEEP = r"Keep it\?.*> "
REPLIES = {  # to whatever is asked after the first part of the journey, in any order
    "How many labelled training examples": "unknown",
    "How many tasks or tenants": "",
    "soft prompt already trained": "no",
    "How many points below": "",
    "How different will the texts": "low",
    "How close is the model's pre-training": "2",
    "Must the base model's weights stay": "2",
    "Is the answer time": "",
    "How many hours": "unknown",
    "What may one training run cost": "",
    "What accelerator will you train on": "cuda",
    "How much free memory": "24GiB",
    "How many such accelerators": "1",
    "What is the accelerator called": "RTX 4090",
    "How many different labels": "4",
}


@pytest.fixture
def start(tmp_path):
    """Start the command on a terminal of 100 columns; whatever is left of it is ended."""
    running = []

    def spawn(*arguments, rows=50):
        env = {**os.environ, "TERM": "xterm-256color"}
        child = pexpect.spawn(
            COMMAND, [str(a) for a in arguments], env=env, cwd=str(tmp_path), timeout=LIMIT,
            encoding="utf-8", dimensions=(rows, 100),
        )  # fmt: skip
        child.delaybeforesend = None
        running.append(child)
        return child

    yield spawn
    for child in running:
        child.close(force=True)


def ended(child) -> int:
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


def talk(child, *exchanges: tuple[str, str]) -> None:
    """Wait for each text and the prompt after it, and type the line."""
    for expected, line in exchanges:
        child.expect(expected)
        child.expect(PROMPT)
        child.sendline(line)


def reply_until(child, end: str) -> None:
    """Answer every question by REPLIES until a text comes."""
    questions = list(REPLIES)
    while (number := child.expect([*map(re.escape, questions), end])) < len(questions):
        child.expect(PROMPT)
        child.sendline(REPLIES[questions[number]])


SUMMARY = "Enter to judge"
FIRST_PART = [
    (r"Found out already:.*model\.parameters = 124M", ""),
    (r"Taken for granted.*9\. What may one training run cost in US dollars\?  no limit", "8 x"),
    ("type numbers from 1 to 10", "8, 9"),
    ("What kind of task.*1. classification", "?"),
    ("For example: classification", "clasification"),
    ("Did you mean classification", "why"),
    (r"[A-Z]\d{3}: ", "1"),
    ("What accelerator will you train on", "back"),
    ("What kind of task", "code"),
    ("What accelerator will you train on", "RTX 4090"),
    (r"hardware.accelerator_memory_gib = .*How many labelled training examples", "unknown"),
    ("How many hours", "unknown"),
]
CORRECTIONS = [
    ("Type a number from 1 to", "{examples}"),
    ("How many labelled training examples", "5k"),
    (SUMMARY, "1"),
    ("What kind of task", "classification"),
]


def test_a_session_is_interrupted_resumed_corrected_judged_kept_and_checked(start, tmp_path):
    options = ("--model", GPT2, "--offline", "--no-detect")
    child = start("ask", *options)
    talk(child, *FIRST_PART)
    child.expect("What may one training run cost")
    child.expect(PROMPT)
    child.sendintr()
    child.expect("saved; go on with: advisor ask --resume")
    assert ended(child) == 130

    child = start("ask", *options, "--resume")
    talk(child, ("Found out already:", ""))
    reply_until(child, "Your answers:")
    child.expect(r"1\. task\.type = code.* (\d+)\. data\.train_examples = unknown")
    examples = child.match[1]
    talk(child, (SUMMARY, "99"))
    talk(child, *((expected, line.format(examples=examples)) for expected, line in CORRECTIONS))
    talk(child, (SUMMARY, ""))  # judge; the changed task may open a question
    while child.expect(["How many different labels", SUMMARY, "Advice"]) < 2:
        child.expect(PROMPT)
        child.sendline("4" if "labels" in child.after else "")
    talk(
        child,
        (r"Keep it\?", "run.pdf"),
        ("names no report format.*Keep it", "missing/run.json"),
        ("cannot be written.*Keep it", "run.json"),
    )
    child.expect("wrote run.json; advisor check reads it again")
    assert ended(child) == 0

    run = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert run["facts"]["task.type"]["value"] == "classification"
    assert run["facts"]["data.train_examples"]["value"] == 5000
    assert run["status"] in ("decided", "too_close")  # whatever was not asked any more
    assert run["facts"]["model.parameters"]["source"] == "read_from_file"
    again = in_process("check", tmp_path / "run.json", "--format", "json")
    assert again.code in (0, 8)  # no evaluation data was named
    assert again.json["moved_facts"] == []
    # What has been judged is not offered again.
    assert in_process("ask", "--resume").code == 2


def test_without_a_command_the_questionnaire_starts(start):
    child = start("--no-such-option")
    assert ended(child) == 2
    child = start()
    child.expect("Taken for granted|Found out already")
    child.expect(PROMPT)
    child.sendeof()
    child.expect("saved; go on with: advisor ask --resume")
    assert ended(child) == 130


@pytest.mark.parametrize("keys", ["quit\n", "\x04", "\x03"], ids=["quit", "end", "interrupt"])
def test_stopping_at_once_is_130_and_no_traceback(start, keys):
    child = start("ask", "--no-detect")
    child.expect("Taken for granted")
    child.expect(PROMPT)
    child.send(keys)
    assert ended(child) == 130
    assert "Traceback" not in child.before


def test_the_report_alone_goes_to_standard_output(start, tmp_path, facts_file):
    answers = facts_file({"task.type": "code"})
    child = start("ask", "--facts", answers, "--no-detect", "--format", "json")
    child.expect("Taken for granted")
    child.expect(PROMPT)
    child.sendline("")
    child.expect("How many parameters does the model have")
    child.expect(PROMPT)
    child.sendline("quit")
    assert ended(child) == 130
    shell = f"'{COMMAND}' ask --facts '{answers}' --no-detect --format json > out.json"
    child = pexpect.spawn(
        "/bin/sh", ["-c", shell], cwd=str(tmp_path), timeout=LIMIT, encoding="utf-8",
        env={**os.environ, "TERM": "dumb"},
    )  # fmt: skip
    child.delaybeforesend = None
    assumed = "Enter if all of it is right.*> "
    while (
        child.expect([r"\] > |left\.[^>]*> ", assumed, "Enter to judge.*> ", KEEP, pexpect.EOF])
        != 4
    ):
        # An empty line takes the suggestion or judges; where there is none, unknown.
        child.sendline("unknown" if child.match.re.pattern.startswith(r"\]") else "")
    child.close()
    run = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert run["facts"]["task.type"]["value"] == "code"


@pytest.mark.parametrize("no_color", ["", "1"])
def test_no_color_is_respected_on_a_terminal(start, facts_file, monkeypatch, no_color):
    monkeypatch.setenv("NO_COLOR", no_color)
    child = start("advise", "--facts", facts_file({"task.type": "code"}), "--no-detect")
    ended(child)
    coloured = re.search(r"\x1b\[[0-9;]*(3[0-7]|9[0-7])[0-9;]*m", child.before)
    assert not (no_color and coloured)


def test_a_state_folder_that_cannot_be_written_does_not_spoil_the_session(
    start, tmp_path, facts_file, monkeypatch
):
    (tmp_path / "blocked").write_text("a file", encoding="utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "blocked"))
    plan = {"task.type": "code", "model.weights_access": "api_only"}
    child = start("ask", "--facts", facts_file(plan), "--no-detect")
    while child.expect([r"Enter to judge.*> ", r"Keep it\?.*> ", r"> ", pexpect.EOF]) != 3:
        child.sendline("" if "Enter" in child.after else "unknown")
    child.close()
    assert "internal error" not in child.before
    assert child.exitstatus == 4


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_the_whole_report_stands_before_what_is_offered(start, facts_file, monkeypatch, unbuffered):
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    plan = {"task.type": "code", "model.weights_access": "api_only"}
    child = start("ask", "--facts", facts_file(plan), "--no-detect", "--plain")
    seen = ""
    while (
        child.expect([r"checks this on your own data", r"Enter to judge.*> ", r"Keep it\?", r"> "])
        != 0
    ):
        seen += child.before + child.after
        child.sendline("" if "Enter" in child.after else "unknown")
    seen += child.before
    assert "model.weights_access" in seen[seen.rindex("How to do it") :]
    child.expect(KEEP)
    child.sendline("")
    child.expect(pexpect.EOF)
    assert "model.weights_access" not in child.before


def test_a_name_that_no_file_can_have_is_asked_for_again(tmp_path, facts_file):
    # Standard output is a file, since Python reads a line from a terminal up to the NUL alone.
    plan = facts_file({"task.type": "code", "model.weights_access": "api_only"})
    shell = f"'{COMMAND}' ask --facts '{plan}' --no-detect > report.txt"
    child = pexpect.spawn(
        "/bin/sh", ["-c", shell], cwd=str(tmp_path), timeout=LIMIT, encoding="utf-8",
        env={**os.environ, "TERM": "dumb"},
    )  # fmt: skip
    child.delaybeforesend = None
    while child.expect([KEEP, r"Enter to judge.*> ", r"> "]) != 0:
        child.sendline("" if "Enter" in child.after else "unknown")
    child.sendline("a\0b.json")
    child.expect("NUL character")
    child.expect(KEEP)
    child.sendline("run.json")
    child.expect("wrote run.json")
    assert ended(child) == 4
