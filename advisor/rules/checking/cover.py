"""Whether boxes together cover all facts within another box."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from advisor.rules.checking.space import Box, Cell, Space, find_point
from advisor.rules.rule import Rule


def uncovered(box: Box, covers: Sequence[Box], space: Space) -> dict[str, Cell] | None:
    """Facts within the box and outside all of the covers; None if there are none.

    What a cover leaves of the box is cut into boxes, one for each fact that the cover tests.
    """
    cover = next((c for c in covers if _meet(box, c, space)), None)
    if cover is None:
        return find_point(box, space)
    inside = dict(box)
    for key, passed in cover.items():
        cells = inside.get(key, frozenset(space.cells[key]))
        found = uncovered({**inside, key: cells - passed}, covers, space)
        if found is not None:
            return found
        inside[key] = cells & passed
    return None


def vetoes_on(method: str, rules: Iterable[Rule], space: Space) -> list[Box]:
    """The conditions under which a method is ruled out."""
    return [space.box(rule.when) for rule in rules if method in rule.veto]


def _meet(box: Box, cover: Box, space: Space) -> bool:
    """Whether the boxes overlap; an empty box overlaps with nothing."""
    return all(box.values()) and all(
        box.get(key, frozenset(space.cells[key])) & passed for key, passed in cover.items()
    )
