"""The caching allocator keeps the rules of torch's own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from advisor.estimate.trace.replay import CachingAllocator, rounded_bytes

MIB = 2**20


def test_requests_are_rounded_to_512_bytes():
    assert [rounded_bytes(size) for size in (1, 512, 513, -1, -513)] == [
        512,
        512,
        1024,
        -512,
        -1024,
    ]


def test_small_requests_share_segments_of_two_mib():
    allocator = CachingAllocator()
    for _ in range(4096):
        allocator.allocate(512)
    assert allocator.reserved == 2 * MIB
    allocator.allocate(512)
    assert allocator.reserved == 4 * MIB


def test_middling_requests_share_segments_of_twenty_mib():
    allocator = CachingAllocator()
    allocator.allocate(9 * MIB)
    assert allocator.reserved == 20 * MIB
    allocator.allocate(9 * MIB)
    assert allocator.reserved == 20 * MIB
    allocator.allocate(9 * MIB)
    assert allocator.reserved == 40 * MIB


def test_large_requests_get_their_own_segment_rounded_to_two_mib():
    allocator = CachingAllocator()
    allocator.allocate(11 * MIB + 512)
    assert allocator.reserved == 12 * MIB


def test_what_is_freed_serves_the_next_request_that_fits():
    allocator = CachingAllocator()
    block = allocator.allocate(50 * MIB)
    allocator.release(block)
    allocator.allocate(40 * MIB)
    assert allocator.reserved == 50 * MIB
    # A gap of 10 MiB is left of the first segment, and serves no request of 20.
    allocator.allocate(20 * MIB)
    assert allocator.reserved == 70 * MIB


def test_free_neighbours_are_joined():
    allocator = CachingAllocator()
    blocks = [allocator.allocate(6 * MIB) for _ in range(3)]
    for block in blocks:
        allocator.release(block)
    allocator.allocate(18 * MIB)
    assert allocator.reserved == 20 * MIB


SIZES = st.integers(1, 64 * MIB).map(rounded_bytes)


@given(st.lists(st.tuples(SIZES, st.booleans()), max_size=60))
def test_what_is_reserved_covers_what_is_live_and_is_not_lost(requests):
    allocator = CachingAllocator()
    live = []
    for size, frees in requests:
        if frees and live:
            allocator.release(live.pop(0))
        live.append(allocator.allocate(size))
        assert sum(block.size for block in live) <= allocator.reserved
    held = allocator.reserved
    for block in live:
        allocator.release(block)
    assert allocator.reserved == held
