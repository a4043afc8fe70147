"""From facts to answers, for one model and for several."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from advisor.app.advise import Candidate, advise_project
from advisor.decide.answer import answer_for
from advisor.decide.decide import Status
from advisor.facts import Fact, Source, load_vocabulary
from advisor.facts.factsfile import load_facts
from advisor.facts.reading import read_value
from advisor.profilers.request import DataFiles, Request
from advisor.report.part import plain
from advisor.report.record import candidates_record
from advisor.rules.engine import Engine, load_engine
from advisor.support.errors import AdvisorError

EXAMPLES = Path(__file__).parents[1] / "examples"
MODELS = EXAMPLES / "models"
SPAM = DataFiles(EXAMPLES / "spam" / "train.jsonl", EXAMPLES / "spam" / "eval.jsonl")
PLANNED = {"gpu": "RTX 4090", "detect": False}


@functools.cache
def engine() -> Engine:
    return load_engine()


def model(name: str) -> str:
    return str(MODELS / name)


def stated(facts: dict) -> list[Fact]:
    vocabulary = load_vocabulary()
    return [
        Fact(key, read_value(vocabulary[key], raw, where="a test"), Source.ANSWERED)
        for key, raw in facts.items()
    ]


def record_of(candidates: list[Candidate]) -> dict:
    return plain(candidates_record([(c.model, c.answer) for c in candidates], engine().base))


def test_the_example_project_gets_an_answer():
    verdict = answer_for(load_facts(EXAMPLES / "project.yaml"), engine()).verdict
    assert verdict.status is Status.DECIDED


def test_gpt2_on_the_bundled_data_gets_an_answer_of_files_alone():
    [candidate], gathered = advise_project(
        Request(models=(model("gpt2"),), data=SPAM, settings=("model.pretraining_match=medium",),
                **PLANNED),
        engine(),
    )  # fmt: skip
    assert candidate.model == "gpt2"
    assert candidate.answer.verdict.status is Status.DECIDED
    assert candidate.answer.facts.value("model.parameters") == 124_439_808
    assert gathered.models[0][0] == model("gpt2")


def test_without_a_model_there_is_one_candidate_without_a_name():
    [candidate], _ = advise_project(Request(detect=False, settings=("task.type=code",)), engine())
    assert candidate.model == ""
    assert candidate.answer.verdict.status is Status.UNDETERMINED


def test_several_models_are_ranked_as_pairs_of_model_and_method():
    names = ("gpt2", "bert-base-uncased", "smollm2-135m")
    request = Request(models=tuple(model(name) for name in names), data=SPAM, **PLANNED)
    candidates, _ = advise_project(request, engine())
    found = record_of(candidates)
    methods = load_vocabulary().methods
    assert len(found["pairs"]) == len(names) * len(methods)
    pairs = [(pair["model"], pair["method"]) for pair in found["pairs"]]
    assert len(set(pairs)) == len(pairs)
    order = [(pair["feasible"] is False, -pair["score"]) for pair in found["pairs"]]
    assert order == sorted(order)
    assert found["model"] == found["pairs"][0]["model"]
    assert [c["model"] for c in found["candidates"]] == list(names)


def test_the_record_of_several_models_is_that_of_the_best_one():
    request = Request(
        models=(model("bert-base-uncased"), model("smollm2-135m")), data=SPAM, **PLANNED
    )
    candidates, _ = advise_project(request, engine())
    found = record_of(candidates)
    best = next(c for c in candidates if c.model == found["model"])
    alone = record_of([best])
    assert {key: found[key] for key in alone} == alone


def test_the_order_of_the_models_does_not_change_which_is_best():
    names = (model("bert-base-uncased"), model("gpt2"))
    forth, back = (
        record_of(advise_project(Request(models=order, data=SPAM, **PLANNED), engine())[0])
        for order in (names, names[::-1])
    )
    assert forth["model"] == back["model"]
    assert forth["pairs"] == back["pairs"]


def test_a_model_that_cannot_do_the_task_at_all_comes_last():
    request = Request(
        models=(model("bert-base-uncased"), model("gpt2")),
        settings=("task.type=generation_long", "data.train_examples=5k"),
        **PLANNED,
    )
    found = record_of(advise_project(request, engine())[0])
    assert found["model"] == "gpt2"
    last = found["pairs"][-len(load_vocabulary().methods) :]
    assert {pair["model"] for pair in last} == {"bert-base-uncased"}


def test_two_folders_of_the_same_name_are_told_apart(tmp_path):
    specs = []
    for name in ("bert-base-uncased", "gpt2"):
        folder = tmp_path / name / "checkpoint"
        folder.mkdir(parents=True)
        (folder / "config.json").write_bytes((MODELS / name / "config.json").read_bytes())
        specs.append(str(folder))
    request = Request(
        models=tuple(specs),
        settings=("task.type=generation_long", "data.train_examples=5k"),
        **PLANNED,
    )
    found = record_of(advise_project(request, engine())[0])
    assert len({pair["model"] for pair in found["pairs"]}) == 2
    assert found["facts"]["model.architecture"]["value"] == "decoder"


def test_one_model_has_no_pairs():
    candidates, _ = advise_project(Request(models=(model("gpt2"),), detect=False), engine())
    assert "pairs" not in record_of(candidates)


def test_facts_that_contradict_each_other_are_refused():
    with pytest.raises(AdvisorError, match="contradict"):
        answer_for(stated({"data.median_tokens": 500, "data.p95_tokens": 100}), engine())


def test_a_machine_without_an_accelerator_has_no_accelerator_memory():
    facts = {"hardware.accelerator": "none", "hardware.accelerator_memory_gib": 24}
    with pytest.raises(AdvisorError, match="contradict"):
        answer_for(stated(facts), engine())


def test_the_metric_is_taken_from_the_task_unless_it_is_stated():
    usual = answer_for(stated({"task.type": "extractive_qa"}), engine()).facts
    own = answer_for(stated({"task.type": "extractive_qa", "task.metric": "BLEU"}), engine()).facts
    assert usual.value("task.metric") == "token F1"
    assert own.value("task.metric") == "BLEU"


def test_advice_does_not_change_the_facts_that_it_was_given():
    facts = stated({"task.type": "classification", "model.parameters": "1B"})
    before = list(facts)
    answer_for(facts, engine())
    assert facts == before


def test_the_shipped_rules_are_used_where_no_engine_is_given():
    facts = {"model.weights_access": "api_only"}
    assert (
        answer_for(stated(facts)).verdict.status
        is answer_for(stated(facts), engine()).verdict.status
    )


def test_a_second_run_on_the_same_engine_gives_the_same_answer():
    facts = stated({"task.type": "classification", "model.parameters": "1B"})
    first, second = (
        plain(candidates_record([("", answer_for(facts, engine()))], engine().base))
        for _ in range(2)
    )
    assert first == second
