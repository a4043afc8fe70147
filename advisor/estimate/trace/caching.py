"""What PyTorch's caching allocator would hold on a CUDA device for a traced order of requests.

The allocator takes memory from the driver in segments, cuts blocks out of them, and keeps what is
freed for later requests, so it holds more than is allocated wherever freed blocks do not suit the
requests that follow. The rules are those of torch's c10/cuda/CUDACachingAllocator.cpp with default
settings, as of torch 2.13. Near the device's limit the real allocator gives whole free segments
back before it fails; that is not played through here.
"""

from __future__ import annotations

import bisect

_MIB = 2**20
_GRANULE = 512
"""Bytes to which every request is rounded up."""
_SMALL_REQUEST = 1 * _MIB
"""The largest request that is served from the small pool."""
_SMALL_SEGMENT = 2 * _MIB
_LARGE_SEGMENT = 20 * _MIB
_OWN_SEGMENT = 10 * _MIB
"""From here on a request gets a segment of its own size, rounded up to `_SMALL_SEGMENT`."""


class Block:
    """A piece of a segment, between its neighbours in the same segment."""

    __slots__ = ("address", "after", "before", "free", "size", "small")

    def __init__(self, address: int, size: int, *, small: bool) -> None:
        self.address = address
        self.size = size
        self.small = small
        self.free = True
        self.before: Block | None = None
        self.after: Block | None = None


class CachingAllocator:
    """The state of the allocator.

    Attributes:
        reserved: bytes in all segments.
    """

    def __init__(self) -> None:
        self.reserved = 0
        self._address = 0
        self._free: dict[bool, list[tuple[int, int, Block]]] = {True: [], False: []}

    def allocate(self, size: int) -> Block:
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

    def release(self, block: Block) -> None:
        """Take a block back and join it with its free neighbours."""
        block.free = True
        for other in (block.before, block.after):
            if other is not None and other.free:
                self._remove(other)
                block = _joined(*((other, block) if other is block.before else (block, other)))
        bisect.insort(self._free[block.small], (block.size, block.address, block))

    def _segment(self, size: int, *, small: bool) -> Block:
        if small:
            taken = _SMALL_SEGMENT
        elif size < _OWN_SEGMENT:
            taken = _LARGE_SEGMENT
        else:
            taken = -(-size // _SMALL_SEGMENT) * _SMALL_SEGMENT
        self.reserved += taken
        block = Block(self._address, taken, small=small)
        self._address += taken
        return block

    def _split(self, block: Block, size: int) -> None:
        rest = Block(block.address + size, block.size - size, small=block.small)
        rest.before, rest.after = block, block.after
        if rest.after is not None:
            rest.after.before = rest
        block.size, block.after = size, rest
        bisect.insort(self._free[rest.small], (rest.size, rest.address, rest))

    def _remove(self, block: Block) -> None:
        pool = self._free[block.small]
        del pool[bisect.bisect_left(pool, (block.size, block.address))]


def rounded(size: int) -> int:
    """Bytes that are taken for a request, or given back for a negative one."""
    blocks = max(-(-abs(size) // _GRANULE), 1)
    return blocks * _GRANULE if size > 0 else -blocks * _GRANULE


def _joined(first: Block, second: Block) -> Block:
    first.size += second.size
    first.after = second.after
    if first.after is not None:
        first.after.before = first
    first.free = True
    return first
