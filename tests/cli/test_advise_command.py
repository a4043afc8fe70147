"""Facts about ``advisor advise``: where facts come from, where the answer goes, what it returns."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from command_line import EXAMPLES, GPT2, PLAN, ROOMY, refused
from house_rules import house_rule

YAML_FLAT = "task.type: code\nmodel.parameters: 8B\ndata.train_examples: 5k\n"
YAML_NESTED = "task: {type: code}\nmodel:\n  parameters: 8B\ndata:\n  train_examples: 5k\n"
YAML_MIXED = "task.type: code\nmodel:\n  parameters: 8B\ndata.train_examples: 5k\n"
JSON_FLAT = '{"task.type": "code", "model.parameters": "8B", "data.train_examples": 5000}'
JSON_NESTED = (
    '{"task": {"type": "code"}, "model": {"parameters": 8e9}, "data": {"train_examples": "5k"}}'
)


def values(run: dict) -> dict:
    return {key: entry["value"] for key, entry in run["facts"].items()}


def stated(run: dict) -> dict:
    return {k: e["value"] for k, e in run["facts"].items() if e["source"] in ("answered", "flag")}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("flat.yaml", YAML_FLAT),
        ("nested.yaml", YAML_NESTED),
        ("mixed.yml", YAML_MIXED),
        ("flat.json", JSON_FLAT),
        ("nested.json", JSON_NESTED),
        ("no_suffix", JSON_FLAT),
        ("with_bom.yaml", "\ufeff" + YAML_FLAT),
        ("with_crlf.yaml", YAML_FLAT.replace("\n", "\r\n")),
    ],
)
def test_every_spelling_of_a_facts_file_states_the_same_facts(advisor, file, name, text):
    result = advisor("advise", "--facts", file(name, text), "--no-detect", "--format", "json")
    assert result.code == 3
    assert stated(result.json) == {
        "task.type": "code",
        "model.parameters": 8_000_000_000,
        "data.train_examples": 5000,
    }


@pytest.mark.parametrize("text", [YAML_FLAT, JSON_NESTED])
def test_a_dash_reads_facts_from_standard_input(advisor, text):
    result = advisor("advise", "--facts", "-", "--no-detect", "--format", "json", stdin=text)
    assert values(result.json)["model.parameters"] == 8_000_000_000
    assert "standard input" in result.json["facts"]["model.parameters"]["detail"]


def test_an_earlier_run_gives_the_same_run_again(advisor, facts_file, file):
    first = advisor(
        "advise", "--facts", facts_file(PLAN), "--set", "data.domain_shift=low", "--format", "json"
    )
    again = advisor("advise", "--facts", file("run.json", first.out), "--format", "json")
    assert again.json == first.json


def test_a_flag_wins_over_an_earlier_run(advisor, facts_file, file):
    run = advisor("advise", "--facts", facts_file(PLAN), "--format", "json")
    again = advisor(
        "advise", "--facts", file("run.json", run.out),
        "--set", "deployment.tasks_per_base=40", "--format", "json",
    )  # fmt: skip
    assert again.json["facts"]["deployment.tasks_per_base"]["value"] == 40
    assert again.json["facts"]["deployment.tasks_per_base"]["source"] == "flag"


def test_several_facts_files_are_taken_together(advisor, file):
    one, two = file("one.yaml", "task.type: code\n"), file("two.yaml", "model.parameters: 8B\n")
    result = advisor("advise", "--facts", one, "--facts", two, "--no-detect", "--format", "json")
    assert stated(result.json) == {"task.type": "code", "model.parameters": 8_000_000_000}


def test_set_wins_over_a_facts_file_and_the_conflict_is_recorded(advisor, facts_file):
    result = advisor(
        "advise", "--facts", facts_file(PLAN), "--set", "task.type=code", "--format", "json"
    )
    assert result.json["facts"]["task.type"]["value"] == "code"
    assert [conflict["fact"] for conflict in result.json["conflicts"]] == ["task.type"]


def test_a_value_may_hold_an_equals_sign(advisor):
    result = advisor("advise", "--set", "model.name=a=b", "--no-detect", "--format", "json")
    assert result.json["facts"]["model.name"]["value"] == "a=b"


@pytest.mark.parametrize(
    ("changes", "code", "status"),
    [
        ({}, 0, "decided"),
        ({"data.train_examples": 5}, 0, "do_not_train"),
        ({"model.parameters": None}, 3, "undetermined"),
        ({"model.weights_access": "api_only"}, 4, "infeasible"),
        ({"hardware.accelerator_memory_gib": 1}, 4, "infeasible"),
    ],
)
@pytest.mark.parametrize("format_", ["terminal", "markdown", "json"])
def test_the_exit_code_follows_from_the_status_in_every_format(
    advisor, facts_file, changes, code, status, format_
):
    # In a roomy machine an unknown size leaves both sides possible.
    base = {**ROOMY, "hardware.accelerator_memory_gib": 23.5} if code == 3 else PLAN
    result = advisor("advise", "--facts", facts_file({**base, **changes}), "--format", format_)
    assert result.code == code
    assert result.err == ""
    if format_ == "json":
        assert result.json["status"] == status


def test_too_close_to_call_is_exit_code_0(advisor, facts_file, tmp_path):
    plan = facts_file(ROOMY)
    run = advisor("advise", "--facts", plan, "--format", "json").json
    rival, margin = run["compared"][1], run["margin_decibans"]
    pack = house_rule(tmp_path / "house", f"    when: {{}}\n    effects: {{{rival}: {margin}}}")
    result = advisor("advise", "--facts", plan, "--rules", pack, "--format", "json")
    assert (result.json["margin_decibans"], result.json["status"]) == (0, "too_close")
    assert result.code == 0


def test_planned_devices_replace_this_machine(advisor):
    result = advisor(
        "advise", "--set", "task.type=code", "--gpu", "rtx 4090", "--gpus", "2", "--format", "json"
    )
    facts = values(result.json)
    assert facts["hardware.accelerator_name"] == "RTX 4090"
    assert facts["hardware.accelerator_count"] == 2
    assert facts["hardware.accelerator"] == "cuda"
    assert "hardware.ram_available_gib" not in facts


def found_here(run) -> list[str]:
    """The facts on the machine that are no assumed defaults."""
    facts = run["facts"].items()
    return [k for k, f in facts if k.startswith("hardware.") and f["source"] != "default"]


def test_without_detection_nothing_of_this_machine_is_in_the_run(advisor):
    run = advisor("advise", "--set", "task.type=code", "--no-detect", "--format", "json").json
    assert found_here(run) == []


def test_a_stated_accelerator_keeps_this_machine_out_of_the_run(advisor):
    run = advisor("advise", "--set", "hardware.accelerator=mps", "--format", "json").json
    assert found_here(run) == ["hardware.accelerator"]


def test_without_a_named_machine_this_one_is_looked_at(command):
    run = command("advise", "--set", "task.type=code", "--format", "json").json
    assert {"hardware.accelerator", "hardware.ram_available_gib"} <= set(run["facts"])


def test_a_model_folder_gives_the_facts_of_the_model(advisor):
    result = advisor("advise", "--model", GPT2, "--offline", "--no-detect", "--format", "json")
    facts = values(result.json)
    assert facts["model.parameters"] == 124_439_808
    assert facts["model.architecture"] == "decoder"
    assert "candidates" not in result.json


def test_several_models_are_compared(advisor, monkeypatch):
    monkeypatch.chdir(EXAMPLES / "models")
    names = ("gpt2", "t5-small", "llama-3.1-8b")
    models = [option for name in names for option in ("--model", f"./{name}")]
    result = advisor(
        "advise", *models, "--offline", "--gpu", "RTX 4090", "--set", "task.type=classification",
        "--set", "data.train_examples=5k", "--format", "json",
    )  # fmt: skip
    assert result.code in (0, 3)
    named = [Path(candidate["model"]).name for candidate in result.json["candidates"]]
    assert sorted(named) == sorted(names)
    assert Path(result.json["model"]).name in names
    terminal = advisor("advise", *models, "--offline", "--gpu", "RTX 4090")
    assert all(name in terminal.out for name in names)


def test_a_bare_model_name_is_enough_where_the_size_is_stated(advisor):
    result = advisor(
        "advise", "--model", "in-house-7b", "--set", "model.parameters=7B", "--offline",
        "--no-detect", "--format", "json",
    )  # fmt: skip
    assert result.json["facts"]["model.name"]["value"] == "in-house-7b"
    assert result.err.startswith("note: ")


def test_data_files_are_read_and_notes_go_to_standard_error(advisor):
    spam = EXAMPLES / "spam"
    result = advisor(
        "advise", "--data", spam / "train.jsonl", "--eval-data", spam / "eval.jsonl",
        "--model", GPT2, "--offline", "--no-detect", "--format", "json",
    )  # fmt: skip
    facts = values(result.json)
    assert (facts["data.train_examples"], facts["data.eval_examples"]) == (800, 400)
    assert facts["data.label_count"] == 2
    assert result.err
    assert all(line.startswith("note: ") for line in result.err.splitlines())


def test_named_columns_are_used(advisor, file):
    data = file("d.csv", "a,b,c\n" + "".join(f"text {n},x,{n % 3}\n" for n in range(30)))
    result = advisor(
        "advise", "--data", data, "--text-column", "a", "--label-column", "c", "--no-detect",
        "--format", "json",
    )  # fmt: skip
    assert values(result.json)["data.label_count"] == 3


def test_json_is_exactly_one_object_on_standard_output(command, facts_file):
    result = command("advise", "--facts", facts_file(PLAN), "--format", "json")
    assert result.code == 0
    assert isinstance(result.json, dict)
    assert result.out.endswith("}\n")
    assert result.err == ""


def test_markdown_has_headings_and_the_headline(advisor, facts_file):
    plan = facts_file(PLAN)
    headline = advisor("advise", "--facts", plan, "--format", "json").json["headline"]
    result = advisor("advise", "--facts", plan, "--format", "markdown")
    assert any(line.startswith("#") for line in result.out.splitlines())
    assert headline in result.out


def test_plain_text_has_no_drawings_and_no_wrapped_statement(advisor, facts_file):
    plan = facts_file(PLAN)
    headline = advisor("advise", "--facts", plan, "--format", "json").json["headline"]
    result = advisor("advise", "--facts", plan, "--plain")
    assert headline in result.out.splitlines()
    assert "###" not in result.out
    assert "|" not in result.out


@pytest.mark.parametrize("format_", ["terminal", "markdown", "json"])
def test_the_same_facts_give_the_same_bytes(advisor, facts_file, format_):
    runs = {
        advisor("advise", "--facts", facts_file(PLAN), "--format", format_).out for _ in range(2)
    }
    assert len(runs) == 1


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("r.json", "json"),
        ("r.JSON", "json"),
        ("r.md", "markdown"),
        ("r.markdown", "markdown"),
        ("r.txt", "terminal"),
    ],
)
def test_the_suffix_of_the_output_file_chooses_the_format(
    advisor, facts_file, tmp_path, name, format_
):
    plan = facts_file(PLAN)
    shown = advisor("advise", "--facts", plan, "--format", format_)
    result = advisor("advise", "--facts", plan, "-o", tmp_path / name)
    assert (result.code, result.out) == (0, "")
    assert result.err == f"wrote {tmp_path / name}\n"
    assert (tmp_path / name).read_text(encoding="utf-8") == shown.out


def test_the_format_option_wins_over_the_suffix(advisor, facts_file, tmp_path):
    path = tmp_path / "r.log"
    result = advisor("advise", "--facts", facts_file(PLAN), "--format", "json", "-o", path)
    assert result.code == 0
    assert json.loads(path.read_text(encoding="utf-8"))["status"] == "decided"


def test_a_dash_as_output_is_standard_output(advisor, facts_file):
    result = advisor("advise", "--facts", facts_file(PLAN), "--format", "json", "-o", "-")
    assert result.json["status"] == "decided"
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize("name", ["r.pdf", "r", "r.json.gz", ".json"])
def test_an_unknown_suffix_of_the_output_file_is_refused(advisor, facts_file, tmp_path, name):
    result = advisor("advise", "--facts", facts_file(PLAN), "-o", tmp_path / name)
    refused(result, "names no report format", ".json, .md, .markdown, .txt", "--format")
    assert not (tmp_path / name).exists()


def test_a_report_name_with_a_nul_character_is_refused(advisor, facts_file):
    refused(advisor("advise", "--facts", facts_file(PLAN), "-o", "a\0b.json"), "NUL character")


def test_an_output_file_in_a_missing_folder_is_refused(advisor, facts_file, tmp_path):
    result = advisor("advise", "--facts", facts_file(PLAN), "-o", tmp_path / "no" / "r.md")
    refused(result, "the report cannot be written", "existing, writable folder")


def test_a_folder_as_output_file_is_refused_and_left_alone(advisor, facts_file, tmp_path):
    folder = tmp_path / "out"
    (folder / "r.md").mkdir(parents=True)
    refused(advisor("advise", "--facts", facts_file(PLAN), "-o", folder / "r.md"), "written")
    assert [path.name for path in folder.iterdir()] == ["r.md"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_output_folder_is_refused(advisor, facts_file, tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    refused(advisor("advise", "--facts", facts_file(PLAN), "-o", folder / "r.md"), "written")


def test_an_existing_report_is_replaced_whole(advisor, facts_file, file):
    path = file("r.json", "x" * 500_000)
    assert advisor("advise", "--facts", facts_file(PLAN), "-o", path).code == 0
    assert json.loads(path.read_text(encoding="utf-8"))["schema_version"] == "1"


def test_a_report_has_the_permissions_of_any_new_file(advisor, facts_file, tmp_path):
    before = os.umask(0o022)
    try:
        advisor("advise", "--facts", facts_file(PLAN), "-o", tmp_path / "r.json")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "r.json").stat().st_mode) == 0o644


def test_a_pipe_as_output_file_stays_a_pipe(advisor, facts_file, tmp_path):
    pipe = tmp_path / "r.txt"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        advisor("advise", "--facts", facts_file(PLAN), "--plain", "-o", pipe)
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_report_through_a_link_keeps_the_link(advisor, facts_file, file, tmp_path):
    target, link = file("target.md", "old"), tmp_path / "link.md"
    link.symlink_to(target)
    assert advisor("advise", "--facts", facts_file(PLAN), "-o", link).code == 0
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") != "old"


def test_text_beyond_ascii_survives_every_format(advisor, file):
    facts = file("f.yaml", "model.name: Größenmodell-日本\n")
    for format_ in ("terminal", "markdown", "json"):
        result = advisor("advise", "--facts", facts, "--no-detect", "--format", format_)
        assert "Größenmodell-日本" in result.out


def test_a_report_that_the_terminal_cannot_encode_is_no_internal_error(command):
    result = command(
        "advise", "--set", "model.name=Größe", "--no-detect", env={"PYTHONIOENCODING": "ascii"}
    )
    assert "internal error" not in result.err
    assert result.code == 3
