"""How like a written text is to the one that was wanted."""

from __future__ import annotations

import re

from advisor.microbench.spec import Metric


def likeness(metric: Metric, text: str, target: str) -> float:
    """1 or 0 for an exact match, or the share that ROUGE-L gives."""
    if metric is Metric.ROUGE_L:
        return rouge_l(text, target)
    return float(normalised(text) == normalised(target))


def normalised(text: str) -> str:
    """The text in lower case, its blanks and line breaks as single blanks."""
    return " ".join(text.casefold().split())


def rouge_l(text: str, target: str) -> float:
    """The F-measure of the longest common subsequence of words."""
    # It takes seconds to import, and only this needs it.
    from torchmetrics.functional.text import rouge_score  # noqa: PLC0415

    found = rouge_score(
        text,
        target,
        rouge_keys="rougeL",
        # The library's own keeps a-z and digits only: other scripts would count for nothing.
        normalizer=normalised,
        tokenizer=re.compile(r"\w+").findall,
    )
    return float(found["rougeL_fmeasure"])
