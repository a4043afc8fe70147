"""Tiny models with random weights, a tiny tokenizer, and tasks for them."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from pathlib import Path

import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from advisor.methods import load_methods
from advisor.microbench.records import (
    Baseline,
    Baselines,
    Bench,
    Example,
    Metric,
    Prompt,
    Route,
    Splits,
    Task,
)
from advisor.microbench.worker.baselines import measure

transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()

METHODS = tuple(id_ for id_, method in load_methods().items() if method.microbench)
MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "</s>"]
GOOD = ["good", "fine", "great", "happy"]
BAD = ["bad", "poor", "awful", "sad"]
FILLING = ["the", "film", "was", "a", "story", "of", "man", "and", "dog", "in", "house", "sea"]
OTHER = ["Answer", ":", "Review", "Is", "it", "?", "yes", "no", "A", "B", "C", "D", "x", ".", "1"]
WORDS = [*MARKS, *GOOD, *BAD, *FILLING, *OTHER]
SIZES = {"vocab_size": len(WORDS), "max_position_embeddings": 64}
FAMILIES = {"bert": "encoder", "roberta": "encoder", "distilbert": "encoder"} | {
    "llama": "decoder", "gpt2": "decoder", "t5": "encoder_decoder", "bart": "encoder_decoder",
}  # fmt: skip


def write_tokenizer(folder: Path, family: str) -> None:
    """A tokenizer that splits at blanks; encoders get marks around a text, and T5 one behind it."""
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(WORDS)}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    if FAMILIES[family] == "encoder":
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]",
            pair="[CLS] $A [SEP] $B:1 [SEP]:1",
            special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
        )
    if FAMILIES[family] == "encoder_decoder":
        tokenizer.post_processor = processors.TemplateProcessing(
            single="$A </s>", special_tokens=[("</s>", 4)]
        )
    marks = {"unk_token": "[UNK]", "eos_token": "</s>"}
    if FAMILIES[family] != "decoder":
        marks |= {"pad_token": "[PAD]"}
    if family == "bert":
        marks["model_input_names"] = ["input_ids", "token_type_ids", "attention_mask"]
    wrapped = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **marks)
    wrapped.save_pretrained(folder)


def config_of(family: str) -> transformers.PretrainedConfig:
    """Two layers, 32 wide."""
    layers = {"num_hidden_layers": 2, "num_attention_heads": 4}
    bert = {**SIZES, **layers, "hidden_size": 32, "intermediate_size": 64}
    if family == "bert":
        return transformers.BertConfig(**bert)
    if family == "roberta":
        return transformers.RobertaConfig(**bert, pad_token_id=0)
    if family == "distilbert":
        return transformers.DistilBertConfig(**SIZES, dim=32, hidden_dim=64, n_layers=2, n_heads=4)
    if family == "llama":
        return transformers.LlamaConfig(**bert, num_key_value_heads=2)
    if family == "gpt2":
        return transformers.GPT2Config(
            vocab_size=len(WORDS), n_positions=64, n_embd=32, n_layer=2, n_head=4
        )
    if family == "bart":
        return transformers.BartConfig(
            **SIZES, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
            decoder_attention_heads=4, encoder_ffn_dim=64, decoder_ffn_dim=64, pad_token_id=0,
            bos_token_id=2, eos_token_id=4, decoder_start_token_id=4, forced_eos_token_id=4,
        )  # fmt: skip
    return transformers.T5Config(
        vocab_size=len(WORDS), d_model=32, d_ff=64, num_layers=2, num_heads=4, d_kv=8,
        decoder_start_token_id=0, pad_token_id=0, eos_token_id=4,
    )  # fmt: skip


def written_once(make_folder: Callable[[str], Path]) -> Callable[[str], Path]:
    """A function that gives the folder of a family's tiny model, written when first asked for.

    ``make_folder``: an empty folder by name.
    """
    return functools.cache(lambda family: write_model(make_folder(family), family))


def write_model(folder: Path, family: str, **sizes: int) -> Path:
    """A folder with random weights and the tokenizer; sizes are other than the configuration's."""
    torch.manual_seed(1)
    kinds = {
        "encoder": transformers.AutoModel,
        "decoder": transformers.AutoModelForCausalLM,
        "encoder_decoder": transformers.AutoModelForSeq2SeqLM,
    }
    folder.mkdir(parents=True, exist_ok=True)
    config = config_of(family)
    config.update(sizes)
    kinds[FAMILIES[family]].from_config(config).save_pretrained(folder)
    write_tokenizer(folder, family)
    return folder


def reviews(count: int, seed: int = 0, longest: int = 12) -> tuple[Example, ...]:
    """Sentences with one telling word, of many lengths; the two labels take turns."""
    chance = random.Random(seed)
    found = []
    for index in range(count):
        words = chance.choices(FILLING, k=chance.randint(1, longest))
        label = ("positive", "negative")[index % 2]
        words.insert(chance.randint(0, len(words)), chance.choice((GOOD, BAD)[index % 2]))
        found.append(Example(inputs=(" ".join(words),), target=label))
    return tuple(found)


def ratings(count: int, seed: int = 0) -> tuple[Example, ...]:
    """Sentences of one length, with the number of good words among them as target."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        words = chance.choices([*GOOD, *BAD], k=6)
        target = 10.0 + 5 * sum(word in GOOD for word in words)
        found.append(Example(inputs=(" ".join(words),), target=str(target)))
    return tuple(found)


def questions(count: int, seed: int = 0) -> tuple[Example, ...]:
    """Two or three choices, of which one is a good word."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        right = chance.choice(GOOD)
        choices = [right, *chance.sample(BAD, chance.randint(1, 2))]
        chance.shuffle(choices)
        text = " ".join(chance.choices(FILLING, k=chance.randint(1, 6)))
        found.append(Example(inputs=(text,), target=right, choices=tuple(choices)))
    return tuple(found)


def pairs(count: int, seed: int = 0) -> tuple[Example, ...]:
    """Two texts, alike in kind or not."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        kinds = chance.choice((GOOD, BAD)), chance.choice((GOOD, BAD))
        label = ("negative", "positive")[kinds[0] == kinds[1]]
        inputs = (chance.choice(kinds[0]), "the " + chance.choice(kinds[1]))
        found.append(Example(inputs=inputs, target=label))
    return tuple(found)


def copies(count: int, seed: int = 0) -> tuple[Example, ...]:
    """The telling word of a sentence is to be written twice, or only once where it is bad."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        word = chance.choice([*GOOD, *BAD])
        words = chance.choices(FILLING, k=chance.randint(0, 5))
        words.insert(chance.randint(0, len(words)), word)
        target = f"{word} {word}" if word in GOOD else word
        found.append(Example(inputs=(" ".join(words),), target=target))
    return tuple(found)


def splits(make, train: int = 32, dev: int = 16, test: int = 16) -> Splits:
    """Three splits of examples that ``make`` gives for a count and a seed."""
    return Splits(train=make(train, 0), dev=make(dev, 1), test=make(test, 2))


REVIEW = Prompt(
    before="Review : ",
    after=" . Is it good ? Answer :",
    words={"positive": "yes", "negative": "no"},
)


def bench_of(folder: Path, family: str, route: Route, **changes) -> Bench:
    """A bench for the reviews."""
    task = Task(
        type="classification",
        architecture=FAMILIES[family],
        route=route,
        metric=Metric.ACCURACY,
        labels=("positive", "negative"),
    )
    settings = {
        "model": str(folder),
        "task": task,
        "splits": splits(reviews),
        "prompts": (REVIEW,) if route is not Route.HEAD else (),
        "max_tokens": 32,
        "batch_size": 8,
        "virtual_tokens": 4,
    }
    return Bench(**{**settings, **changes})


def writing_bench(folder: Path, family: str, **changes) -> Bench:
    """A bench whose answers are written."""
    task = Task(
        type="generation_short",
        architecture=FAMILIES[family],
        route=Route.TEXT,
        metric=Metric.EXACT_MATCH,
    )
    settings = {
        "task": task,
        "splits": splits(copies, 64, 16, 16),
        "prompts": (Prompt(before="Review : ", after=" . Answer :"),),
        "max_new_tokens": 4,
    }
    return bench_of(folder, family, Route.TEXT, **{**settings, **changes})


def baselines(workbench) -> Baselines:
    """All baselines, measured one after another in this process."""
    found, notes = {}, []
    for each in (Baseline.HEAD_ONLY, Baseline.MAJORITY, Baseline.ZERO_SHOT, Baseline.GENERAL_LOSS):
        found |= measure(workbench, each)
        notes.append(found.pop("note", ""))
    return Baselines(**found, note=" ".join(filter(None, notes)))
