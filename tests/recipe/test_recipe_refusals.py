"""Projects that cannot be made: each is refused by name, with what to use instead."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tinyprojects import write_run

from advisor.app.recipe import Order, make_project
from advisor.recipe import folder as folders
from advisor.support.errors import AdvisorError, ExitCode

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))
from command_line import in_process


def refusal(
    tmp_path, architecture="decoder", task="classification", *, facts=None, run=None, **order
):
    """The error of a project that is not made, of which nothing is left."""
    file = write_run(tmp_path / "run.json", architecture, task, facts, **(run or {}))
    before = set(tmp_path.iterdir())
    with pytest.raises(AdvisorError) as caught:
        make_project(Order(run=file, folder=tmp_path / "project", **order))
    assert set(tmp_path.iterdir()) == before
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("architecture", "task", "instead"),
    [
        ("encoder", "multiple_choice", "a decoder"),
        ("encoder", "generation_long", "encoder writes no text"),
        ("encoder", "sequence_labeling", "run_ner.py"),
        ("encoder_decoder", "regression", "an encoder or a decoder with a head"),
        ("encoder_decoder", "multiple_choice", "a decoder"),
    ],
)
def test_tasks_without_a_route(architecture, task, instead, tmp_path):
    error = refusal(tmp_path, architecture, task)
    assert task in error.message
    assert architecture in error.message
    assert instead in error.hint


@pytest.mark.parametrize(
    ("architecture", "method", "target", "said"),
    [
        ("encoder", "few_shot_prompting", "transformers", "use instead: lora"),
        ("decoder", "qlora", "transformers", "use instead: --method lora"),
        ("decoder", "few_shot_prompting", "trl", "--target transformers"),
        ("encoder", "lora", "trl", "--target transformers"),
        ("encoder_decoder", "lora", "trl", "--target transformers"),
        ("decoder", "lorra", "transformers", "lora"),
    ],
)
def test_methods_and_targets_that_do_not_go_together(architecture, method, target, said, tmp_path):
    assert said in refusal(tmp_path, architecture, method=method, target=target).hint


def test_a_run_that_recommends_nothing(tmp_path):
    error = refusal(tmp_path, run={"recommendation": None, "status": "undetermined"})
    assert error.exit_code is ExitCode.UNDETERMINED
    assert "--method" in error.hint


def test_what_fits_in_no_way(tmp_path):
    facts = {
        "model.parameters": 8_000_000_000,
        "hardware.accelerator": "cuda",
        "hardware.accelerator_memory_gib": 12,
    }
    error = refusal(tmp_path, facts=facts)
    assert error.exit_code is ExitCode.INFEASIBLE
    assert "full fine-tuning does not fit" in error.message.lower()


def test_a_task_that_nobody_has_named(tmp_path):
    error = refusal(tmp_path, facts={"task.type": None})
    assert "--set task.type" in error.hint


def test_facts_that_are_no_run(tmp_path):
    (tmp_path / "facts.yaml").write_text("data.train_examples: 800\n")
    with pytest.raises(AdvisorError, match="this is none") as caught:
        make_project(Order(run=tmp_path / "facts.yaml", folder=tmp_path / "project"))
    assert "advisor advise" in caught.value.hint


@pytest.mark.parametrize("name", ["model.gguf", "train.txt", "train.jsonl.gz"])
def test_files_that_a_project_does_not_read(name, tmp_path):
    from advisor.profilers.request import DataFiles
    from advisor.recipe.choosing import choose
    from advisor.recipe.userdata import data_settings, model_setting

    if name == "model.gguf":
        with pytest.raises(AdvisorError, match="GGUF"):
            model_setting((name,))
        return
    from advisor.app.recipe import read_run
    from advisor.profilers.request import Request

    file = write_run(tmp_path / "run.json", "decoder", "classification")
    choice = choose(
        read_run(file, Request(facts_files=(str(file),))), "lora", "transformers", of_the_two=False
    )
    with pytest.raises(AdvisorError, match="a project reads"):
        data_settings(DataFiles(Path(name)), choice)


def test_nothing_is_overwritten(tmp_path):
    run = write_run(tmp_path / "run.json", "decoder", "classification")
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "README.md").write_text("mine")
    told = in_process("recipe", run, "-o", taken)
    assert told.code == ExitCode.USAGE
    assert "nothing is overwritten" in told.err
    assert (taken / "README.md").read_text() == "mine"
    empty = tmp_path / "empty"
    empty.mkdir()
    told = in_process("recipe", run, "-o", empty)
    assert told.code == 0
    assert told.out.startswith(f"wrote {empty}: full fine-tuning, README.md")
    assert in_process("recipe", run, "-o", empty).code == ExitCode.USAGE
    assert in_process("recipe", run, "-o", tmp_path / "no" / "where").code == ExitCode.USAGE


def test_an_error_in_the_middle_leaves_nothing(tmp_path, monkeypatch):
    run = write_run(tmp_path / "run.json", "decoder", "classification")
    written = Path.write_text

    def full_disk(path, *words, **more):
        if path.name == "task.py":
            raise OSError(28, "No space left on device")
        return written(path, *words, **more)

    monkeypatch.setattr(folders.Path, "write_text", full_disk)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(AdvisorError, match="No space left"):
        make_project(Order(run=run, folder=tmp_path / "project"))
    assert sorted(tmp_path.iterdir()) == before


def test_without_jinja_there_is_a_message(tmp_path, monkeypatch):
    run = write_run(tmp_path / "run.json", "decoder", "classification")
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(AdvisorError, match="jinja2 is not installed"):
        make_project(Order(run=run, folder=tmp_path / "project"))
