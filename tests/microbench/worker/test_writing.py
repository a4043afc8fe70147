"""Answers that the model writes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from test_padding import stir
from tiny_benches import METHODS, baselines, copies, splits, writing_bench
from trial_settings import a_trial

from advisor.microbench.records import Metric, Prompt, TrialStatus
from advisor.microbench.worker.methods import equip
from advisor.microbench.worker.trial import run_trial
from advisor.microbench.worker.workbench import load_workbench
from advisor.tuning import text
from advisor.tuning.batches import Picked
from advisor.tuning.encoding import Encoder
from advisor.tuning.rows import Row
from advisor.tuning.scoring import outcome
from advisor.tuning.writing import write

END = 4


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("family", ["llama", "gpt2", "t5", "bart"])
def test_writing_with_a_cache_is_writing_without_one(model_folder, family, method):
    workbench = load_workbench(writing_bench(model_folder(family), family))
    learner = equip(workbench, method, seed=3)
    stir(learner)
    learner.model.eval()
    start = workbench.coder.start
    row = max(workbench.dev, key=lambda row: len(row.sequences[0])).sequences[0]
    prompts = torch.tensor([row, row[::-1]])
    picked = None if start else Picked(learner.base.get_output_embeddings())
    with torch.no_grad():
        written = write(learner, picked, prompts, start, ended, most=6)
        expected = [slowly(learner, prompt, start) for prompt in prompts.tolist()]
    assert written == expected


def ended(ids):
    return ids[-1] == END


def slowly(learner, prompt, start):
    """The same with one full pass for each token."""
    written = []
    while len(written) < 6:
        read = [*prompt, *written] if not start else prompt
        inputs = {"input_ids": torch.tensor([read])}
        inputs["attention_mask"] = torch.ones_like(inputs["input_ids"])
        if start:
            inputs["decoder_input_ids"] = torch.tensor([[*start, *written]])
        token = int(learner.forward(**inputs).logits[0, -1].argmax())
        written.append(token)
        if token == END:
            break
    return written


@pytest.mark.parametrize("family", ["llama", "t5"])
def test_a_model_learns_to_write(model_folder, family):
    bench = writing_bench(model_folder(family), family)
    trial = a_trial("full_fine_tuning", learning_rate=1e-2, train_size=64, steps=80, dev_every=40)
    result = run_trial(load_workbench(bench), trial, lambda _: None)
    assert result.status is TrialStatus.FINISHED
    assert result.dev_score > 60
    assert set(result.test) == {0.0, 1.0} or set(result.test) == {1.0}
    assert result.predicted == ()


def one_word(count, seed=0):
    """Sentences whose telling word is to be written once."""
    return tuple(
        example.model_copy(update={"target": example.target.split()[0]})
        for example in copies(count, seed)
    )


@pytest.fixture(scope="module")
def runs_on(model_folder, tmp_path_factory):
    """A decoder that writes the right word, a line break, and goes on."""

    def going_on(count, seed=0):
        return tuple(
            example.model_copy(update={"target": f"{example.target} x {example.target} x"})
            for example in one_word(count, seed)
        )

    folder = tmp_path_factory.mktemp("runs_on")
    bench = writing_bench(model_folder("llama"), "llama", splits=splits(going_on, 64, 16, 16))
    trial = a_trial("full_fine_tuning", learning_rate=1e-2, train_size=64, steps=80, dev_every=40)
    run_trial(load_workbench(bench), trial, lambda _: None, keep=folder)
    tokenizer = folder / "tokenizer.json"
    tokenizer.write_text(tokenizer.read_text().replace('"x"', '"\\n"'))
    return folder


@pytest.mark.parametrize(("longest", "right"), [("good good good", 1.0), ("good\ngood good", 0.0)])
def test_an_answer_ends_with_its_line_where_all_targets_are_single_lines(runs_on, longest, right):
    parts = splits(one_word, 64, 16, 16)
    first = parts.train[0].model_copy(update={"target": longest})
    parts = parts.model_copy(update={"train": (first, *parts.train[1:])})
    found = baselines(load_workbench(writing_bench(runs_on, "llama", splits=parts)))
    assert set(found.zero_shot_test) == {right}


def test_an_end_that_is_a_word_is_no_part_of_the_answer(monkeypatch):
    class Words:
        """Has no token for ends, so that the first word stands for it."""

        eos_token_id, pad_token_id = None, 0

        def decode(self, ids, **_):
            return " ".join((".", "good", "film")[token] for token in ids)

    monkeypatch.setattr(text, "write", lambda *_: [[1, 2, 0], [1, 2]])
    told = Encoder(Words(), True, 9, None), (1,), 3, "\n"
    answering = text.TextAnswering(SimpleNamespace(device="cpu"), *told)
    assert answering.write([Row(((1,),))] * 2, 2) == ["good film", "good film"]


@pytest.mark.parametrize("family", ["llama", "t5"])
def test_baselines_of_writing(model_folder, family):
    text = "the film was a story of the sea"
    prompts = (Prompt(after=" Answer :"), Prompt(before="Is it good ? "))
    bench = writing_bench(model_folder(family), family, prompts=prompts, general=(text,))
    found = baselines(load_workbench(bench))
    assert len(found.prompts) == 2
    assert len(found.zero_shot_test) == 16
    assert 0 < found.majority < 50
    assert found.general_loss > 0


@pytest.mark.parametrize(
    ("metric", "text", "target", "expected"),
    [
        (Metric.EXACT_MATCH, " Two\n words ", "two words", 1.0),
        (Metric.EXACT_MATCH, "two", "two words", 0.0),
        (Metric.FINAL_NUMBER, "3 + 4 = 7 apples.", "He has 4, she 3.\n#### 7", 1.0),
        (Metric.FINAL_NUMBER, "so it is 1,250.00", "1250", 1.0),
        (Metric.FINAL_NUMBER, "the rest is -5", "#### 5", 0.0),
        (Metric.FINAL_NUMBER, "10-5 is 5", "5", 1.0),
        (Metric.FINAL_NUMBER, "no idea", "5", 0.0),
        (Metric.FINAL_NUMBER, "so 0 are left", "0", 1.0),
        (Metric.FINAL_NUMBER, "10000000000000001", "10000000000000000", 0.0),
        (Metric.ACCURACY, "Us", "us", 0.0),
        (Metric.FINAL_NUMBER, "It is  True", "it is true", 1.0),
        (Metric.ROUGE_L, "the cat sat", "the cat sat", 1.0),
        (Metric.ROUGE_L, "the dog sat", "the cat sat", 2 / 3),
        (Metric.ROUGE_L, "", "the cat", 0.0),
        (Metric.ROUGE_L, "кошка спит", "кошка сидит", 0.5),
    ],
)
def test_what_an_answer_counts(metric, text, target, expected):
    assert outcome(metric, text, target) == pytest.approx(expected)
