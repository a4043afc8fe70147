"""``advisor estimate`` as it is called: its JSON, its exit codes, its refusals."""

from __future__ import annotations

import json

import pytest
from command_line import EXAMPLES, as_command

from advisor.methods import load_methods

MODELS = EXAMPLES / "models"
CARD = ("--gpu", "RTX 4090")
KEYS = {
    "allocated_gib", "reserved_gib", "context_gib", "interval_gib", "breakdown_gib", "basis",
    "fits", "step_seconds", "total_hours", "cost", "artefact_bytes", "plan",
}  # fmt: skip


def estimated(*words: str, code: int = 0) -> dict:
    done = as_command("estimate", *words, "--format", "json", "--offline")
    assert done.code == code, done.err
    return json.loads(done.out)


def refused(*words: str) -> str:
    done = as_command("estimate", *words, "--offline")
    assert done.code == 2
    assert done.out == ""
    assert "Traceback" not in done.err
    return done.err


def test_the_json_is_one_object_with_every_method_and_key():
    found = estimated(str(MODELS / "gpt2"), "--quick", *CARD, "--examples", "5k")
    assert {"model", "settings", "device", "methods"} <= set(found)
    trained = {id_ for id_, method in load_methods().items() if method.trained}
    assert set(found["methods"]) == trained
    for one in found["methods"].values():
        assert set(one) >= KEYS
        low, high = one["interval_gib"]
        assert low < one["allocated_gib"] + one["context_gib"] < high
        assert sum(one["breakdown_gib"].values()) == pytest.approx(one["allocated_gib"], rel=1e-4)
        assert one["reserved_gib"] >= one["allocated_gib"]
        assert one["basis"] == "closed form" or "outside" in one["basis"]
        assert one["total_hours"] > 0


def test_a_traced_estimate_says_so_and_is_near_the_closed_form():
    words = (str(MODELS / "gpt2"), *CARD, "--method", "lora", "--seq-len", "128")
    traced, quick = estimated(*words), estimated(*words, "--quick")
    assert traced["methods"]["lora"]["basis"] == "traced"
    assert quick["methods"]["lora"]["allocated_gib"] == pytest.approx(
        traced["methods"]["lora"]["allocated_gib"], rel=0.1
    )


def test_nothing_that_fits_is_exit_code_4_with_the_whole_answer():
    words = (str(MODELS / "llama-3.1-8b"), "--gpu", "T4", "--method", "full_fine_tuning", "--quick")
    one = estimated(*words, code=4)["methods"]["full_fine_tuning"]
    assert one["fits"] == "does not fit"
    assert one["plan"] is None
    assert one["smallest_fitting_device"]


def test_a_free_limit_and_not_the_nominal_one_decides():
    words = (
        str(MODELS / "gpt2"),
        "--quick",
        "--method",
        "lora",
        "--set",
        "hardware.accelerator=cuda",
    )
    much = estimated(*words, "--set", "hardware.accelerator_memory_gib=24")
    little = estimated(*words, "--set", "hardware.accelerator_memory_gib=0.5", code=4)
    assert much["methods"]["lora"]["fits"] == "fits"
    assert little["methods"]["lora"]["fits"] == "does not fit"


def test_ram_is_the_limit_of_a_machine_without_accelerator():
    facts = ("hardware.accelerator=none", "hardware.ram_available_gib=16", "hardware.cpu_cores=8")
    words = [word for fact in facts for word in ("--set", fact)]
    found = estimated(str(MODELS / "bert-base-uncased"), "--quick", *words)
    assert found["device"]["kind"] == "none"
    assert found["device"]["free_gib"] == 16
    assert found["methods"]["full_fine_tuning"]["settings"]["precision"] == "fp32"


def test_unified_memory_is_bounded_by_the_free_ram():
    facts = (
        "hardware.accelerator=mps", "hardware.accelerator_memory_gib=64",
        "hardware.unified_memory=yes", "hardware.ram_available_gib=20",
    )  # fmt: skip
    words = [word for fact in facts for word in ("--set", fact)]
    found = estimated(str(MODELS / "gpt2"), "--quick", "--method", "lora", *words)
    assert found["device"]["free_gib"] == 20
    assert "outside what was validated" in found["methods"]["lora"]["basis"]


def test_several_devices_are_shared_and_marked_as_not_validated():
    found = estimated(str(MODELS / "llama-3.1-8b"), "--quick", "--gpu", "H100 80GB SXM",
                      "--gpus", "8", "--method", "full_fine_tuning")  # fmt: skip
    ways = {way["how"]: way for way in found["methods"]["full_fine_tuning"]["shared"]}
    assert set(ways) == {"zero1", "zero2", "zero3", "fsdp", "cpu_offload"}
    assert all("not validated" in way["basis"] for way in ways.values())


def test_price_and_tasks_are_counted():
    words = ("--set", "price.per_hour=2", "--set", "deployment.tasks_per_base=50")
    found = estimated(str(MODELS / "gpt2"), "--quick", *CARD, "--examples", "20k", *words)
    lora = found["methods"]["lora"]
    assert lora["cost"] == [pytest.approx(2 * lora["total_hours"], rel=1e-4)] * 2
    assert lora["artefact_bytes_all_tasks"] == [50 * lora["artefact_bytes"]] * 2
    assert found["methods"]["prompt_tuning"]["extra_tokens_per_request"] == 20


@pytest.mark.parametrize("options", [(), ("--plain",), ("--format", "markdown")])
def test_every_format_says_the_headline_and_the_plan(options):
    done = as_command("estimate", str(MODELS / "llama-3.1-8b"), *CARD, "--quick", "--offline",
                   "--seq-len", "1024", *options)  # fmt: skip
    assert done.code == 0
    shown = " ".join(done.out.split())
    assert "QLoRA" in shown
    assert "gradient checkpointing" in shown
    assert "How to make it fit" in shown


def test_virtual_tokens_need_positions_too():
    found = estimated(str(MODELS / "gpt2"), "--quick", *CARD, "--seq-len", "1010")
    assert "1024 positions" in found["methods"]["prompt_tuning"]["not_available"]
    assert found["methods"]["lora"]["fits"] == "fits"


def test_wished_virtual_tokens_concern_soft_prompts_alone():
    words = (str(MODELS / "gpt2"), "--quick", *CARD, "--seq-len", "1000", "--virtual-tokens", "50")
    methods = estimated(*words)["methods"]
    assert "50 virtual tokens" in methods["prompt_tuning"]["not_available"]
    assert methods["lora"]["settings"]["virtual_tokens"] == 0
    assert methods["lora"]["fits"] == "fits"


def test_longer_targets_take_longer_by_formula_too():
    words = (str(MODELS / "t5-small"), "--quick", *CARD, "--method", "lora", "--batch", "64")
    short, long = (
        estimated(*words, "--seq-len", "256", "--target-len", count)["methods"]["lora"]
        for count in ("8", "256")
    )
    assert short["step_seconds"] < long["step_seconds"]


def test_the_assumed_length_leaves_room_for_virtual_tokens():
    found = estimated(str(MODELS / "bert-base-uncased"), "--quick", *CARD)
    assert found["settings"]["sequence_length"] == 512 - 20
    assert all("fits" in one for one in found["methods"].values())


def test_relative_positions_set_no_limit():
    words = (str(MODELS / "t5-small"), "--quick", *CARD, "--method", "lora", "--seq-len", "2000")
    assert estimated(*words)["methods"]["lora"]["fits"] == "fits"


def test_prefix_tuning_goes_without_checkpointing_and_says_so():
    found = estimated(str(MODELS / "gpt2"), "--quick", *CARD, "--checkpointing")
    assert found["methods"]["prefix_tuning"]["settings"]["checkpointing"] is False
    assert any("prefix tuning cannot be combined" in note for note in found["notes"])


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ('{"model_type": "llama", "hidden_size":', "not valid JSON"),
        ('{"model_type": "llama"}', "incomplete"),
        ('{"hidden_size": 64}', "size is not known"),
        ('{"model_type": "llama", "hidden_size": 64, "num_hidden_layers": 10000000000}',
         "num_hidden_layers is impossible"),
        ("", "empty"),
        ("[1]", "not a JSON object"),
    ],
)  # fmt: skip
def test_a_damaged_configuration_is_refused(tmp_path, config, message):
    (tmp_path / "config.json").write_text(config)
    assert message in refused(str(tmp_path))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--seq-len", "2000"), "longer than the model's 1024 positions"),
        (("--batch", "0"), "0 is not in the range"),
        (("--method", "prompting"), "did you mean prompt_tuning"),
        (("--gpu", "RTX4090"), "did you mean RTX 4090"),
        (("--examples", "many"), "data.train_examples"),
        (("--set", "nosuch.fact=1"), "nosuch.fact"),
        (("--precision", "int3"), "int3"),
    ],
)
def test_an_impossible_wish_is_refused(words, message):
    assert message in refused(str(MODELS / "gpt2"), "--quick", *words)


def test_code_that_comes_with_a_model_is_never_run(tmp_path):
    (tmp_path / "evil.py").write_text("raise SystemExit('this was run')")
    config = {
        "model_type": "llama", "auto_map": {"AutoModelForCausalLM": "evil.Model"},
        "architectures": ["LlamaForCausalLM"], "hidden_size": 64, "intermediate_size": 128,
        "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 100,
    }  # fmt: skip
    (tmp_path / "config.json").write_text(json.dumps(config))
    done = as_command("estimate", str(tmp_path), "--offline", "--method", "lora", *CARD)
    assert done.code == 0
    assert "this was run" not in done.out + done.err


def test_a_model_that_is_not_on_disk_is_not_fetched_offline():
    assert "org/nosuch" in refused("org/nosuch")
