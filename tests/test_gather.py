"""Where the facts of a project come from, and which statement wins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from advisor.app.gather import gather_facts, machine_facts, setting_fact
from advisor.facts import Fact, FactBase, Source
from advisor.profilers.request import DataFiles, Request
from advisor.support.errors import AdvisorError

EXAMPLES = Path(__file__).parents[1] / "examples"
GPT2 = str(EXAMPLES / "models" / "gpt2")
SPAM = DataFiles(EXAMPLES / "spam" / "train.jsonl", EXAMPLES / "spam" / "eval.jsonl")

THIS_MACHINE = [
    Fact("hardware.accelerator", "cuda", Source.DETECTED, "found"),
    Fact("hardware.accelerator_name", "RTX 3060 12GB", Source.DETECTED, "found"),
    Fact("hardware.accelerator_memory_gib", 11.5, Source.DETECTED, "found"),
    Fact("hardware.accelerator_count", 1, Source.DETECTED, "found"),
    Fact("hardware.ram_available_gib", 30.0, Source.DETECTED, "found"),
    Fact("hardware.cpu_cores", 8.0, Source.DETECTED, "found"),
]


@pytest.fixture(autouse=True)
def this_machine(monkeypatch):
    """A machine with a small card, whatever the tests run on."""
    monkeypatch.setattr("advisor.profilers.profile_hardware", lambda: list(THIS_MACHINE))


@pytest.fixture
def facts_file(tmp_path):
    """Write a facts file and return its path."""

    def write(facts: dict, name: str = "facts.json") -> str:
        path = tmp_path / name
        path.write_text(json.dumps(facts), encoding="utf-8")
        return str(path)

    return write


def base(request: Request, stated=()) -> FactBase:
    gathered = gather_facts(request, stated)
    own = [fact for _, facts in gathered.models for fact in facts]
    return FactBase([*gathered.common, *own])


def answered(key: str, value) -> Fact:
    return Fact(key, value, Source.ANSWERED, "an answer")


def test_a_flag_beats_an_answer_and_an_answer_beats_what_was_read(facts_file):
    path = facts_file({"data.train_examples": 500, "data.eval_examples": 70})
    request = Request(
        facts_files=(path,), settings=("data.train_examples=2k",), data=SPAM, detect=False
    )
    found = base(request)
    assert found.value("data.train_examples") == 2000
    assert found.value("data.eval_examples") == 70
    sources = [fact.source for fact in found.conflicts("data.train_examples")]
    assert sources == [Source.ANSWERED, Source.READ_FROM_FILE]


def test_an_answer_given_in_a_session_is_beaten_by_a_flag_too():
    request = Request(settings=("data.train_examples=2k",), detect=False)
    found = base(request, [answered("data.train_examples", 10)])
    assert found.value("data.train_examples") == 2000


def test_an_answer_beats_what_is_detected():
    found = base(Request(), [answered("hardware.ram_available_gib", 500)])
    assert found.value("hardware.ram_available_gib") == 500
    assert found.value("hardware.cpu_cores") == 8.0


def test_unknown_in_a_facts_file_hides_nothing_that_was_read(facts_file):
    path = facts_file({"data.train_examples": None})
    assert base(Request(facts_files=(path,), data=SPAM, detect=False)).known("data.train_examples")


def test_unknown_set_by_a_flag_hides_what_was_read():
    request = Request(settings=("data.train_examples=unknown",), data=SPAM, detect=False)
    found = base(request)
    assert "data.train_examples" in found
    assert not found.known("data.train_examples")


def test_a_fact_that_is_set_twice_is_refused():
    settings = ("data.train_examples=1", "data.train_examples=2")
    with pytest.raises(AdvisorError, match="set twice"):
        gather_facts(Request(settings=settings, detect=False))


def test_without_a_stated_machine_this_one_is_looked_at():
    found = base(Request())
    assert found.value("hardware.accelerator_name") == "RTX 3060 12GB"
    assert found.value("hardware.accelerator_memory_gib") == 11.5


def test_detection_can_be_switched_off():
    assert list(base(Request(detect=False))) == []


@pytest.mark.parametrize(
    "setting",
    [
        "hardware.accelerator=none",
        "hardware.accelerator_name=RTX 4090",
        "hardware.accelerator_memory_gib=24",
        "hardware.accelerator_count=2",
    ],
)
def test_nothing_of_this_machine_is_mixed_into_a_stated_one(setting):
    found = base(Request(settings=(setting,)))
    assert [fact.key for fact in found] == [setting.partition("=")[0]]


def test_nothing_of_this_machine_is_mixed_into_one_from_a_facts_file(facts_file):
    path = facts_file({"hardware": {"accelerator": "cuda", "accelerator_memory_gib": 24}})
    found = base(Request(facts_files=(path,)))
    assert {fact.source for fact in found} == {Source.ANSWERED}


def test_a_planned_card_takes_the_place_of_this_machine():
    found = base(Request(gpu="H100 80GB SXM", gpus=4))
    assert found.value("hardware.accelerator_name") == "H100 80GB SXM"
    assert found.value("hardware.accelerator_count") == 4
    assert not found.known("hardware.ram_available_gib")


def test_a_planned_card_takes_the_place_of_the_machine_of_a_facts_file(facts_file):
    machine = {
        "hardware.accelerator": "cuda",
        "hardware.accelerator_name": "RTX 4090",
        "hardware.accelerator_memory_gib": 23.5,
        "hardware.accelerator_count": 1,
    }
    planned = base(Request(gpu="H100 80GB SXM", gpus=2))
    found = base(Request(facts_files=(facts_file(machine),), gpu="H100 80GB SXM", gpus=2))
    for key in machine:
        assert found.value(key) == planned.value(key), key


def test_a_planned_card_takes_the_place_of_an_accelerator_of_another_kind(facts_file):
    path = facts_file({"hardware.accelerator": "none", "hardware.ram_available_gib": 16})
    found = base(Request(facts_files=(path,), gpu="H100 80GB SXM"))
    assert found.value("hardware.accelerator") == "cuda"


def test_a_flag_states_the_free_memory_of_a_planned_card():
    request = Request(gpu="H100 80GB SXM", settings=("hardware.accelerator_memory_gib=70",))
    assert base(request).value("hardware.accelerator_memory_gib") == 70


def test_a_number_of_cards_needs_a_card():
    with pytest.raises(AdvisorError, match="needs --gpu"):
        machine_facts(Request(gpus=2), [])


def test_an_unknown_card_is_refused_with_close_names():
    with pytest.raises(AdvisorError) as error:
        gather_facts(Request(gpu="RTX 4091"))
    assert "RTX 4090" in error.value.hint


def test_data_and_model_are_profiled_together():
    found = base(Request(models=(GPT2,), data=SPAM, detect=False))
    assert found.value("model.parameters") == 124_439_808
    assert found.value("model.architecture") == "decoder"
    assert found.value("model.context_length") == 1024
    for key in ("data.train_examples", "data.eval_examples", "data.median_tokens"):
        assert found.known(key)
    assert found.value("data.label_count") == 2
    assert found.value("task.type") == "classification"


def test_facts_on_the_data_are_common_to_all_models_and_those_on_a_model_are_not():
    bert = str(EXAMPLES / "models" / "bert-base-uncased")
    gathered = gather_facts(Request(models=(GPT2, bert), data=SPAM, detect=False))
    assert [spec for spec, _ in gathered.models] == [GPT2, bert]
    assert not [fact for fact in gathered.common if fact.key.startswith("model.")]
    sizes = {FactBase(facts).value("model.parameters") for _, facts in gathered.models}
    assert len(sizes) == 2


@pytest.mark.parametrize("name", ["our-own-model", "our-team/our-own-model"])
def test_a_name_that_is_no_path_is_accepted_with_a_note_where_its_size_is_stated(name):
    request = Request(models=(name,), settings=("model.parameters=3B",), offline=True, detect=False)
    gathered = gather_facts(request)
    [(_, facts)] = gathered.models
    assert [(fact.key, fact.value) for fact in facts] == [("model.name", name)]
    [note] = gathered.notes
    assert "stated facts are used instead" in note


def test_a_name_that_is_no_path_is_refused_where_no_size_is_stated():
    with pytest.raises(AdvisorError):
        gather_facts(Request(models=("our-own-model",), offline=True, detect=False))


@pytest.mark.parametrize("spec", ["./absent/model", "/absent/model", "a/b/c"])
def test_a_path_that_does_not_exist_is_a_mistake_whatever_is_stated(spec):
    request = Request(models=(spec,), settings=("model.parameters=3B",), detect=False)
    with pytest.raises(AdvisorError):
        gather_facts(request)


def test_a_damaged_model_is_not_excused_by_a_stated_size(tmp_path):
    broken = tmp_path / "config.json"
    broken.write_text("{", encoding="utf-8")
    request = Request(models=(str(broken),), settings=("model.parameters=3B",), detect=False)
    with pytest.raises(AdvisorError):
        gather_facts(request)


def test_evaluation_data_needs_training_data():
    request = Request(data=DataFiles(evaluation=SPAM.evaluation), detect=False)
    with pytest.raises(AdvisorError, match="needs --data"):
        gather_facts(request)


def test_rows_shared_by_training_and_evaluation_are_found(tmp_path):
    same = DataFiles(SPAM.train, SPAM.train)
    assert base(Request(data=same, detect=False)).value("data.train_eval_overlap") == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [("data.train_examples=5k", 5000), (" data.train_examples = 5k ", 5000)],
)
def test_a_setting_is_read_with_its_suffix(text, value):
    fact = setting_fact(text)
    assert (fact.key, fact.value, fact.source) == ("data.train_examples", value, Source.FLAG)


@pytest.mark.parametrize(
    "text",
    [
        "data.train_examples",
        "data.train_exmples=5",
        "data.train_examples=-1",
        "decision.task_complexity=high",
        "estimate.lora.memory_headroom=3",
        "=5",
        "",
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(text):
    with pytest.raises(AdvisorError):
        setting_fact(text)


def test_a_value_may_hold_an_equals_sign():
    assert setting_fact("model.name=a=b").value == "a=b"


def test_later_facts_files_do_not_override_earlier_ones(facts_file):
    first = facts_file({"data.train_examples": 1}, "first.json")
    second = facts_file({"data.train_examples": 2}, "second.json")
    found = base(Request(facts_files=(first, second), detect=False))
    assert found.value("data.train_examples") == 1
    assert [fact.value for fact in found.conflicts("data.train_examples")] == [2]
