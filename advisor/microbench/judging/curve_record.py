"""The record of a learning curve."""

from __future__ import annotations

from advisor.microbench.judging.crossing import Crossing
from advisor.microbench.judging.scores import MethodScore
from advisor.microbench.judging.trend import Interval
from advisor.microbench.spec import Record


class SizeScore(Record):
    """A method at a training size."""

    train_size: int
    score: MethodScore


class SizeDifference(Record):
    """Method A less method B at a training size, in points; the interval is at 95 %."""

    train_size: int
    points: float
    interval: Interval


class Line(Record):
    """A straight line in the logarithm of the training size; intervals are at 95 %, of noise alone.

    Attributes:
        per_doubling: points gained when the training size doubles.
        full_points: at the full size of the user's data.
    """

    per_doubling: float
    per_doubling_interval: Interval
    full_points: float
    full_interval: Interval


class LearningCurve(Record):
    """Two methods over the training sizes, compared where both have usable trials.

    Attributes:
        scores: of both methods, and of the others beside them, at each one's own sizes.
        differences: A less B, by size.
        full_size: how many training examples the user has.
        factor: the full size over the largest measured one; None where nothing was measured.
        line_a: of method A; None with fewer than two sizes, as are the other lines.
        line_difference: of A less B.
        trusted: whether the factor is within what the table allows, and the points are not seen to
            bend away from the line.
        straight: whether the differences lie on a line as far as can be seen; None with fewer than
            three sizes.
        crossing: None where none is claimed.
        crossing_note: what is claimed, or why nothing is.
        note: how far the lines are to be trusted; may be empty.
    """

    method_a: str
    method_b: str
    scores: tuple[SizeScore, ...]
    differences: tuple[SizeDifference, ...]
    full_size: int
    factor: float | None
    line_a: Line | None
    line_b: Line | None
    line_difference: Line | None
    trusted: bool
    straight: bool | None
    crossing: Crossing | None
    crossing_note: str
    note: str
