"""Every prefix of an order holds each name in its share."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from advisor.microbench.preparing.splits import fair_order

SIZES = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=2), st.integers(1, 300), min_size=1, max_size=12
)


@given(SIZES)
def test_everything_is_taken_in_the_end(sizes):
    assert Counter(fair_order(sizes, sizes)) == sizes


@given(SIZES, st.data())
def test_no_more_is_taken_than_allowed(sizes, data):
    most = {name: data.draw(st.integers(-1, size)) for name, size in sizes.items()}
    allowed = {name: count for name, count in most.items() if count > 0}
    assert Counter(fair_order(sizes, most)) == allowed


@given(SIZES)
def test_every_prefix_is_as_near_to_the_shares_as_whole_examples_allow(sizes):
    taken, total = Counter(), sum(sizes.values())
    for length, name in enumerate(fair_order(sizes, sizes), 1):
        taken[name] += 1
        if length < len(sizes):
            continue
        # Names with a share below one example stand there all the same, at the cost of the others.
        due = {name: size * length / total for name, size in sizes.items()}
        ahead = sum(max(1 - share, 0) for share in due.values())
        for one, share in due.items():
            assert 1 <= taken[one] <= max(1, share + 1)
            assert taken[one] >= share - ahead - 2


def test_two_labels_alternate_by_their_shares():
    order = fair_order({"ham": 6, "spam": 3}, {"ham": 6, "spam": 3})
    assert list(order) == ["ham", "spam", "ham", "ham", "spam", "ham", "ham", "spam", "ham"]


def test_a_rare_name_stands_in_front_once():
    sizes = {"a": 600, "b": 398, "c": 2}
    assert Counter(islice(fair_order(sizes, sizes), 50)) == {"a": 30, "b": 19, "c": 1}
