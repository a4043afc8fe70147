"""Whether two learning curves cross, and at which training size."""

from __future__ import annotations

import numpy as np

from advisor.microbench.judging.failures import name_of
from advisor.microbench.judging.table import judging_table
from advisor.microbench.judging.trend import Trend
from advisor.microbench.spec import Record
from advisor.support.sentences import capital


class Crossing(Record):
    """The training size at which two methods are level, and its 95 % interval."""

    train_size: int
    low: int
    high: int


def crossing_of(trend: Trend, method_a: str, method_b: str) -> tuple[Crossing | None, str]:
    """The crossing that can be claimed, if any, and a sentence on it.

    The interval holds the sizes at which the line's own interval includes 0 (Fieller's method). It
    counts as bounded if one method surely leads at the one end of what may be extrapolated, and the
    other at the other end.

    Args:
        trend: of method A less method B.
        method_a: its identifier.
        method_b: the other's.
    """
    table = judging_table()
    curve, level = table["curve"], table["direction_level"]
    least = curve["least_sizes_for_crossing"]
    if len(trend.sizes) < least:
        return None, f"A crossing is claimed from {least} training sizes on."
    if not straight(trend):
        return (
            None,
            "The difference does not change evenly with size, so no crossing is worked out.",
        )
    factor = curve["largest_extrapolation"]
    sizes = np.geomspace(trend.sizes[0] / factor, trend.sizes[-1] * factor, curve["crossing_grid"])
    intervals = np.array([trend.at(size).interval(level) for size in sizes])
    leads = np.where(intervals[:, 0] > 0.0, 1, np.where(intervals[:, 1] < 0.0, -1, 0))
    reach = f"from {sizes[0]:,.0f} to {sizes[-1]:,.0f} training examples"
    if abs(leads.sum()) == len(leads):
        leader = name_of(method_a if leads[0] > 0 else method_b)
        return None, f"{capital(leader)} leads by the line {reach}; no crossing."
    low, high = trend.per_doubling().interval(level)
    if low <= 0.0 <= high:
        return None, "That the difference changes with size cannot be told from noise; no crossing."
    zero = trend.zero()
    if leads[0] * leads[-1] >= 0 or zero is None:
        return None, f"Where the methods are level cannot be bounded {reach}; no crossing."
    open_ = np.flatnonzero(leads == 0)
    ends = sizes[max(open_[0] - 1, 0)], sizes[min(open_[-1] + 1, len(sizes) - 1)]
    found = Crossing(train_size=round(zero), low=round(ends[0]), high=round(ends[1]))
    return found, (
        f"{capital(name_of(method_a if leads[0] > 0 else method_b))} leads with less data, "
        f"{name_of(method_a if leads[-1] > 0 else method_b)} with more; they are level at about "
        f"{found.train_size:,} training examples (95 % interval {found.low:,} to {found.high:,})."
    )


def straight(trend: Trend) -> bool | None:
    """Whether the points lie on a line as far as can be seen; None with too few to tell."""
    bend = trend.bend()
    if bend is None:
        return None
    low, high = bend.interval(judging_table()["curve"]["bend_level"])
    return low <= 0.0 <= high
