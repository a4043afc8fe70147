"""The record of a difference between two methods, and the same in words."""

from __future__ import annotations

from typing import Literal

from advisor.microbench.judging.failures import name_of
from advisor.microbench.judging.table import judging_table
from advisor.microbench.spec import Record
from advisor.support.sentences import capital


class Difference(Record):
    """Method A's score minus method B's, in points, and what follows.

    Attributes:
        standard_error: in points, of test examples and seeds.
        interval_95: decides the direction.
        interval_90: decides equivalence.
        examples: test examples, the same for both.
        seeds: usable trials of A and of B.
        mcnemar_p: exact, two-sided, of these very models; None unless answers are right or wrong.
        smallest_visible: points that this test would show with the power of the table.
        needed_test_examples: to see a difference like this one, or that it is within the tolerance,
            whichever takes less; None where it is settled or nothing within reach suffices.
        needed_seeds: of each method, together with those examples.
        needed_budget: of a micro-benchmark here that has both, as it is typed; None if none has.
        direction: the method that is ahead; None where the interval includes zero.
        equivalence: whether the difference surely is within the tolerance, either way.
        a_within_tolerance: whether A surely is at most the tolerance below B.
        note: sentences that a reader of the figures needs; may be empty.
    """

    method_a: str
    method_b: str
    tolerance: float
    points: float
    standard_error: float
    interval_95: tuple[float, float]
    interval_90: tuple[float, float]
    examples: int
    seeds: tuple[int, int]
    mcnemar_p: float | None
    smallest_visible: float
    needed_test_examples: int | None
    needed_seeds: int | None
    needed_budget: str | None = None
    direction: str | None
    equivalence: bool
    a_within_tolerance: bool
    note: str


def sentence_of(found: Difference) -> str:
    """What the difference shows, and the smallest one that would have been seen."""
    first, second = name_of(found.method_a), name_of(found.method_b)
    chance = judging_table()["power"]
    visible = f"{found.smallest_visible:.1f} points would show here with a chance of {chance:.0%}"
    if found.equivalence:
        leads = f"; {name_of(found.direction)} leads, by less than that" if found.direction else ""
        return (
            f"{capital(first)} and {second} differ by no more than the tolerance of "
            f"{found.tolerance:g} points{leads} ({_signed(found, 90)}). {visible}."
        )
    if found.direction:
        least, most = sorted(abs(end) for end in found.interval_95)
        return (
            f"{capital(name_of(found.direction))} is better by {abs(found.points):.1f} points "
            f"(95 % interval {least:.1f} to {most:.1f}). {visible}."
        )
    return f"Too close to call: {_signed(found, 95)}. {visible}; {_what_would_settle(found)}."


def _signed(found: Difference, level: Literal[90, 95]) -> str:
    """The difference with the interval that decided: the wider one may pass the tolerance."""
    low, high = found.interval_90 if level == 90 else found.interval_95  # noqa: PLR2004
    return (
        f"{name_of(found.method_a)} less {name_of(found.method_b)} is {found.points:+.1f} points, "
        f"{level} % interval {low:+.1f} to {high:+.1f}"
    )


def _what_would_settle(found: Difference) -> str:
    if found.needed_test_examples is None:
        return "no number of examples and seeds within reach would settle it"
    return (
        f"about {found.needed_test_examples:,} test examples and {found.needed_seeds} "
        "seeds of each method would settle it"
    )
