"""A fact: a value together with where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from advisor.facts.values import Value, is_known


class Source(str, Enum):
    """Where a fact comes from; the order is the precedence, the first wins."""

    FLAG = "flag"
    MEASURED = "measured"
    ANSWERED = "answered"
    DETECTED = "detected"
    READ_FROM_FILE = "read_from_file"
    CATALOGUE = "catalogue"
    ESTIMATED = "estimated"
    DEFAULT = "default"

    @property
    def rank(self) -> int:
        """Zero for the source that wins over all others."""
        return _RANKS[self]


_RANKS = {source: rank for rank, source in enumerate(Source)}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known, half known, or known to be unknown, of a project.

    Attributes:
        key: a key of the vocabulary, such as ``data.train_examples``.
        value: in the unit of the vocabulary; None means that the user said "unknown".
        source: where the value comes from.
        detail: one line of evidence, such as "NVML: 21.4 of 24.0 GiB free".
    """

    key: str
    value: Value
    source: Source
    detail: str = ""

    @property
    def known(self) -> bool:
        """Whether the value is definite, neither unknown nor partial."""
        return is_known(self.value)

    @property
    def of_microbenchmark(self) -> bool:
        """Whether it is one that a micro-benchmark states, of one model on the user's own data."""
        return self.key.startswith("measured.")
