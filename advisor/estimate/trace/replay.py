"""The order of memory requests at full depth, put together from traces of fewer layers.

How much an allocator holds in reserve depends on the order of requests and does not grow in step
with depth, so it cannot be extended as peaks are. The order itself can: a deeper model repeats the
requests of one layer once more wherever a shallower one makes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import eq

from advisor.estimate.trace.caching import peak_reserved, rounded

_AGREEING = (24, 4)
"""How many requests after a repetition should agree, and how many have to."""
_TRIES = 2000
"""Readings that are tried before an order is given up."""
_LARGER = 2.0
"""The most by which a tensor over all layers can differ between three layers and two."""


@dataclass(frozen=True, slots=True)
class Request:
    """One allocation, or a release of a tensor that is told by its rank among those of its size.

    Attributes:
        size: bytes; negative for a release.
        older: how many live tensors of the size were made before the one that is released.
    """

    size: int
    older: int = 0


def requests_of(phases: Sequence[Sequence[tuple[int, int]]]) -> list[list[Request]]:
    """The requests of each phase, from a ledger's (number of the tensor, bytes)."""
    live: dict[int, list[int]] = {}
    found = []
    for events in phases:
        requests = []
        for number, exact in events:
            size = rounded(exact)
            same = live.setdefault(abs(size), [])
            if size > 0:
                same.append(number)
                requests.append(Request(size))
            elif number in same:
                older = same.index(number)
                del same[older]
                requests.append(Request(size, older))
        found.append(requests)
    return found


def deepened(fewer: list[Request], more: list[Request], times: int) -> list[Request] | None:
    """The requests of one phase with what `more` has beyond `fewer` made `times` times.

    Ranks are taken to grow in step with depth, and from one repetition to the next.

    Returns:
        None if the two do not differ by repetitions alone.
    """
    steps = _Alignment([r.size for r in fewer], [r.size for r in more]).steps()
    if steps is None:
        return None
    places = {j: i for i, j, period in steps if not period}
    out: list[Request] = []
    for i, j, period in steps:
        if not period:
            size = _extended(fewer[i].size, more[j].size, times)
            out.append(Request(size, _extended(fewer[i].older, more[j].older, times)))
            continue
        for copy in range(1, times + 1):
            for now in range(j, j + period):
                before = more[now - period].older
                shallow = fewer[places[now - period]].older if now - period in places else before
                step = more[now].older - before
                older = _extended(shallow, before, times) + copy * step
                out.append(Request(more[now].size, older))
    return out


def _extended(fewer: int, more: int, times: int) -> int:
    return fewer + (more - fewer) * times


class _Alignment:
    """How a longer list of sizes comes from a shorter one by repeating parts and growing tensors.

    Repeated parts can be read in more than one way, so a reading that leads nowhere is taken back.
    """

    def __init__(self, short: list[int], long: list[int]) -> None:
        self._short = short
        self._long = long
        self._tries = _TRIES

    def steps(self) -> list[tuple[int, int, int]] | None:
        """(place in the shorter, place in the longer, length of a repeated part or 0)."""
        return self._from(0, 0)

    def _from(self, i: int, j: int) -> list[tuple[int, int, int]] | None:
        short, long = self._short, self._long
        same: list[tuple[int, int, int]] = []
        while i < len(short) and j < len(long) and short[i] == long[j]:
            same.append((i, j, 0))
            i, j = i + 1, j + 1
        if j == len(long):
            return same if i == len(short) else None
        self._tries -= 1
        if self._tries < 0:
            return None
        for period in self._periods(i, j):
            rest = self._from(i, j + period)
            if rest is not None:
                return [*same, (i, j, period), *rest]
        if i < len(short) and _alike(short[i], long[j]):
            rest = self._from(i + 1, j + 1)
            if rest is not None:
                return [*same, (i, j, 0), *rest]
        return None

    def _periods(self, i: int, j: int) -> Iterator[int]:
        """Lengths of parts before `j` that are repeated there, the likeliest first."""
        long, rest = self._long, self._short[i : i + _AGREEING[0]]
        most = min(len(long) - j - (len(self._short) - i), j)
        left = [p for p in range(1, most + 1) if long[j : j + p] == long[j - p : j]]
        for agree, count in ((eq, _AGREEING[0]), (eq, _AGREEING[1]), (_alike, _AGREEING[1])):
            for period in list(left):
                follows = zip(long[j + period : j + period + count], rest, strict=False)
                if all(agree(*pair) for pair in follows):
                    left.remove(period)
                    yield period


def _alike(one: int, other: int) -> bool:
    """Whether both are allocations or both releases, of sizes that can be the same tensor's."""
    return 1 / _LARGER <= other / one <= _LARGER


def reserved(phases: Sequence[list[Request]]) -> int:
    """Bytes that the caching allocator holds after the requests of all phases."""
    live: dict[int, list[int]] = {}
    events = []
    made = 0
    for requests in phases:
        for request in requests:
            same = live.setdefault(abs(request.size), [])
            if request.size > 0:
                made += 1
                same.append(made)
                events.append((made, request.size))
            elif same:
                place = max(0, min(request.older, len(same) - 1))
                events.append((same.pop(place), request.size))
    return peak_reserved(events)
