"""Prompts as the model reads them, and the tokens that stand for labels behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from advisor.microbench.preparing.rendering import render
from advisor.microbench.records import Example, Prompt
from advisor.support import AdvisorError
from advisor.tuning import TuningError
from advisor.tuning.encoding import Encoder
from advisor.tuning.wording import spell, spell_choices


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


def prompted(encoder: Encoder, prompt: Prompt, example: Example) -> list[int]:
    """Token ids of the rendered example, its inputs cut where it is too long."""
    return encoder.prompted(
        lambda inputs: render(prompt, example.model_copy(update={"inputs": inputs})),
        example.inputs,
    )


def word_labels(encoder: Encoder, prompt: Prompt, labels: Sequence[str]) -> Wording:
    """The first token of each label's word, or of a symbol where two words begin alike.

    Raises:
        AdvisorError: if there are not even enough symbols.
    """
    prompt = spaced(prompt)
    words = tuple(prompt.words.get(label, label) for label in labels)
    try:
        found = spell(encoder, prompt.after, words)
    except TuningError as error:
        raise AdvisorError(
            str(error),
            where="the labels",
            hint="train a head, or let the model write the label",
        ) from None
    if found.words == words:
        return Wording(prompt, found.tokens)
    explained = prompt.model_copy(update={"before": found.legend + prompt.before})
    note = "labels begin alike in tokens, so symbols stand for them"
    return Wording(explained, found.tokens, note)


def word_choices(encoder: Encoder, prompt: Prompt, most: int) -> Wording:
    """The tokens of the letters that stand before the choices.

    Raises:
        AdvisorError: if there are more choices than letters, or two letters begin alike.
    """
    prompt = spaced(prompt)
    try:
        found = spell_choices(encoder, prompt.after, most)
    except TuningError as error:
        raise AdvisorError(
            str(error), where="the choices", hint="leave rows with so many choices out"
        ) from None
    return Wording(prompt, found.tokens)


def spaced(prompt: Prompt) -> Prompt:
    """The prompt without blanks at its end: tokens of words bring their own blank with them."""
    return prompt.model_copy(update={"after": prompt.after.rstrip(" ")})
