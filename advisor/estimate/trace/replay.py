"""Replay memory requests at full depth against the allocator that caches blocks.

Neither the highest point of a step nor what an allocator holds in reserve grows in step with
depth: both depend on the order of requests. The order itself can be extended: a deeper model
repeats the requests of one layer once more wherever a shallower one makes them.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from operator import eq
from typing import NamedTuple

from advisor.estimate.breakdown import Breakdown

_MIB = 2**20
_GRANULE = 512
"""Bytes to which every request is rounded up."""
_SMALL_REQUEST = 1 * _MIB
"""The largest request that is served from the small pool."""
_SMALL_SEGMENT = 2 * _MIB
_LARGE_SEGMENT = 20 * _MIB
_OWN_SEGMENT = 10 * _MIB
"""From here on a request gets a segment of its own size, rounded up to `_SMALL_SEGMENT`."""


class Piece:
    """A piece of a segment, between its neighbours in the same segment."""

    __slots__ = ("address", "after", "before", "free", "size", "small")

    def __init__(self, address: int, size: int, *, small: bool) -> None:
        self.address = address
        self.size = size
        self.small = small
        self.free = True
        self.before: Piece | None = None
        self.after: Piece | None = None


class CachingAllocator:
    """The state of the allocator.

    Attributes:
        reserved: bytes in all segments.
    """

    def __init__(self) -> None:
        self.reserved = 0
        self._address = 0
        self._free: dict[bool, list[tuple[int, int, Piece]]] = {True: [], False: []}

    def allocate(self, size: int) -> Piece:
        """Serve a request of `size` rounded bytes with the smallest free block that holds it."""
        small = size <= _SMALL_REQUEST
        pool = self._free[small]
        place = bisect.bisect_left(pool, (size, -1))
        block = pool.pop(place)[2] if place < len(pool) else self._segment(size, small=small)
        rest = block.size - size
        if rest >= _GRANULE if small else rest > _SMALL_REQUEST:
            self._split(block, size)
        block.free = False
        return block

    def release(self, block: Piece) -> None:
        """Take a block back and join it with its free neighbours."""
        block.free = True
        for other in (block.before, block.after):
            if other is not None and other.free:
                self._remove(other)
                block = _joined(*((other, block) if other is block.before else (block, other)))
        bisect.insort(self._free[block.small], (block.size, block.address, block))

    def _segment(self, size: int, *, small: bool) -> Piece:
        if small:
            taken = _SMALL_SEGMENT
        elif size < _OWN_SEGMENT:
            taken = _LARGE_SEGMENT
        else:
            taken = -(-size // _SMALL_SEGMENT) * _SMALL_SEGMENT
        self.reserved += taken
        block = Piece(self._address, taken, small=small)
        self._address += taken
        return block

    def _split(self, block: Piece, size: int) -> None:
        rest = Piece(block.address + size, block.size - size, small=block.small)
        rest.before, rest.after = block, block.after
        if rest.after is not None:
            rest.after.before = rest
        block.size, block.after = size, rest
        bisect.insort(self._free[rest.small], (rest.size, rest.address, rest))

    def _remove(self, block: Piece) -> None:
        pool = self._free[block.small]
        del pool[bisect.bisect_left(pool, (block.size, block.address))]


def rounded_bytes(size: int) -> int:
    """Bytes that are taken for a request, or given back for a negative one."""
    blocks = max(-(-abs(size) // _GRANULE), 1)
    return blocks * _GRANULE if size > 0 else -blocks * _GRANULE


def _joined(first: Piece, second: Piece) -> Piece:
    first.size += second.size
    first.after = second.after
    if first.after is not None:
        first.after.before = first
    first.free = True
    return first


_AGREEING = (24, 4)
"""How many requests after a repetition should agree, and how many have to."""
_TRIES = 2000
"""Readings that are tried before an order is given up."""
_LARGER = 2.0
"""The most by which a tensor over all layers can differ between three layers and two."""


class Allocation(NamedTuple):
    """One allocation, or a release of a tensor that is told by its rank among those of its size.

    Attributes:
        size: bytes as the allocator rounds them; negative for a release.
        exact: bytes as they are asked for.
        older: how many live tensors of the size were made before the one that is released.
        kind: what the tensor holds, a name of `Breakdown`.
    """

    size: int
    exact: int
    older: int
    kind: str


class Phase(NamedTuple):
    """The requests of one phase of a step, or of what was there before under an empty name."""

    name: str
    requests: list[Allocation]


def phases_of(phases: Sequence[tuple[str, Sequence[tuple[int, int, str]]]]) -> list[Phase]:
    """The requests of each phase, from a ledger's (number of the tensor, bytes, kind)."""
    live: dict[int, list[int]] = {}
    found = []
    for name, events in phases:
        requests = []
        for number, exact, kind in events:
            size = rounded_bytes(exact)
            same = live.setdefault(abs(size), [])
            if size > 0:
                same.append(number)
                requests.append(Allocation(size, exact, 0, kind))
            elif number in same:
                older = same.index(number)
                del same[older]
                requests.append(Allocation(size, exact, older, kind))
        found.append(Phase(name, requests))
    return found


def deepened(fewer: Phase, more: Phase, times: int) -> Phase | None:
    """One phase with what `more` has beyond `fewer` made `times` times.

    Ranks are taken to grow in step with depth, and from one repetition to the next.

    Returns:
        None if the two do not differ by repetitions alone.
    """
    few, many = fewer.requests, more.requests
    # Different tensors may round to the same size, so exact sizes and kinds are compared first.
    steps = _Alignment([_precisely(r) for r in few], [_precisely(r) for r in many]).steps()
    if steps is None:
        steps = _Alignment([(r.size, "") for r in few], [(r.size, "") for r in many]).steps()
    if steps is None:
        return None
    places = {j: i for i, j, period in steps if not period}
    out: list[Allocation] = []
    for i, j, period in steps:
        if not period:
            out.append(_extended(few[i], many[j], times))
            continue
        ranks = []
        for now in range(j, j + period):
            before = many[now - period].older
            shallow = few[places[now - period]].older if now - period in places else before
            ranks.append((shallow + (before - shallow) * times, many[now].older - before))
        again = list(zip(many[j : j + period], ranks, strict=True))
        for copy in range(1, times + 1):
            out += [
                Allocation(size, exact, rank + copy * step, kind)
                for (size, exact, _, kind), (rank, step) in again
            ]
    return Phase(more.name, out)


def _precisely(request: Allocation) -> tuple[int, str]:
    return request.exact, request.kind


def reserved(phases: Sequence[Phase]) -> int:
    """Bytes that the caching allocator holds after the requests of all phases."""
    allocator = CachingAllocator()
    live: dict[int, list[Piece]] = {}
    for _, requests in phases:
        for size, _, older, _ in requests:
            if size > 0:
                live.setdefault(size, []).append(allocator.allocate(size))
                continue
            same = live.get(-size)
            if same:
                allocator.release(same.pop(max(0, min(older, len(same) - 1))))
    return allocator.reserved


def peaks(phases: Sequence[Phase], first: int) -> dict[str, Breakdown]:
    """The breakdown at the highest moment of each phase, by its name.

    Args:
        phases: from what was there before on.
        first: number of the first phase to look at; the first step has no optimizer state yet.
    """
    held = dict.fromkeys(Breakdown().by_kind(), 0)
    found: dict[str, Breakdown] = {}
    total = 0
    for number, (name, requests) in enumerate(phases):
        highest, at = total, 0
        for place, request in enumerate(requests, start=1):
            total += request.exact
            if total > highest:
                highest, at = total, place
        if number >= first and (name not in found or highest > found[name].total):
            found[name] = Breakdown(**_after(held, requests[:at]))
        held = _after(held, requests)
    return found


def _after(held: dict[str, int], requests: Sequence[Allocation]) -> dict[str, int]:
    changed = dict(held)
    for _, exact, _, kind in requests:
        changed[kind] += exact
    return changed


def _extended(fewer: Allocation, more: Allocation, times: int) -> Allocation:
    exact = fewer.exact + (more.exact - fewer.exact) * times
    older = fewer.older + (more.older - fewer.older) * times
    return Allocation(rounded_bytes(exact), exact, older, more.kind)


class _Alignment:
    """How a longer list of requests comes from a shorter one by repeats and growing tensors.

    A request is its size, and a kind where that is to agree.

    Repeated parts can be read in more than one way, so a reading that leads nowhere is taken back.
    """

    def __init__(self, short: list[tuple[int, str]], long: list[tuple[int, str]]) -> None:
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


def _alike(one: tuple[int, str], other: tuple[int, str]) -> bool:
    """Whether both are allocations or both releases, of sizes that can be the same tensor's."""
    return one[1] == other[1] and 1 / _LARGER <= other[0] / one[0] <= _LARGER
