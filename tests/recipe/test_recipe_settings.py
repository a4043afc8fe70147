"""What stands in config.yaml: the recipe's values, what was measured, and what fits the memory."""

from __future__ import annotations

import importlib.metadata

import pytest
import yaml
from tinyprojects import write_rows, write_run

from advisor.app.recipe import Order, make_project
from advisor.catalogue.settings import training
from advisor.methods import load_methods
from advisor.profilers.request import DataFiles
from advisor.recipe.readme import in_yaml
from advisor.support.errors import AdvisorError

TRAINED = [method.id for method in load_methods().values() if method.trained]


def made(tmp_path, architecture="decoder", task="classification", *, facts=None, order=None, **run):
    """The project's folder and its settings."""
    run_file = write_run(tmp_path / "run.json", architecture, task, facts, **run)
    folder = tmp_path / "project"
    make_project(Order(run=run_file, folder=folder, **(order or {})))
    return folder, yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("method", TRAINED)
def test_the_settings_are_those_of_the_recipe(method, tmp_path):
    # QLoRA is made for CUDA alone.
    gpu = {"hardware.accelerator": "cuda", "hardware.accelerator_memory_gib": 24}
    folder, settings = made(tmp_path, facts=gpu, order={"method": method})
    recipe, train = load_methods()[method].on("decoder").recipe, settings["train"]
    assert train["learning_rate"] == recipe["learning_rate"]["first"]
    assert train["head_rate"] == recipe["head_rate"]["first"]
    same = ("epochs", "few_rows_steps", "warmup_share", "weight_decay", "patience", "batch_size")
    assert {key: train[key] for key in same} == {key: recipe[key] for key in same}
    assert settings["adapter"].get("virtual_tokens") == recipe.get("virtual_tokens")
    assert settings["adapter"].get("rank") == recipe.get("rank")
    rates = [pair[0] for pair in train["search"]]
    assert rates[0] == recipe["learning_rate"]["first"]
    assert len(set(rates)) == len(rates)  # without a head only distinct body rates count
    assert train["clip_norm"] == training().clip_norm
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert f"Learning rate {train['learning_rate']:g}: the recipe's first value" in readme


ADVICE = {"method": "lora", "kind": "adapters", "chance_within_tolerance": 0.7, "sentence": "-"}


@pytest.mark.parametrize(
    ("order", "method"),
    [({}, "lora"), ({"of_the_two": True}, "full_fine_tuning"), ({"method": "ia3"}, "ia3")],
)
def test_the_project_is_for_what_is_advised_unless_another_is_wanted(order, method, tmp_path):
    _, settings = made(tmp_path, order=order, advice=ADVICE, alternative="lora")
    assert settings["method"] == method


@pytest.mark.parametrize("named", ["banana", 5, ["lora"], {"a": 1}])
def test_an_advice_that_names_no_method_is_refused(named, tmp_path):
    with pytest.raises(AdvisorError, match="there is no method"):
        made(tmp_path, advice={**ADVICE, "method": named}, alternative=named)


def test_a_method_by_name_and_the_better_of_the_two_exclude_each_other(tmp_path):
    with pytest.raises(AdvisorError, match="one of them names the method"):
        made(tmp_path, order={"method": "lora", "of_the_two": True})


def test_what_a_micro_benchmark_found_is_carried_over(tmp_path):
    prompts = [
        {"before": "Is it {odd}? ", "between": "\n", "after": "\nSo:",
         "words": {"1": " yes", "0": " no"}, "dev_score": 80.0},
        {"before": "", "between": "\n", "after": "\nTopic:",
         "words": {"1": " 1", "0": " 0"}, "dev_score": 60.0},
    ]  # fmt: skip
    folder, settings = made(
        tmp_path,
        recommendation="prompt_tuning",
        variant="prefix_tuning",
        plan={"virtual_tokens": 12},
        results={"prompt_tuning": {"learning_rate": 0.1, "head_rate": None}},
        baselines={"prompts": prompts},
    )
    # Prefix tuning is the variant, but prompt tuning was measured.
    assert settings["method"] == "prompt_tuning"
    assert settings["train"]["learning_rate"] == 0.1
    assert settings["train"]["search"][0][0] == 0.1
    assert settings["adapter"] == {"virtual_tokens": 12}
    assert settings["prompts"] == ["Is it {odd}? {text}\nSo:", "{text}\nTopic:"]
    assert settings["task"]["label_words"] == {"1": "yes", "0": "no"}
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert "Learning rate 0.1: found by the micro-benchmark" in readme


def test_damaged_findings_are_refused(tmp_path):
    with pytest.raises(AdvisorError, match="cannot be read from the run file"):
        made(tmp_path, results={"full_fine_tuning": {"learning_rate": "fast"}})
    assert not (tmp_path / "project").exists()


def test_the_plan_fits_the_memory(tmp_path):
    facts = {
        "model.parameters": 1_500_000_000,
        "model.context_length": 2048,
        "data.p95_tokens": 1024,
        "hardware.accelerator": "cuda",
        "hardware.accelerator_memory_gib": 24,
    }
    folder, settings = made(tmp_path, facts=facts, order={"method": "lora"})
    train = settings["train"]
    assert train["batch_size"] * train["accumulation"] == 16
    assert train["checkpointing"] or train["batch_size"] < 16
    assert "Altered to fit" in (folder / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("gib", "precision"), [(16, "bf16"), (40, "bf16_mixed")])
def test_full_fine_tuning_in_16_bits_comes_with_a_warning(gib, precision, tmp_path):
    facts = {
        "model.parameters": 1_500_000_000,
        "hardware.accelerator": "cuda",
        "hardware.accelerator_memory_gib": gib,
    }
    folder, settings = made(tmp_path, facts=facts, order={"method": "full_fine_tuning"})
    assert settings["train"]["precision"] == precision
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert ("rounded away" in readme) == (precision == "bf16")


def test_a_head_searches_pairs_of_rates(tmp_path):
    _, settings = made(tmp_path, "encoder", order={"method": "lora"})
    pairs = load_methods()["lora"].recipe["search"]
    wanted = [[2e-4, 3e-3], *(pair for pair in pairs if pair != [2e-4, 3e-3])]
    assert settings["train"]["search"] == wanted[:4]
    assert settings["prompts"] == []


def test_an_encoder_decoder_is_trained_at_its_own_rates(tmp_path):
    _, settings = made(tmp_path, "encoder_decoder", order={"method": "prompt_tuning"})
    assert settings["train"]["learning_rate"] == 0.3
    assert [rate for rate, _ in settings["train"]["search"]] == [0.3, 0.03, 0.1, 0.01]


def test_columns_are_guessed_or_named(tmp_path):
    rows = write_rows(tmp_path / "rows.jsonl", "multiple_choice")
    _, settings = made(tmp_path, task="multiple_choice", order={"data": DataFiles(rows)})
    data = settings["data"]
    assert (data["text"], data["choices"], data["label"]) == (["question"], "choices", "answer")
    assert data["marked_by"] == "number from 0"


def test_pinned_versions_are_those_that_are_tested(tmp_path):
    folder, _ = made(tmp_path)
    pins = (line for line in (folder / "requirements.txt").read_text().splitlines())
    for name, version in (pin.split("==") for pin in pins if not pin.startswith("#")):
        assert importlib.metadata.version(name).split("+")[0] == version


def test_a_trl_project_pins_trl(tmp_path):
    folder, _ = made(tmp_path, order={"target": "trl"})
    assert "\ntrl==" in (folder / "requirements.txt").read_text()
    assert "SFTTrainer" in (folder / "trainer.py").read_text()


@pytest.mark.parametrize(
    "value",
    [
        "no", "1e-3", "{text}\nTopic:", ["a\nb", "c, d", "1"],
        "a: b # c", "'\"", "\n\t\x85 ", "{{ x }}", "- *a", "\U0001f600", "",
        ["[", "]"], 5e-06, None,
    ],
)  # fmt: skip
def test_every_value_reads_back_as_it_was(value):
    assert yaml.safe_load(f"key: {in_yaml(value)}\n") == {"key": value}
    assert "\n" not in in_yaml(value)


def test_model_and_files_are_named_by_their_whole_paths(tmp_path, monkeypatch, tiny_model):
    monkeypatch.chdir(tmp_path)
    write_rows(tmp_path / "rows.jsonl", "classification")
    from pathlib import Path

    order = {"data": DataFiles(Path("rows.jsonl")), "models": (str(tiny_model("gpt2")),)}
    _, settings = made(tmp_path, order=order)
    assert settings["data"]["train"] == str(tmp_path / "rows.jsonl")
    assert Path(settings["model"]).is_absolute()


def test_a_decoder_writes_labels_where_they_are_too_many_for_letters(tmp_path, tiny_model):
    """What the project for letters says to do instead."""
    rows = write_rows(tmp_path / "rows.jsonl", "classification")
    order = {
        "settings": ("task.type=generation_short",),
        "models": (str(tiny_model("gpt2")),),
        "data": DataFiles(rows),
    }
    _, settings = made(tmp_path, order=order)
    assert (settings["task"]["route"], settings["data"]["label"]) == ("text", "label")
