"""Where soft prompts start: from the words of the best candidate prompt."""

from __future__ import annotations

from advisor.methods import load_methods
from advisor.microbench.preparing.rendering import CHOICES, render
from advisor.microbench.records import Example
from advisor.microbench.worker.learner import Learner
from advisor.microbench.worker.workbench import Workbench
from advisor.tuning import starting


def start_learner(learner: Learner, workbench: Workbench) -> None:
    """Set what a soft prompt trains to what the training prompt's words are in the model.

    Prompt tuning starts from their embeddings, as with peft's TEXT and SAMPLE_VOCAB (which read a
    tokenizer from a folder of its own, while this one may come from a GGUF file). Prefix tuning
    starts from their keys and values. P-tuning's encoder keeps its own start.
    """
    method = load_methods()[learner.method]
    if method.family != "soft_prompts" or method.adapter.start is None:
        return
    ids = prompt_ids(workbench, workbench.bench.virtual_tokens)
    starting.start_from_words(learner, method.adapter.start, ids)


def prompt_ids(workbench: Workbench, count: int) -> list[int]:
    """Token ids of the training prompt's text, or of words that the seed draws."""
    return starting.starting_ids(workbench.encoder, _text(workbench), count)


def _text(workbench: Workbench) -> str:
    """What the prompt says around its inputs, or the words of the labels if it says nothing."""
    prompt, first = workbench.wording.prompt, workbench.bench.splits.train[0]
    blank = Example(inputs=("",) * len(first.inputs), target="")
    said = render(prompt, blank).replace(CHOICES, "").strip()
    return said or " ".join(word.strip() for word in prompt.words.values())
