"""How like a written text is to the one that was wanted."""

from __future__ import annotations

import re
from decimal import Decimal

from advisor.microbench.records import Metric

# Groups of three digits may be set apart by commas; a minus sign counts only where it is no dash.
_NUMBER = re.compile(r"(?:(?<![\w)\d])-)?\d+(?:,\d{3})*(?:\.\d+)?", re.ASCII)


def likeness(metric: Metric, text: str, target: str) -> float:
    """1 or 0 for an exact match or the right final number, or the share that ROUGE-L gives."""
    if metric is Metric.ROUGE_L:
        return rouge_l(text, target)
    wanted = final_number(target) if metric is Metric.FINAL_NUMBER else None
    if wanted is not None:
        return float(final_number(text) == wanted)
    return float(normalised(text) == normalised(target))


def normalised(text: str) -> str:
    """The text in lower case, its blanks and line breaks as single blanks."""
    return " ".join(text.casefold().split())


def final_number(text: str) -> Decimal | None:
    """The last number that is written in digits: what a worked solution comes to."""
    found = _NUMBER.findall(text)
    return Decimal(found[-1].replace(",", "")) if found else None


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
