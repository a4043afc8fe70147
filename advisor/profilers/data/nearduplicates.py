"""Texts that are the same or nearly so, by fingerprints.

Method: a text is the set of its word triples (lower case, punctuation dropped, at most the first
1,000 words). Its sketch is the 64 smallest hashes of that set. Two texts with the Jaccard
similarity J share the smallest hash with probability J, so texts that share one of their four
smallest hashes are compared; the share of common hashes among the 64 smallest of the two sketches
together estimates J, exactly so for texts of up to 64 triples. From J = 0.7 on, a text repeats the
other. One word changed amid 30 others leaves J = 0.82; a short text with another word is not.

The sketches of a bounded sample of distinct texts are compared, chosen by fingerprint and so
independent of the order of the rows. A pair is found only if both are in the sample.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from heapq import nsmallest
from zlib import crc32

MAX_TEXTS = 20_000
"""Most distinct texts that are compared with each other."""

SIMILAR = 0.7
"""Jaccard similarity of word triples from which two texts count as nearly the same."""

_SKETCH = 64
_BANDS = 4
_MAX_WORDS = 1000
_MAX_CHARACTERS = 20_000
_MAX_COMPARED = 25
_SPREAD = 0x9E3779B97F4A7C15  # odd, so that multiplying permutes the 64-bit numbers
_MASK = (1 << 64) - 1
# Scripts without spaces: each character is a word.
_WORD = re.compile("[\u3040-\u30ff\u3400-\u9fff]|[^\\W\u3040-\u30ff\u3400-\u9fff]+")


def sketch(text: str) -> array[int]:
    """The smallest hashes of the text's word triples, in rising order; empty if it has no word."""
    words = _WORD.findall(text[:_MAX_CHARACTERS].lower())[:_MAX_WORDS]
    triples = zip(words, words[1:], words[2:], strict=False)
    joined = {" ".join(triple) for triple in triples} or ({" ".join(words)} if words else set())
    hashes = {(crc32(each.encode("utf-8", "surrogatepass")) * _SPREAD) & _MASK for each in joined}
    return array("Q", nsmallest(_SKETCH, hashes))


def similarity(left: array[int], right: array[int]) -> float:
    """The estimated Jaccard similarity of two sketched texts, 0 to 1."""
    if not left or not right:
        return 0.0
    first, second = set(left), set(right)
    smallest = nsmallest(_SKETCH, first | second)
    return sum(value in first and value in second for value in smallest) / len(smallest)


class NearDuplicates:
    """A bounded sample of distinct texts, compared with each other at the end."""

    def __init__(self, limit: int = MAX_TEXTS) -> None:
        self._limit = limit
        self._sketches: dict[int, array[int]] = {}
        self._threshold = 1 << 64

    def add(self, mark: int, text: str) -> None:
        """Take in one text under its fingerprint; a fingerprint seen before is ignored."""
        if mark >= self._threshold or mark in self._sketches:
            return
        self._sketches[mark] = sketch(text)
        while len(self._sketches) > self._limit:
            self._threshold //= 2
            kept = self._sketches.items()
            self._sketches = {mark: each for mark, each in kept if mark < self._threshold}

    @property
    def sampled(self) -> bool:
        """Whether some texts were left out of the comparison."""
        return self._threshold < 1 << 64

    @property
    def texts(self) -> int:
        """How many distinct texts are compared."""
        return len(self._sketches)

    def count(self) -> int:
        """How many of the texts are near to one before them (in the order of fingerprints)."""
        buckets: dict[int, list[array[int]]] = {}
        near = 0
        for mark in sorted(self._sketches):
            mine = self._sketches[mark]
            others = (other for key in mine[:_BANDS] for other in buckets.get(key, ()))
            near += _has_near(mine, others)
            for key in mine[:_BANDS]:
                bucket = buckets.setdefault(key, [])
                # Boilerplate of thousands of texts fills a bucket; its first ones stand for it.
                if len(bucket) < _MAX_COMPARED:
                    bucket.append(mine)
        return near


def _has_near(mine: array[int], others: Iterable[array[int]]) -> bool:
    hashes = frozenset(mine)
    for other in others:
        # The similarity cannot be higher than this share, which is much cheaper to compute.
        bound = len(hashes.intersection(other)) / max(len(mine), len(other))
        if bound >= SIMILAR and similarity(mine, other) >= SIMILAR:
            return True
    return False


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
