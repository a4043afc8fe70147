"""Orders of requests: read, extended, and swept for their peaks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from advisor.estimate.trace.replay import Phase, deepened, peaks, phases_of

KIND = "activations"


def layered(layers: int, kept: int, passing: int) -> Phase:
    """A forward pass: each layer keeps one tensor and makes another that it gives back."""
    events, number = [], 0
    for _ in range(layers):
        number += 1
        events.append((number, kept, KIND))
        number += 1
        events += [(number, passing, KIND), (number, -passing, KIND)]
    events.append((number + 1, 4096, "logits_and_loss"))
    return phases_of([("forward", events)])[0]


@given(layers=st.integers(4, 30), kept=st.integers(1, 10**6), passing=st.integers(1, 10**6))
def test_an_order_is_extended_to_that_of_the_full_depth(layers, kept, passing):
    found = deepened(layered(2, kept, passing), layered(3, kept, passing), layers - 2)
    assert found == layered(layers, kept, passing)


def test_orders_that_do_not_differ_by_repetition_are_refused():
    one = phases_of([("forward", [(1, 1024, KIND), (2, 8192, KIND)])])[0]
    other = phases_of([("forward", [(1, 1024, KIND), (2, -1024, KIND), (3, 99999, KIND)])])[0]
    assert deepened(one, other, 5) is None


def test_the_peak_of_a_phase_is_its_highest_moment_by_kind():
    events = [(1, 1000, KIND), (2, 5000, "workspace"), (2, -5000, "workspace"), (3, 2000, KIND)]
    found = peaks(phases_of([("", [(0, 100, "weights")]), ("forward", events)]), 1)
    assert list(found) == ["forward"]
    assert found["forward"].workspace == 5000
    assert found["forward"].activations == 1000
    assert found["forward"].weights == 100
    assert found["forward"].total == 6100
