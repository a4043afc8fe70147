"""Which token stands for each label or choice where a language model answers by a word."""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from advisor.microbench.preparing.rendering import LETTERS, spoken
from advisor.microbench.records import Prompt
from advisor.microbench.worker.encoding import Encoder
from advisor.support.errors import AdvisorError

# Labels up to this many are explained in the prompt where they are replaced by symbols.
_EXPLAINED = len(LETTERS)


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of the labels under a prompt.

    Attributes:
        prompt: as it is rendered; it explains symbols that stand for labels.
        tokens: token id of each label, in the order of the labels, or of each letter.
        note: what had to be replaced, empty if nothing was.
    """

    prompt: Prompt
    tokens: tuple[int, ...]
    note: str = ""


def word_labels(encoder: Encoder, prompt: Prompt, labels: Sequence[str]) -> Wording:
    """The first token of each label's word, or of a symbol where two words begin alike.

    Raises:
        AdvisorError: if there are not even enough symbols.
    """
    prompt = spaced(prompt)
    words = [prompt.words.get(label, label) for label in labels]
    tokens = [first_token(encoder, prompt, word) for word in words]
    if len(set(tokens)) == len(tokens):
        return Wording(prompt, tuple(tokens))
    symbols, found = [], []
    for symbol in _symbols(encoder):
        token = first_token(encoder, prompt, symbol)
        if token not in found:
            symbols.append(symbol)
            found.append(token)
        if len(found) == len(labels):
            break
    if len(found) < len(labels):
        raise AdvisorError(
            f"the tokenizer has no {len(labels)} words that begin differently",
            where="the labels",
            hint="train a head, or let the model write the label",
        )
    if len(labels) <= _EXPLAINED:
        legend = "".join(f"{s}: {word.strip()}\n" for s, word in zip(symbols, words, strict=True))
        prompt = prompt.model_copy(update={"before": legend + prompt.before})
    return Wording(prompt, tuple(found), "labels begin alike in tokens, so symbols stand for them")


def word_choices(encoder: Encoder, prompt: Prompt, most: int) -> Wording:
    """The tokens of the letters that stand before the choices.

    Raises:
        AdvisorError: if there are more choices than letters.
    """
    if most > len(LETTERS):
        raise AdvisorError(
            f"an example has {most} choices, and there are {len(LETTERS)} letters for them",
            where="the choices",
            hint="leave such rows out",
        )
    prompt = spaced(prompt)
    return Wording(prompt, tuple(first_token(encoder, prompt, s) for s in LETTERS[:most]))


def spaced(prompt: Prompt) -> Prompt:
    """The prompt without blanks at its end: tokens of words bring their own blank with them."""
    return prompt.model_copy(update={"after": prompt.after.rstrip(" ")})


def first_token(encoder: Encoder, prompt: Prompt, word: str) -> int:
    """The token id with which the word begins behind the prompt."""
    ids = continuation(encoder, prompt, word)
    return ids[0] if ids else int(encoder.tokenizer.pad_token_id)


def continuation(encoder: Encoder, prompt: Prompt, answer: str) -> list[int]:
    """The answer's tokens behind the prompt, which may differ from those of the answer alone."""
    if not encoder.decodes:
        return encoder.unmarked(answer)
    tail = prompt.after or "x"
    before = encoder.unmarked(tail)
    whole = encoder.unmarked(tail + spoken(prompt.after, answer.strip()))
    shared = 0
    while shared < min(len(before), len(whole) - 1) and before[shared] == whole[shared]:
        shared += 1
    return whole[shared:]


def _symbols(encoder: Encoder) -> Iterator[str]:
    yield from string.ascii_uppercase
    yield from string.ascii_lowercase
    for token in range(len(encoder.tokenizer)):
        text = encoder.tokenizer.decode([token]).strip()
        if text.isascii() and text.isalpha():
            yield text
