"""Lengths in tokens: counted on a sample with the model's tokenizer, else estimated."""

from __future__ import annotations

import functools
import math
import re
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

from advisor.profilers.data.labels import Lengths
from advisor.support import excerpt, parse_yaml

SAMPLE_ROWS = 5000
"""Most rows whose tokens are counted with the tokenizer."""

_COUNTED_CHARACTERS = 100_000
_SYMBOL = re.compile(r"[^\w\s]|[\d_]")
_NO_SYMBOLS = {code: None for code in range(128) if _SYMBOL.match(chr(code))}
_WEIGHTS = ("per_word", "per_character", "per_symbol", "per_wide")


class TokenMeter(Protocol):
    """Measures the lengths of the rows that it is shown."""

    def add(self, text: str) -> None:
        """Show the text of the next row."""

    def quantile(self, share: float) -> int:
        """The length in tokens that ``share`` of the rows do not exceed."""

    @property
    def basis(self) -> str:
        """How the lengths were found, for the facts' evidence."""


@functools.cache
def _weights() -> tuple[float, float, float, float]:
    text = (files("advisor.profilers.data") / "token_estimate.yaml").read_text(encoding="utf-8")
    raw = parse_yaml(text, where="token_estimate.yaml").value
    word, character, symbol, wide = (float(raw[name]) for name in _WEIGHTS)
    return word, character, symbol, wide


def estimate_tokens(text: str) -> int:
    """The estimated number of tokens; token_estimate.yaml has the formula and its error."""
    if not text:
        return 0
    word, character, symbol, wide = _weights()
    symbols = _count_symbols(text)
    tokens = word * len(text.split()) + character * (len(text) - symbols) + symbol * symbols
    if not text.isascii():
        extra = len(text.encode("utf-8", "surrogatepass")) - len(text)
        tokens += wide * extra / 2
    return max(1, round(tokens))


def _count_symbols(text: str) -> int:
    if text.isascii():  # several times faster than the pattern
        return len(text) - len(text.translate(_NO_SYMBOLS))
    return len(_SYMBOL.findall(text))


class EstimatedTokens:
    """Estimates the length of every row."""

    basis = "estimated from characters (no tokenizer at hand)"

    def __init__(self) -> None:
        self._lengths = Lengths()

    def add(self, text: str) -> None:
        """Estimate the length of the next row."""
        self._lengths.add(estimate_tokens(text))

    def quantile(self, share: float) -> int:
        """The estimated length that ``share`` of the rows do not exceed."""
        return self._lengths.quantile(share)


class CountedTokens:
    """Counts the tokens of evenly spread rows: each k-th, with k doubled when the sample is full.

    Special tokens that a model adds around a text are not counted.
    """

    def __init__(self, tokenizer: Any) -> None:
        # A tokenizer file often cuts or pads to a fixed length, which would hide the real one.
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._counts: list[int] = []
        self._stride = 1
        self._rows = 0

    def add(self, text: str) -> None:
        """Count the next row if it falls into the sample."""
        if self._rows % self._stride == 0:
            if len(self._counts) == SAMPLE_ROWS:
                self._counts = self._counts[::2]
                self._stride *= 2
            if self._rows % self._stride == 0:
                self._counts.append(self._count(text))
        self._rows += 1

    def _count(self, text: str) -> int:
        head = text[:_COUNTED_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
        tokens = len(self._tokenizer.encode(head, add_special_tokens=False).ids)
        return round(tokens * max(1.0, len(text) / _COUNTED_CHARACTERS))

    def quantile(self, share: float) -> int:
        """The counted length that ``share`` of the sampled rows do not exceed."""
        ordered = sorted(self._counts)
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0

    @property
    def basis(self) -> str:
        """How many rows were counted."""
        if self._stride == 1:
            return "counted with tokenizer.json"
        return f"counted with tokenizer.json on {len(self._counts):,} evenly spread rows"


_MAX_BYTES = 256 * 1024 * 1024


def token_meter(folder: Path | None) -> tuple[TokenMeter, str]:
    """The best meter there is, and a note for the user when it only estimates."""
    if folder is None:
        return EstimatedTokens(), "Token lengths are estimated: no tokenizer was given."
    tokenizer, reason = _load(folder / "tokenizer.json")
    if tokenizer is None:
        return EstimatedTokens(), f"Token lengths are estimated: {reason}."
    return CountedTokens(tokenizer), ""


def _load(path: Path) -> tuple[Any, str]:
    if not path.is_file():
        return None, "there is no tokenizer.json beside the model"
    if path.stat().st_size > _MAX_BYTES:
        return None, "tokenizer.json is too large to be one"
    try:
        from tokenizers import Tokenizer  # noqa: PLC0415 - optional, and only needed here
    except ImportError:
        return None, "the package tokenizers is not installed"
    try:
        return Tokenizer.from_file(str(path)), ""
    except Exception as error:  # noqa: BLE001 - the library raises bare Exception for a bad file
        reason = (str(error).splitlines() or ["unknown reason"])[0]
        return None, f"tokenizer.json cannot be loaded ({excerpt(reason)})"
