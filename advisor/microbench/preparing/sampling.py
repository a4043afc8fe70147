"""A uniform sample of rows whose number is not known beforehand, in bounded memory."""

from __future__ import annotations

from random import Random
from typing import Generic, TypeVar

_SEED = 0
T = TypeVar("T")


class Reservoir(Generic[T]):
    """Keeps ``size`` of all items that it is shown, each with the same probability.

    The seed is fixed, so the same file gives the same sample.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._random = Random(_SEED)  # noqa: S311 - a sample, no secret
        self.kept: list[T] = []
        self.seen = 0

    def add(self, item: T) -> None:
        """Show the next item."""
        self.seen += 1
        if len(self.kept) < self._size:
            self.kept.append(item)
            return
        place = self._random.randrange(self.seen)
        if place < self._size:
            self.kept[place] = item

    @property
    def sampled(self) -> bool:
        """Whether some items were left out."""
        return self.seen > len(self.kept)
