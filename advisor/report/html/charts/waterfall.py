"""The waterfall of evidence: how the shares of the rules add up to the margin."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.methods import load_methods
from advisor.report.document import margin_text, shares
from advisor.report.html.charts.scale import LinearScale
from advisor.report.run import RunFile
from advisor.report.wording import decibans

_MARGIN = 4.0


@dataclass(frozen=True, slots=True)
class WaterfallStep:
    """One rule's share; the bar hangs where the one before it ended.

    Attributes:
        code: the rule's label; empty for the sum.
        says: the share with its sign.
        claim: what the rule says.
        speaks: for which of the two methods, in words.
        left, width: the bar, in percent.
        favours: whether it speaks for the first method.
    """

    code: str
    says: str
    claim: str
    speaks: str
    left: float
    width: float
    favours: bool


@dataclass(frozen=True, slots=True)
class WaterfallChart:
    """All shares and their sum; ``zero`` is the place of no difference."""

    intro: str
    first: str
    second: str
    steps: tuple[WaterfallStep, ...]
    total: WaterfallStep
    zero: float
    template: str = "waterfall.html.j2"


def waterfall_chart(record: RunFile) -> WaterfallChart | None:
    """The chart, or None where no two methods are compared."""
    if record.compared is None or record.margin_decibans is None:
        return None
    first, second = (load_methods()[method].name for method in record.compared)
    listed = shares(record)
    ends = [0]
    for _, effect, _ in listed:
        ends.append(ends[-1] + effect)
    low, high = min(*ends, record.margin_decibans), max(*ends, record.margin_decibans, 1)
    scale = LinearScale(low, high, _MARGIN, 100 - _MARGIN)
    steps = tuple(
        _step(code, claim, (start, start + effect), scale, (first, second))
        for (code, effect, claim), start in zip(listed, ends, strict=False)
    )
    total = _step("", "In all", (0, record.margin_decibans), scale, (first, second))
    return WaterfallChart(
        margin_text(record, record.compared), first, second, steps, total, zero=scale.place(0)
    )


def _step(
    code: str, claim: str, ends: tuple[int, int], scale: LinearScale, sides: tuple[str, str]
) -> WaterfallStep:
    start, end = scale.place(ends[0]), scale.place(ends[1])
    effect = ends[1] - ends[0]
    speaks = f"{decibans(abs(effect))} for {sides[effect < 0]}" if effect else "nothing either way"
    return WaterfallStep(
        code, f"{effect:+d}", claim, speaks, min(start, end), abs(end - start), effect >= 0
    )
