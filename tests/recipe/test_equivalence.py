"""A project trains what the micro-benchmark has measured: same rows, same numbers.

Both sides train the same tiny model on the same batches under the same prompt and seed. A method or
a kind of task is picked by its name: ``pytest -k lora``, ``-k words``.
"""

from __future__ import annotations

import gc
from typing import NamedTuple

import pytest
import torch
import transformers.trainer
import yaml
from bothsides import LOOKS, ROUTES, STEPS, by_the_project, by_the_worker
from forkedruns import forked
from tiny_benches import FAMILIES, METHODS, WORDS, write_model
from tinyprojects import write_project
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from advisor.catalogue.settings import preparation
from advisor.methods import load_methods
from advisor.microbench.preparing.general import general_text
from advisor.recipe.choosing import projects

# Why a method that is trained is not compared.
LEFT_OUT = {"qlora": "the worker does not train it, and a project needs a CUDA device for it"}
GENERAL = tuple(general_text()[:4])
REVIEW = "Review: {text}\nIs it {labels}?\nAnswer:"
PAIR = "Review: {text}\nIs it of {text2}? {labels}\nAnswer:"
CHOICES = "Review: {text}\n{choices}\nAnswer:"
WRITE = "Review: {text}\nAnswer:"
YES_OR_NO = {"positive": "yes", "negative": "no"}
NUMBERED = (('"positive"', '"10"'), ('"negative"', '"9"'))


# Enough where the rows or the model's own parts differ, and not the method's.
SOME = ("prompt_tuning", "prefix_tuning", "lora")


class Kind(NamedTuple):
    """A kind of model and task.

    Attributes:
        route: how a project answers it.
        family: of the tiny model.
        task: as the fact ``task.type``.
        prompt: for a head how a label is said, of which soft prompts start.
        words: of the labels, where not their names.
        swapped: what is put into the file of rows in place of something else.
        max_tokens: of an input.
        methods: that are compared.
        split_up: whether the tokenizer is a byte-level one with marks at both ends, which sees
            blanks and line breaks; else it knows whole words.
    """

    route: str
    family: str
    task: str
    prompt: str = ""
    words: dict[str, str] | None = None
    swapped: tuple[tuple[str, str], ...] = ()
    max_tokens: int = 40
    methods: tuple[str, ...] = METHODS
    split_up: bool = False


def split_up(route: str, family: str, task: str, prompt: str = "", **more) -> Kind:
    """A kind whose tokenizer is a byte-level one."""
    return Kind(route, family, task, prompt, methods=SOME, split_up=True, **more)


KINDS = {
    "labels": Kind("head", "bert", "classification", "this film was {label}"),
    "numbered": Kind(
        "head", "bert", "classification", "{label} film", swapped=NUMBERED, methods=SOME
    ),
    "pairs": Kind("head", "bert", "nli_pair", "{label} film", max_tokens=6),
    "numbers": Kind("head", "bert", "regression"),
    "two-layers": Kind("head", "roberta", "classification", "{label} film", methods=SOME),
    "two-parts": Kind(
        "head", "distilbert", "classification", "{label} film",
        methods=("prompt_tuning", "p_tuning", "lora", "full_fine_tuning"),
    ),
    "decoder-numbers": Kind("head", "llama", "regression"),
    "old-decoder-numbers": Kind("head", "gpt2", "regression", max_tokens=4),
    "labels-by-words": Kind("words", "llama", "classification", REVIEW, YES_OR_NO),
    "old-labels-by-words": Kind("words", "gpt2", "classification", REVIEW, YES_OR_NO),
    "pairs-by-words": Kind("words", "llama", "nli_pair", PAIR, YES_OR_NO, max_tokens=3),
    "labels-by-letters": Kind("words", "llama", "classification", REVIEW, methods=SOME),
    "choices": Kind("words", "llama", "multiple_choice", CHOICES),
    "writing": Kind("text", "llama", "generation_short", WRITE),
    "old-writing": Kind("text", "gpt2", "generation_short", WRITE, methods=SOME),
    "t5-writing": Kind("text", "t5", "generation_short", WRITE),
    "bart-writing": Kind("text", "bart", "generation_short", WRITE, max_tokens=4, methods=SOME),
    "split-numbers": split_up("head", "llama", "regression", max_tokens=5),
    "split-labels": split_up("words", "llama", "classification", REVIEW),
    "split-numbered": split_up("words", "llama", "classification", REVIEW, swapped=NUMBERED),
    "split-letters": split_up(
        "words", "llama", "classification", REVIEW,
        words={"positive": "good film", "negative": "good story"},
    ),
    "split-cut": split_up(
        "words", "gpt2", "classification", REVIEW, max_tokens=4,
        swapped=(("story", "\\u30b9 \\ud83c\\udfac"), ("dog", "d\\u00f6g  .")),
    ),
    "split-pairs": split_up("words", "llama", "nli_pair", PAIR),
    "split-choices": split_up("words", "llama", "multiple_choice", CHOICES),
    "split-writing": split_up("text", "llama", "generation_short", WRITE, max_tokens=4),
    "split-bart-writing": split_up("text", "bart", "generation_short", WRITE),
}  # fmt: skip
CASES = {
    f"{method}-{kind.route}-{FAMILIES[kind.family]}-{name}": (method, kind)
    for name, kind in KINDS.items()
    for method in kind.methods
}
# What the two sides answer by different routes, or what only the worker trains.
APART = {
    ("encoder", "multiple_choice"): ("head", None),
    ("encoder_decoder", "classification"): ("words", "text"),
    ("encoder_decoder", "nli_pair"): ("words", "text"),
    ("encoder_decoder", "multiple_choice"): ("words", None),
}


@pytest.fixture(scope="module")
def split_up_model(tmp_path_factory):
    """A function that gives the folder of a family's tiny model with a byte-level tokenizer."""
    folders = {}

    def folder_of(family):
        if family not in folders:
            folders[family] = tmp_path_factory.mktemp(f"split-{family}")
            tokenizer = byte_level()
            size = tokenizer.get_vocab_size()
            write_model(folders[family], family, vocab_size=size)
            marks = {"bos_token": "<s>", "eos_token": "</s>"}
            wrapped = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **marks)
            wrapped.save_pretrained(folders[family])
        return folders[family]

    return folder_of


def byte_level() -> Tokenizer:
    """Pieces of words with the blanks in front of them, and a mark at each end."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=340, special_tokens=["<s>", "</s>"], initial_alphabet=alphabet
    )
    tokenizer.train_from_iterator([" ".join(WORDS), "\n".join(WORDS)], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 1)]
    )
    return tokenizer


@pytest.mark.parametrize(("method", "kind"), CASES.values(), ids=CASES)
def test_a_project_trains_as_the_micro_benchmark_does(
    method, kind, tiny_model, split_up_model, tmp_path
):
    folder = tmp_path / "project"
    model = (split_up_model if kind.split_up else tiny_model)(kind.family)
    write_project(folder, model, FAMILIES[kind.family], kind.task, method=method)
    rows = tmp_path / "project.jsonl"
    for old, new in kind.swapped:
        rows.write_text(rows.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    (folder / "general_text.txt").write_text("\n".join(GENERAL), encoding="utf-8")
    settings = settings_of(folder, kind)
    forked(folder, lambda: both_are_alike(settings))


def settings_of(folder, kind) -> dict:
    """The project's own settings, with those of the kind, and few and small batches."""
    settings = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
    assert settings["task"]["route"] == kind.route
    settings["task"]["architecture"] = FAMILIES[kind.family]
    if kind.words:
        settings["task"]["label_words"] = kind.words
    if settings["prompts"]:
        settings["prompts"] = [kind.prompt] if kind.prompt else []
    if "virtual_tokens" in settings["adapter"]:
        settings["adapter"]["virtual_tokens"] = 6
    settings["data"] |= {"most_dev": 8, "most_test": 12}
    settings["train"] |= {
        "batch_size": 8,
        "looks": LOOKS,
        "max_tokens": kind.max_tokens,
        # What the worker takes: of another sum of the same products the last bits differ.
        "optimizer": "adamw_torch_fused",
    }
    return settings


def both_are_alike(settings: dict) -> None:
    """Train by both sides in this process, and compare all that they came to."""
    gc.freeze()  # Trainers collect garbage, and what tests before have left is none of theirs
    project, splits, batches = by_the_project(settings)
    worker = by_the_worker(settings, splits, batches, GENERAL)
    assert list(project.start) == list(worker.start)
    for name, start in project.start.items():
        torch.testing.assert_close(start, worker.start[name], rtol=0, atol=1e-6, msg=name)
    assert project.numbers == worker.numbers
    assert len(project.losses) == STEPS
    assert project.losses == pytest.approx(worker.losses, rel=0, abs=1e-6)
    assert len(project.looks) == LOOKS
    assert project.looks == pytest.approx(worker.looks, rel=0, abs=1e-6)
    # Correlations of almost equal numbers hang on their last digits.
    assert project.points == pytest.approx(worker.points, rel=0, abs=0.05)
    assert project.outcomes == pytest.approx(worker.outcomes, rel=0, abs=1e-4)
    assert project.answers == worker.answers
    assert project.general == pytest.approx(worker.general, rel=0, abs=1e-6)


def test_no_trained_method_is_forgotten():
    trained = {name for name, method in load_methods().items() if method.trained}
    assert trained == {*METHODS, *LEFT_OUT}
    assert {method for method, _ in CASES.values()} == set(METHODS)


def test_no_route_is_forgotten():
    names = {route.value: name for name, route in ROUTES.items()}
    alike, apart = set(), {}
    for architecture, tasks in preparation().routes.items():
        for task, route in tasks.items():
            ours, theirs = names[route], projects()["routes"][architecture].get(task)
            if ours == theirs:
                alike.add((architecture, ours))
            else:
                apart[architecture, task] = (ours, theirs)
    assert apart == APART
    assert alike == {(FAMILIES[kind.family], kind.route) for kind in KINDS.values()}
