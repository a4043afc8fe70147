"""Static checks of a rule base: what can be said of the rules without any case.

A rule's condition is a box of cells of facts (``space``), on which all checks here are exact. What
the rules come to together, the verdict, is looked at by ``advisor.verification``.
"""

from __future__ import annotations

from advisor.rules.checking.contradictions import contradictions, pairs
from advisor.rules.checking.gaps import gaps
from advisor.rules.checking.leftovers import never_fires, overrides, stale_weights, unread_facts
from advisor.rules.checking.remark import Remark, gravest_first
from advisor.rules.checking.space import Space
from advisor.rules.rule import RuleBase

__all__ = ["Remark", "check_rules"]


def check_rules(base: RuleBase, effective: RuleBase | None = None) -> list[Remark]:
    """Return all remarks on a rule base, the gravest first.

    Args:
        base: the rules as their authors wrote them.
        effective: the same rules with fitted weights, which give the advice; gaps are theirs.
    """
    space = Space(base)
    boxes = {rule.label: space.box(rule.when) for rule in base.rules}
    dead = {
        rule.label: reason
        for rule in base.rules
        if (reason := never_fires(rule, boxes[rule.label], space))
    }
    living = [
        (rule, space.narrowing(boxes[rule.label])) for rule in base.rules if rule.label not in dead
    ]
    return gravest_first(
        [
            *(
                Remark("error", "dead", rule.label, dead[rule.label], rule.where)
                for rule in base.rules
                if rule.label in dead
            ),
            *contradictions(living, space),
            *pairs(living),
            *gaps(effective or base, Space(effective or base)),
            *unread_facts(base, space.vocabulary),
            *overrides(base),
            *stale_weights(base),
        ]
    )
