"""Examples as token ids, cut so that what matters stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from advisor.microbench.preparing.rendering import render
from advisor.microbench.records import Example, Prompt


@dataclass(frozen=True, slots=True)
class Encoder:
    """Turns texts into token ids.

    Attributes:
        tokenizer: of the model, fast or slow.
        decodes: whether the model goes on where the text ends, so that no end mark may follow it.
        max_tokens: most tokens of an example's inputs.
        room: most tokens of a whole sequence; None where the model sets no limit.
    """

    tokenizer: Any
    decodes: bool
    max_tokens: int
    room: int | None

    @property
    def longest(self) -> int:
        """Tokens that surely fit."""
        return self.max_tokens if self.room is None else min(self.max_tokens, self.room)

    def ids(self, text: str) -> list[int]:
        """The text with the model's own marks, and never empty."""
        ids: list[int] = self.tokenizer(text)["input_ids"]
        if self.decodes and ids and ids[-1] == self.tokenizer.eos_token_id:
            ids = ids[:-1]
        if ids:
            return ids
        start = self.tokenizer.bos_token_id
        return [self.tokenizer.pad_token_id if start is None else start]

    def unmarked(self, text: str) -> list[int]:
        """The text's own tokens, without marks around them."""
        ids: list[int] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    def pair(self, first: str, second: str | None) -> tuple[list[int], list[int]]:
        """Token ids and segment ids of one or two texts for an encoder; long ones are cut."""
        found = self.tokenizer(first, second, truncation=True, max_length=self.longest)
        segments = found.get("token_type_ids") if second is not None else None
        return found["input_ids"], segments or []

    def prompted(self, prompt: Prompt, example: Example) -> list[int]:
        """The rendered example; where it is too long the inputs are cut, never the prompt's end."""
        ids = self.ids(_read(prompt, example))
        if len(ids) <= self.longest:
            return ids
        lengths = [len(self.unmarked(text)) for text in example.inputs]
        around = len(ids) - sum(lengths)
        allowed = self.max_tokens if self.room is None else min(self.max_tokens, self.room - around)
        if sum(lengths) > allowed:
            shares = fair_shares(lengths, max(allowed, 0))
            inputs = tuple(map(self._opening, example.inputs, shares))
            ids = self.ids(_read(prompt, example.model_copy(update={"inputs": inputs})))
        return ids if self.room is None else without_middle(ids, self.room)

    def _opening(self, text: str, tokens: int) -> str:
        """As much of the text as its first tokens stand for."""
        if tokens == 0:
            return ""
        if not self.tokenizer.is_fast:
            opening: str = self.tokenizer.decode(self.unmarked(text)[:tokens])
            return opening
        found = self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        ends = [end for _, end in found["offset_mapping"][:tokens]]
        return text[: max(ends, default=0)]


def _read(prompt: Prompt, example: Example) -> str:
    """The rendered example without blanks at its end, where cutting may have left one."""
    return render(prompt, example).rstrip(" ")


def fair_shares(lengths: Sequence[int], allowed: int) -> list[int]:
    """How much of each length stays so that all fit; the longest ones are cut."""
    shares = [0] * len(lengths)
    left = allowed
    for done, index in enumerate(sorted(range(len(lengths)), key=lambda i: lengths[i])):
        shares[index] = min(lengths[index], left // (len(lengths) - done))
        left -= shares[index]
    return shares


def without_middle(ids: list[int], room: int) -> list[int]:
    """The first and the last tokens, as many as there is room for."""
    if len(ids) <= room:
        return ids
    tail = room - room // 2
    return ids[: room // 2] + ids[-tail:]


def quantiles(lengths: Sequence[int]) -> tuple[int, int, int]:
    """The median, the 95th of a hundred, and the longest; zeros where there is nothing."""
    if not lengths:
        return (0, 0, 0)
    order = sorted(lengths)
    return (order[len(order) // 2], order[min(len(order) - 1, len(order) * 95 // 100)], order[-1])
