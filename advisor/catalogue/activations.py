"""What one layer keeps for the backward pass, tabulated from traces."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass

from advisor.support.compiled import package_folder


@dataclass(frozen=True, slots=True)
class Factors:
    """Bytes of forward activations, per unit of what they are linear in.

    The first eight count for each layer: bytes per token and unit of the residual width, of the
    queries' width where it can differ, of the feed-forward width, of the key and value width, and
    of the adapter's rank; per element of all heads' attention scores and of one mask of them; and
    per parameter, which mixed precision copies. The others count once: per token and unit of width
    and of vocabulary, per element of a mask, per parameter of the head, and per token and unit of
    vocabulary in the backward pass.
    """

    width: float
    query: float
    feed_forward: float
    key_value: float
    rank: float
    scores: float
    mask: float
    parameters: float
    fixed_width: float
    fixed_vocabulary: float
    fixed_mask: float
    fixed_parameters: float
    backward_vocabulary: float


@functools.cache
def load_activations() -> dict[tuple[str, str, str, str], Factors]:
    """The rows of activations.csv by family, method, precision and device."""
    text = (package_folder() / "catalogue" / "activations.csv").read_text(encoding="utf-8")
    rows = csv.reader(text.splitlines())
    next(rows)
    return {(row[0], row[1], row[2], row[3]): Factors(*map(float, row[4:])) for row in rows}
