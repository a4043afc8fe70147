"""Records as users write them: completed, estimated and answered as `advise` does it alone."""

from __future__ import annotations

import itertools
import sys

import pytest
from random_projects import some_record

import advisor
from advisor.facts import Fact, FactBase, Source
from advisor.rules.engine import load_engine
from advisor.support.errors import AdvisorError
from advisor_portfolio import answering
from advisor_portfolio.completing import Remembered
from advisor_portfolio.reading import Reader

KEYS = ("status", "recommendation", "variant", "alternative", "confidence")


def expected(number: int, record: dict) -> dict:
    run = advisor.advise(record)
    scores = {entry["method"]: entry["score"] for entry in run["ranking"]}
    told = {"advice": run["advice"]["method"], **{key: run[key] for key in KEYS}}
    return {"line": number, **told, "scores": scores}


@pytest.mark.long
@pytest.mark.cases
def test_short_answers_say_what_the_whole_runs_say(cases):
    records = [some_record(seed) for seed in range(cases(40))]
    for number, (record, answer) in enumerate(
        zip(records, advisor.judge_portfolio(records), strict=True), start=1
    ):
        assert answer == expected(number, record), record


def test_a_wrong_record_is_answered_in_its_place():
    wrong = [
        {"task.typ": "code"},
        {"data.train_examples": -1},
        {"data.median_tokens": 500, "data.p95_tokens": 100},
        {"decision.resource_fit": "full_fits"},
        {"data": {"train_examples": 5}, "data.train_examples": 5},
    ]
    good = {"data.train_examples": 8}
    records = [one for pair in zip(itertools.repeat(good), wrong) for one in pair]
    found = list(advisor.judge_portfolio(records))
    assert [set(one) for one in found[1::2]] == [{"error", "where", "hint", "exit_code"}] * 5
    for number, (record, answer) in enumerate(zip(wrong, found[1::2], strict=True), start=1):
        assert f"record {2 * number}" in answer["where"]
        with pytest.raises(AdvisorError) as caught:
            advisor.advise(record)
        assert answer["error"] == caught.value.message
    assert [one["line"] for one in found[::2]] == [1, 3, 5, 7, 9]


def test_a_contradiction_names_its_own_record_though_its_facts_were_read_before():
    first = {"data.median_tokens": 500}
    second = {"data.median_tokens": 500, "data.p95_tokens": 100}
    _, error = advisor.judge_portfolio([first, second])
    assert "record 2" in error["where"]
    assert "record 1" not in error["where"]


def test_records_are_taken_some_at_a_time(monkeypatch):
    monkeypatch.setattr(answering, "_CHUNK", 3)
    taken = []

    def records():
        for number in range(10):
            taken.append(number)
            yield {"data.train_examples": 8}

    found = advisor.judge_portfolio(records())
    next(found)
    assert taken == [0, 1, 2]
    assert len(list(found)) == 9


def test_without_numpy_one_message_says_what_to_install(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("advisor_portfolio")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(AdvisorError, match="numpy is not installed") as caught:
        next(advisor.judge_portfolio([{}]))
    assert "pip install 'tuning-advisor[portfolio]'" in caught.value.hint


def test_a_record_is_a_whole_run_too():
    run = advisor.advise({"data.train_examples": 8, "model.parameters": "8B"})
    (answer,) = advisor.judge_portfolio([run])
    assert answer["scores"] == {entry["method"]: entry["score"] for entry in run["ranking"]}


def test_a_kept_result_is_taken_only_where_all_that_was_read_is_the_same():
    worked = []

    def work(facts: FactBase) -> list:
        worked.append(facts.value("task.type"))
        if facts.value("task.type") == "code":
            return ["code", facts.number("data.train_examples")]
        return ["other"]

    remembered = Remembered(work)

    def of(source: Source = Source.ANSWERED, **values):
        stated = [Fact(key.replace("__", "."), value, source) for key, value in values.items()]
        seen = {fact.key: (fact.value, fact.source.value) for fact in stated}
        return remembered.of(FactBase(stated), seen)

    assert of(task__type="code", data__train_examples=5) == ["code", 5]
    assert of(task__type="code", data__train_examples=5, data__label_count=2) == ["code", 5]
    assert worked == ["code"]
    assert of(task__type="code", data__train_examples=6) == ["code", 6]
    assert of(task__type="nli_pair", data__train_examples=5) == ["other"]
    assert of(task__type="nli_pair", data__train_examples=6) == ["other"]
    assert worked == ["code", "code", "nli_pair"]
    of(Source.DETECTED, task__type="nli_pair")
    assert len(worked) == 4


def test_a_reader_tells_numbers_from_truths_and_reads_nested_records():
    reader = Reader()
    assert reader.facts({"deployment.tasks_per_base": 1}, "a")[0].value == 1
    with pytest.raises(AdvisorError):
        reader.facts({"deployment.tasks_per_base": True}, "b")
    (nested,) = reader.facts({"data": {"train_examples": "5k"}}, "c")
    assert (nested.key, nested.value) == ("data.train_examples", 5000)
    several = reader.facts({"model.architecture": ["encoder", "decoder"]}, "d")
    assert several[0].value == frozenset({"encoder", "decoder"})


def test_the_rules_of_the_house_are_asked(tmp_path):
    with pytest.raises(AdvisorError):
        list(advisor.judge_portfolio([{}], rules=[tmp_path / "missing"]))
    assert len(list(answering.short_answers([], load_engine()))) == 0
