"""Which token stands for each label or choice where a language model answers by a word."""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import TuningError
from .encoding import Encoder

LETTERS = string.ascii_uppercase
"""What choices are called, and so most that there can be."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """The words that answers are given by.

    Attributes:
        words: of the labels, in their order, or symbols in place of them.
        tokens: with which each begins behind the prompt, all different.
        legend: lines in front of the prompt that explain the symbols; empty without any, and where
            they are more than the letters.
    """

    words: tuple[str, ...]
    tokens: tuple[int, ...]
    legend: str = ""


def spell(encoder: Encoder, tail: str, words: Sequence[str]) -> Spelling:
    """The words by their first tokens, or symbols where two begin alike.

    Args:
        encoder: of the model.
        tail: with which the prompt ends, without blanks at the end.
        words: of the labels.

    Raises:
        TuningError: if there are not even enough symbols.
    """
    tokens = [_first_token(encoder, tail, word) for word in words]
    if len(set(tokens)) == len(tokens):
        return Spelling(tuple(words), tuple(tokens))
    found: dict[int, str] = {}
    for symbol in _symbols(encoder):
        found.setdefault(_first_token(encoder, tail, symbol), symbol)
        if len(found) == len(words):
            break
    else:
        raise TuningError(f"the tokenizer has no {len(words)} words that begin differently")
    pairs = zip(found.values(), words, strict=True)
    legend = "".join(f"{symbol}: {word.strip()}\n" for symbol, word in pairs)
    return Spelling(tuple(found.values()), tuple(found), legend * (len(words) <= len(LETTERS)))


def spell_choices(encoder: Encoder, tail: str, most: int) -> Spelling:
    """The letters that stand before the choices of a question.

    Raises:
        TuningError: if there are more choices than letters, or two letters begin alike.
    """
    if most > len(LETTERS):
        raise TuningError(
            f"an example has {most} choices, and there are {len(LETTERS)} letters for them"
        )
    letters = tuple(LETTERS[:most])
    tokens = tuple(_first_token(encoder, tail, letter) for letter in letters)
    if len(set(tokens)) < most:
        raise TuningError(f"the tokenizer does not tell the first {most} letters apart")
    return Spelling(letters, tokens)


def said_labels(labels: Sequence[str]) -> dict[str, str]:
    """Each label as words: underscores are blanks, unless two labels become the same thereby."""
    words = {label: " ".join(label.replace("_", " ").split()) or label for label in labels}
    distinct = len(set(words.values())) == len(words)
    return words if distinct else {label: label for label in labels}


def lettered(choices: Sequence[str]) -> str:
    """The choices as lines, each behind its letter."""
    return "\n".join(f"{a}. {c}" for a, c in zip(LETTERS, choices, strict=False))


def _first_token(encoder: Encoder, tail: str, word: str) -> int:
    """The token id with which the word begins behind the prompt."""
    ids = encoder.continuation(tail, word)
    return ids[0] if ids else int(encoder.tokenizer.pad_token_id)


def _symbols(encoder: Encoder) -> Iterator[str]:
    yield from string.ascii_uppercase
    yield from string.ascii_lowercase
    for token in range(len(encoder.tokenizer)):
        text = encoder.tokenizer.decode([token]).strip()
        if text.isascii() and text.isalpha():
            yield text
