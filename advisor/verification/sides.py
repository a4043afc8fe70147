"""Whether the two sides of the headline ever meet: without that the rules weigh nothing."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.rules.checking import Remark
from advisor.rules.checking.contradictions import places_of
from advisor.rules.checking.cover import uncovered, vetoes_on
from advisor.verdict.headline import FULL
from advisor.verification.bounds import Bounds
from advisor.verification.compiled import Compiled


def never_meet(compiled: Compiled, bounds: Bounds) -> Iterator[Remark]:
    """Remark on vetoes that leave each side somewhere, and both together nowhere."""
    rules, space = compiled.base.rules, compiled.space
    soft = [m for m in compiled.base.settings.groups["soft_prompts"] if not bounds.ruled_out(m, {})]
    if bounds.ruled_out(FULL, {}) or not soft:
        return  # that a side is never feasible is said of its vetoes
    against_full = vetoes_on(FULL, rules, space)
    for method in soft:
        if uncovered({}, [*against_full, *vetoes_on(method, rules, space)], space) is not None:
            return
    text = (
        "no facts leave it and a soft prompt feasible together, so the two sides of the headline "
        "never meet"
    )
    yield Remark("error", "contradictory", FULL, text, places_of(FULL, rules))
