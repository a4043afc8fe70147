"""Load a model's tokenizer.json where the file and the library are there; say so where not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from advisor.profilers.data.rows import printable
from advisor.profilers.data.tokens import CountedTokens, EstimatedTokens, TokenMeter

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
        return None, f"tokenizer.json cannot be loaded ({printable(reason)})"
