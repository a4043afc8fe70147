"""Where soft prompts start: from the words of the best candidate prompt.

peft's own default is drawn at random, and is twenty times as long as a word's embedding.
"""

from __future__ import annotations

import itertools
from functools import partial

import torch

from advisor.methods import load_methods
from advisor.microbench.preparing.rendering import CHOICES, render
from advisor.microbench.records import Example
from advisor.microbench.worker.learner import Learner
from advisor.microbench.worker.workbench import Workbench
from advisor.tuning.prefix import keys_and_values


def start_from_words(learner: Learner, workbench: Workbench) -> None:
    """Set what a soft prompt trains to what the training prompt's words are in the model.

    The text is repeated or cut to as many tokens as there are virtual ones; where there is none,
    words are drawn from the vocabulary. Prompt tuning starts from their embeddings, as with peft's
    TEXT and SAMPLE_VOCAB (which read a tokenizer from a folder of its own, while this one may come
    from a GGUF file). Prefix tuning starts from their keys and values. P-tuning's encoder keeps its
    own start.
    """
    method = load_methods()[learner.method]
    if method.family != "soft_prompts" or method.adapter.start is None:
        return
    ids = torch.tensor([prompt_ids(workbench, workbench.bench.virtual_tokens)])
    ids = ids.to(learner.device)
    weight = learner.model.prompt_encoder["default"].embedding.weight
    with torch.no_grad():
        start = method.adapter.start(learner.model, ids, partial(keys_and_values, learner.base))
        # Layers of different widths, as some models have them, keep the library's start.
        if start.shape == weight.shape:
            weight.copy_(start)


def prompt_ids(workbench: Workbench, count: int) -> list[int]:
    """Token ids of the training prompt's text, or of words that the seed draws."""
    encoder = workbench.encoder
    ids = encoder.unmarked(_text(workbench))
    if not ids:
        drawn: list[int] = torch.randint(len(encoder.tokenizer), (count,)).tolist()
        return drawn
    return list(itertools.islice(itertools.cycle(ids), count))


def _text(workbench: Workbench) -> str:
    """What the prompt says around its inputs, or the words of the labels if it says nothing."""
    prompt, first = workbench.wording.prompt, workbench.bench.splits.train[0]
    blank = Example(inputs=("",) * len(first.inputs), target="")
    said = render(prompt, blank).replace(CHOICES, "").strip()
    return said or " ".join(word.strip() for word in prompt.words.values())
