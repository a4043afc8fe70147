"""Answers as points of 100."""

from __future__ import annotations

import re
import statistics
from collections import Counter

from data import Example

_NUMBER = re.compile(r"(?:(?<![\w)\d])-)?\d+(?:,\d{3})*(?:\.\d+)?", re.ASCII)


def outcome(metric: str, answer: str, target: str) -> float:
    """1 for a right answer and 0 for a wrong one, the share that ROUGE-L gives, or a number."""
    if metric == "pearson":
        return float(answer)
    if metric == "rouge_l":
        return rouge_l(answer, target)
    if metric == "final_number" and _final_number(target):
        return float(_final_number(answer) == _final_number(target))
    return float(_plain(answer) == _plain(target))


def score(metric: str, outcomes: list[float], targets: list[str]) -> float:
    """The mean of the outcomes, or their correlation with the targets."""
    if metric != "pearson":
        return 100 * statistics.fmean(outcomes)
    try:
        return 100 * statistics.correlation(outcomes, [float(target) for target in targets])
    except statistics.StatisticsError:  # answers that never change follow nothing
        return 0.0


def majority(metric: str, train: list[Example], test: list[Example]) -> float:
    """Points of the most frequent answer of the training rows; of choices the place counts."""
    if metric == "pearson":
        return 0.0
    if train[0].choices:
        most = Counter(e.choices.index(e.target) for e in train).most_common(1)[0][0]
        return 100 * statistics.fmean(e.choices.index(e.target) == most for e in test)
    answer = Counter(example.target for example in train).most_common(1)[0][0]
    return 100 * statistics.fmean(outcome(metric, answer, e.target) for e in test)


def rouge_l(answer: str, target: str) -> float:
    """The F-measure of the longest common subsequence of words."""
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
    return " ".join(text.casefold().split())


def _final_number(text: str) -> float | None:
    found = _NUMBER.findall(text)
    return float(found[-1].replace(",", "")) if found else None
