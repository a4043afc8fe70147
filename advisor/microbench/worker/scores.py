"""Outcomes of examples as one score in points."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from advisor.microbench.spec import Metric
from advisor.microbench.worker.routes.targets import number
from advisor.microbench.worker.rows import Row


def score(metric: Metric, outcomes: Sequence[float], rows: Sequence[Row]) -> float:
    """Points of 100: the mean of the outcomes, or their correlation with the targets.

    A correlation with what never changes counts as none.
    """
    if not outcomes:
        return 0.0
    if metric.mean_of_examples:
        return 100 * statistics.fmean(outcomes)
    try:
        return 100 * statistics.correlation(outcomes, [number(row.target) for row in rows])
    except statistics.StatisticsError:
        return 0.0
