"""Prompts around an input: ``{text}`` stands for it, and the answer follows the prompt.

Only the known words in braces are replaced, each once; all other braces are text.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from typing import Any

from data import Example

_KNOWN = re.compile(r"(\{text\}|\{text2\}|\{choices\}|\{labels\})")
LETTERS = string.ascii_uppercase


def first_prompt(settings: dict) -> str:
    """The first candidate; each has to show the input."""
    prompts = settings["prompts"]
    if not prompts or not all("{text}" in prompt for prompt in prompts):
        raise SystemExit("config.yaml: prompts need one that is tried first, and {text} in each")
    return prompts[0]


def render(template: str, example: Example, words: Sequence[str]) -> str:
    """The text that the model reads, up to the answer."""
    listed = "\n".join(f"{a}. {c}" for a, c in zip(LETTERS, example.choices, strict=False))
    parts = {
        "{text}": example.inputs[0],
        "{text2}": "\n".join(example.inputs[1:]),
        "{choices}": listed,
        "{labels}": " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]])),
    }
    # Tokens of words bring their own blank with them, so none may stand at the end.
    return "".join(parts.get(piece, piece) for piece in _KNOWN.split(template)).rstrip(" ")


def said(template: str, words: Sequence[str] = ()) -> str:
    """What a prompt says by itself, without the input."""
    return render(template, Example(("", "")), words).strip()


def demonstration(template: str, shots: Sequence[tuple[Example, str]], words: Sequence[str]) -> str:
    """Examples as the prompt shows them, each with its answer, to stand in front of it."""
    shown = []
    for example, answer in shots:
        text = render(template, example, words)
        shown.append(f"{text}{spoken(text, answer)}\n\n")
    return "".join(shown)


def spoken(text: str, answer: str) -> str:
    """An answer as it follows a text: with a blank unless on a new line."""
    return answer if text.endswith("\n") else f" {answer}"


class Encoder:
    """Turns prompts and answers into token ids.

    Attributes:
        tokenizer: of the model.
        decodes: whether the model goes on where the text ends, so that no end mark may follow it.
        longest: most tokens of an input.
        room: most tokens of a prompt with its input.
    """

    def __init__(self, tokenizer: Any, *, decodes: bool, longest: int, room: int | None) -> None:
        self.tokenizer = tokenizer
        self.decodes = decodes
        self.longest = longest
        self.room = room

    @property
    def fits(self) -> int:
        """Tokens that surely fit."""
        return self.longest if self.room is None else min(self.longest, self.room)

    def prompt(
        self, template: str, example: Example, words: Sequence[str], lead: str = ""
    ) -> list[int]:
        """The rendered example; a long input is cut, and the prompt's end always stays.

        Args:
            template: around the input.
            example: with one input or two.
            words: of the labels.
            lead: text in front of it all, as it is.
        """
        ids = self.ids(lead + render(template, example, words))
        lengths = [len(self.plain(text)) for text in example.inputs]
        around = len(ids) - sum(lengths)
        allowed = self.longest if self.room is None else min(self.longest, self.room - around)
        if sum(lengths) > allowed:
            shares = _fair_shares(lengths, max(allowed, 0))
            cut = tuple(map(self._opening, example.inputs, shares))
            ids = self.ids(lead + render(template, Example(cut, "", example.choices), words))
        if self.room is None or len(ids) <= self.room:
            return ids
        half = self.room // 2
        return ids[:half] + ids[half - self.room :]

    def answer(self, prompt: str, answer: str) -> list[int]:
        """The answer's tokens behind the prompt, which may differ from those of it alone."""
        if not self.decodes:
            return self.plain(answer)
        before = self.plain(prompt)
        whole = self.plain(prompt + spoken(prompt, answer))
        same = 0
        while same < min(len(before), len(whole) - 1) and before[same] == whole[same]:
            same += 1
        return whole[same:]

    def plain(self, text: str) -> list[int]:
        """The text's own tokens, without marks around them."""
        return self.tokenizer(text, add_special_tokens=False)["input_ids"]

    def ids(self, text: str) -> list[int]:
        """The text with the model's own marks, and never empty."""
        ids = self.tokenizer(text)["input_ids"]
        if self.decodes and ids and ids[-1] == self.tokenizer.eos_token_id:
            ids = ids[:-1]
        start = self.tokenizer.bos_token_id
        return ids or [self.tokenizer.pad_token_id if start is None else start]

    def _opening(self, text: str, tokens: int) -> str:
        """As much of the text as its first tokens stand for."""
        if not self.tokenizer.is_fast:
            return self.tokenizer.decode(self.plain(text)[:tokens]) if tokens else ""
        found = self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        return text[: max((end for _, end in found["offset_mapping"][:tokens]), default=0)]


def _fair_shares(lengths: Sequence[int], allowed: int) -> list[int]:
    """How much of each length stays so that all fit; the longest ones are cut."""
    shares = [0] * len(lengths)
    left = allowed
    for done, place in enumerate(sorted(range(len(lengths)), key=lengths.__getitem__)):
        shares[place] = min(lengths[place], left // (len(lengths) - done))
        left -= shares[place]
    return shares
