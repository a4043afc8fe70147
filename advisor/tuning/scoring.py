"""Answers as points of 100."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Hashable, Sequence
from decimal import Decimal

# Groups of three digits may be set apart by commas; a minus sign counts only where it is no dash.
_NUMBER = re.compile(r"(?:(?<![\w)\d])-)?\d+(?:,\d{3})*(?:\.\d+)?", re.ASCII)


def outcome(metric: str, answer: str, target: str) -> float:
    """What an answer counts.

    Returns:
        1 for the right label, text or final number and 0 for another one, the share that ROUGE-L
        gives, or the answered number itself, which is judged by its correlation.
    """
    if metric == "pearson":
        return float(answer)
    if metric == "accuracy":  # labels may differ by nothing but capitals
        return float(answer == target)
    if metric == "rouge_l":
        return rouge_l(answer, target)
    wanted = _final_number(target) if metric == "final_number" else None
    if wanted is not None:
        return float(_final_number(answer) == wanted)
    return float(_plain(answer) == _plain(target))


def score(metric: str, outcomes: Sequence[float], targets: Sequence[str]) -> float:
    """Points of 100: the mean of the outcomes, or their correlation with the targets.

    A correlation with what never changes counts as none, and so does nothing at all.
    """
    if not outcomes:
        return 0.0
    if metric != "pearson":
        return 100 * statistics.fmean(outcomes)
    try:
        return 100 * statistics.correlation(outcomes, [float(target) for target in targets])
    except statistics.StatisticsError:
        return 0.0


def majority(metric: str, train: Sequence[Hashable], test: Sequence[Hashable]) -> float:
    """Points of the most frequent training answer; numbers have no correlation with a mean.

    Args:
        metric: how answers are judged.
        train: answers, as texts, or the places of the right choices (which differ by question).
        test: as in training.
    """
    if metric == "pearson" or not train or not test:
        return 0.0
    most, _ = Counter(train).most_common(1)[0]
    if isinstance(most, str):
        return 100 * statistics.fmean(outcome(metric, most, str(target)) for target in test)
    return 100 * statistics.fmean(float(target == most) for target in test)


def rouge_l(answer: str, target: str) -> float:
    """The F-measure of the longest common subsequence of words, in any script."""
    mine, wanted = (re.findall(r"\w+", _plain(text)) for text in (answer, target))
    row = [0] * (len(wanted) + 1)
    for word in mine:
        last = 0
        for place, other in enumerate(wanted, 1):
            above = row[place]
            row[place] = last + 1 if word == other else max(above, row[place - 1])
            last = above
    return 2 * row[-1] / (len(mine) + len(wanted)) if row[-1] else 0.0


def _plain(text: str) -> str:
    """The text in lower case, its blanks and line breaks as single blanks."""
    return " ".join(text.casefold().split())


def _final_number(text: str) -> Decimal | None:
    """The last number that is written in digits: what a worked solution comes to."""
    found = _NUMBER.findall(text)
    return Decimal(found[-1].replace(",", "")) if found else None
