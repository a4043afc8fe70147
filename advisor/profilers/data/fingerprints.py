"""64-bit fingerprints of normalised texts, for exact duplicates and overlap."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

MAX_FINGERPRINTS = 1_000_000
"""Most fingerprints held at once (about 100 MB); more rows than that are sampled."""

_ALL = 1 << 64


def normalise(text: str) -> str:
    """``text`` in lower case with every run of white space as one space."""
    return " ".join(text.lower().split())


def fingerprint(texts: Sequence[str]) -> int:
    """A 64-bit hash of the normalised texts of one row, the same on every machine."""
    # The separator keeps the columns "a b" and "c" apart from "a" and "b c".
    raw = "\0".join(map(normalise, texts)).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(raw, digest_size=8).digest(), "big")


class Fingerprints:
    """Which texts occurred, and how many rows repeat an earlier one.

    Counts are exact until the limit is reached. From then on only fingerprints below a threshold
    count, which is halved each time the limit is reached again. That is a fair sample of the
    distinct texts: it depends on the texts alone, not on the order of the rows.
    """

    def __init__(self, limit: int = MAX_FINGERPRINTS) -> None:
        self._limit = limit
        self._seen: set[int] = set()
        self._repeats: dict[int, int] = {}
        self.threshold = _ALL

    def add(self, mark: int) -> None:
        """Count one row."""
        if mark >= self.threshold:
            return
        if mark in self._seen:
            self._repeats[mark] = self._repeats.get(mark, 0) + 1
            return
        self._seen.add(mark)
        while len(self._seen) > self._limit:
            self._thin()

    def _thin(self) -> None:
        self.threshold //= 2
        self._seen = {mark for mark in self._seen if mark < self.threshold}
        self._repeats = {m: count for m, count in self._repeats.items() if m < self.threshold}

    def __contains__(self, mark: int) -> bool:
        return mark in self._seen

    @property
    def sampled(self) -> bool:
        """Whether only a part of the rows is counted."""
        return self.threshold < _ALL

    @property
    def share_kept(self) -> float:
        """The share of all distinct texts that is counted, 1.0 as long as all are."""
        return self.threshold / _ALL

    @property
    def repeats(self) -> int:
        """Counted rows whose text had occurred before."""
        return sum(self._repeats.values())

    @property
    def rows(self) -> int:
        """Counted rows."""
        return len(self._seen) + self.repeats
