"""Texts as token ids, cut so that what matters stays."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


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

    def prompted(
        self, shown: Callable[[tuple[str, ...]], str], inputs: tuple[str, ...]
    ) -> list[int]:
        """A prompt with its inputs; where it is too long these are cut, never the prompt's end.

        Blanks at its end are left out: tokens of words bring their own with them.

        Args:
            shown: the text that the model reads for inputs.
            inputs: one text, or the two of a pair.
        """
        ids = self.ids(shown(inputs).rstrip(" "))
        if len(ids) <= self.longest:
            return ids
        lengths = [len(self.unmarked(text)) for text in inputs]
        around = len(ids) - sum(lengths)
        allowed = self.max_tokens if self.room is None else min(self.max_tokens, self.room - around)
        if sum(lengths) > allowed:
            shares = fair_shares(lengths, max(allowed, 0))
            ids = self.ids(shown(tuple(map(self._opening, inputs, shares))).rstrip(" "))
        return ids if self.room is None else without_middle(ids, self.room)

    def continuation(self, tail: str, answer: str) -> list[int]:
        """The tokens of an answer behind a prompt, which may differ from those of it alone.

        Args:
            tail: with which the prompt ends, without blanks at the end.
            answer: that follows it.
        """
        if not self.decodes:
            return self.unmarked(answer)
        tail = tail or "x"
        before = self.unmarked(tail)
        whole = self.unmarked(tail + spoken(tail, answer.strip()))
        shared = 0
        while shared < min(len(before), len(whole) - 1) and before[shared] == whole[shared]:
            shared += 1
        return whole[shared:]

    @property
    def end(self) -> int:
        """The token that ends an answer."""
        end: int | None = self.tokenizer.eos_token_id
        return self.tokenizer.pad_token_id if end is None else end

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


def spoken(tail: str, answer: str) -> str:
    """An answer as it follows a text that ends with ``tail``: with a blank unless on a new line.

    Tokenizers of language models count the blank to the word behind it.
    """
    return answer if tail.endswith("\n") else f" {answer}"


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


def answer_lengths(tokenizer: Any, targets: Sequence[str]) -> list[int]:
    """Tokens of each target and its end mark; behind a blank it may have more than alone."""
    ways = (
        tokenizer([blank + target for target in targets], add_special_tokens=False)["input_ids"]
        for blank in ("", " ")
    )
    return [1 + max(map(len, both)) for both in zip(*ways, strict=True)]


def positions_of(model: Any) -> int | None:
    """The longest sequence that the model can read; None where nothing limits it.

    RoBERTa and its kin keep the first rows of their table for padding, which config.json counts.
    """
    limit = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    if not isinstance(limit, int) or limit <= 0:
        return None
    for name, module in model.named_modules():
        padding = getattr(module, "padding_idx", None)
        if name.endswith("position_embeddings") and padding is not None:
            return int(module.num_embeddings) - int(padding) - 1
    return limit


def decoder_start(tokenizer: Any, model: Any) -> tuple[int, ...]:
    """What the decoder of an encoder-decoder reads before an answer; empty for other models.

    That is its start, and marks that the tokenizer puts there.
    """
    if not model.config.is_encoder_decoder:
        return ()
    first = model.config.decoder_start_token_id
    marks = {tokenizer.bos_token_id, tokenizer.cls_token_id} - {None}
    leading = itertools.takewhile(marks.__contains__, tokenizer("x")["input_ids"])
    return (tokenizer.pad_token_id if first is None else first, *leading)
