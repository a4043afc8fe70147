"""Rules that can never fire."""

from __future__ import annotations

from advisor.rules.checking.points import exists
from advisor.rules.checking.space import Box, Space
from advisor.rules.rule import Rule


def never_fires(rule: Rule, box: Box, space: Space) -> str:
    """Why the rule can never fire, or the empty string if it can."""
    for key, passed in box.items():
        if not passed:
            test = rule.when[key].text
            return f"it can never fire: no possible value of {key} passes the test {test!r}"
    if exists(box, space):
        return ""
    for relation in space.relations:
        tied = {key: box[key] for key in relation.keys if key in box}
        if not exists(tied, space):
            return f"it can never fire: {relation.says}"
    decided = " and ".join(key for key in box if key in space.tables)
    return f"it can never fire: its other tests leave no way to this level of {decided}"
