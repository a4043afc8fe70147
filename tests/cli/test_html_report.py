"""The report as a page: written, shown again, and gone on from."""

from __future__ import annotations

import getpass
import json
import re
import socket

import pytest
from command_line import GPT2, PLAN, ROOT, as_command, refused

GOLDEN = ROOT / "tests" / "golden" / "run-1.json"
EXAMPLE = ROOT / "examples" / "project.yaml"
# Without a size there is no map, which would take seconds.
SMALL = {key: value for key, value in PLAN.items() if key != "model.parameters"}


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The page of the bundled example, with its map."""
    path = tmp_path_factory.mktemp("pages") / "first.html"
    done = as_command("advise", "--facts", EXAMPLE, "-o", path)
    assert done.code == 0, done.err
    return path


def test_the_page_is_made_again_from_itself_byte_for_byte(example, tmp_path):
    again = tmp_path / "again.html"
    assert as_command("advise", "--facts", example, "-o", again).code == 0
    assert again.read_bytes() == example.read_bytes()


def test_the_example_has_a_map_and_what_would_change_it(example):
    page = example.read_text(encoding="utf-8")
    assert "you are here" in page
    assert "Values that change the answer" in page


def test_no_path_user_or_host_is_in_the_page(example):
    page = example.read_text(encoding="utf-8")
    assert str(ROOT) not in page
    assert str(example.parent) not in page
    # Whole words: a short name of two letters also stands in the codes of the estimates.
    words = set(re.findall(r"[\w.-]+", page))
    assert socket.gethostname() not in words
    user = getpass.getuser()
    assert user == "root" or user not in words


def test_the_page_gives_the_same_answer_as_the_facts(advisor, example):
    answers = [
        advisor("advise", "--facts", file, "--format", "json").json for file in (EXAMPLE, example)
    ]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("words", [["check"], ["whatif", "--set", "data.train_examples=9000"]])
def test_every_command_that_takes_a_run_takes_the_page(advisor, example, words):
    done = advisor(words[0], example, *words[1:])
    assert done.code == 0, done.err
    assert done.out


def test_a_path_in_a_fact_is_not_passed_on(advisor, facts_file, tmp_path):
    plan = facts_file({**SMALL, "model.name": "/home/jane/secret/my-model"})
    page = advisor("advise", "--facts", plan, "--format", "html").out
    assert "my-model" in page
    assert "jane" not in page
    assert "secret" not in page


def test_report_turns_a_run_into_a_page_and_back(advisor, file, facts_file):
    run = advisor("advise", "--facts", facts_file(SMALL), "--format", "json")
    page = advisor("report", file("run.json", run.out), "--format", "html")
    back = advisor("report", file("run.html", page.out), "--format", "json")
    assert back.json == run.json


def test_report_shows_an_old_run_as_it_was_recorded(advisor):
    recorded = json.loads(GOLDEN.read_text(encoding="utf-8"))
    for format_ in ("terminal", "markdown"):
        assert "31.2 GiB" in advisor("report", GOLDEN, "--format", format_).out
    assert advisor("report", GOLDEN, "--format", "json").json == recorded
    assert advisor("report", GOLDEN, "--plain").out.startswith("\nRecommendation:\n")


def test_report_shows_an_estimate_again(advisor, file):
    model = ROOT / "examples" / "models" / "gpt2"
    told = advisor("estimate", model, "--quick", "--gpu", "RTX 4090", "--format", "json")
    page = advisor("report", file("e.json", told.out), "--format", "html").out
    assert "Memory of one device at the highest point of a step" in page
    assert 'class="part-W"' in page
    back = advisor("report", file("e.html", page), "--format", "json").json
    assert back == {**told.json, "model": {**told.json["model"], "name": "gpt2"}}
    assert str(ROOT) not in page


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("data.train_examples: 800", ["holds no run", "run.json", "advisor advise"]),
        ('{"schema_version": "99"}', ["schema version 99", "newer"]),
        ('{"schema_version": "1"}', ["neither a run nor an estimate"]),
        ('{"schema_version": "1", "headline": "x", "facts": {}}', ["damaged", "advisor_version"]),
        ("[1, 2]", ["holds no run"]),
        ("", ["empty"]),
    ],
)
def test_what_is_no_run_is_refused(advisor, file, content, parts):
    refused(advisor("report", file("run.json", content)), *parts)


@pytest.mark.parametrize("format_", ["terminal", "html", "markdown"])
def test_a_run_with_a_damaged_measurement_is_refused(advisor, file, format_):
    run = json.loads(GOLDEN.read_text(encoding="utf-8"))
    run |= {"plan": {}, "results": {}, "curve": {}, "agreement": None}
    done = advisor("report", file("r.json", json.dumps(run)), "--format", format_)
    assert done.code == 2
    assert "damaged" in done.err


def test_a_damaged_estimate_is_refused(advisor, tmp_path):
    path = tmp_path / "e.json"
    advisor("estimate", GPT2, "--quick", "--gpu", "RTX 4090", "-o", path)
    held = json.loads(path.read_text(encoding="utf-8"))
    held["methods"]["lora"]["settings"]["rank"] = "x"
    path.write_text(json.dumps(held), encoding="utf-8")
    refused(advisor("report", path), "damaged", "methods.lora.settings.rank", "advisor estimate")


def test_a_missing_file_is_refused(advisor):
    refused(advisor("report", "absent.html"), "does not exist", "absent.html")


def test_an_output_that_cannot_be_written_is_refused(advisor, tmp_path):
    refused(advisor("report", GOLDEN, "-o", tmp_path / "no" / "x.md"), "cannot be written")
    refused(advisor("report", GOLDEN, "-o", "x.pdf"), "names no report format", ".html")


def test_an_unknown_format_is_refused(advisor):
    done = advisor("report", GOLDEN, "--format", "pdf")
    assert done.code == 2
    assert "html" in done.err


def test_a_check_is_not_written_as_a_page(advisor):
    refused(advisor("check", EXAMPLE, "--format", "html"), "terminal text or JSON")
