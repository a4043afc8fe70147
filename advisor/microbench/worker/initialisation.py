"""Where soft prompts start: from the words of the best candidate prompt."""

from __future__ import annotations

import itertools
from typing import Any

import torch

from advisor.microbench.spec import Prompt
from advisor.microbench.worker.learner import Learner
from advisor.microbench.worker.workbench import Workbench


def start_from_words(learner: Learner, workbench: Workbench) -> None:
    """Set the virtual tokens to the embeddings of the training prompt's words.

    The same is done by peft for the initialisation TEXT, which reads a tokenizer from a folder of
    its own; here the tokenizer may be part of a GGUF file. The text is repeated or cut to as many
    tokens as there are virtual ones. Without a text they are sampled from the vocabulary, never
    drawn at random: peft's default is twenty times as long as a word's embedding.
    """
    ids = prompt_ids(workbench, workbench.bench.virtual_tokens)
    encoder = learner.model.prompt_encoder["default"]
    with torch.no_grad():
        words = learner.model.word_embeddings(torch.tensor(ids, device=learner.device))
        encoder.embedding.weight.copy_(words)


def prompt_ids(workbench: Workbench, count: int) -> list[int]:
    """Token ids of the training prompt's text, or of words that the seed has drawn."""
    encoder = workbench.encoder
    ids = encoder.plain(_text(workbench.wording.prompt))
    if not ids:
        drawn: list[int] = torch.randint(len(encoder.tokenizer), (count,)).tolist()
        return drawn
    return list(itertools.islice(itertools.cycle(ids), count))


def _text(prompt: Prompt) -> str:
    """What the prompt says around an input, and the words of the labels if it says nothing."""
    said: Any = f"{prompt.before}{prompt.after}".strip()
    return said or " ".join(prompt.words.values())
