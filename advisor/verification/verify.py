"""Verify a rule base: facts on which each rule decides, and facts that lead to each answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from advisor.facts.showing import plain_value
from advisor.rules.checking import Remark
from advisor.rules.checking.points import exists
from advisor.rules.checking.space import OTHER_TEXT, Space
from advisor.rules.rule import RuleBase
from advisor.verification import decisive, reachable
from advisor.verification.bounds import Bounds
from advisor.verification.compiled import Compiled, Point
from advisor.verification.decisive import Proof, proof_against
from advisor.verification.reachable import Answer, Unreachable, answers
from advisor.verification.search import Found, Search
from advisor.verification.sides import never_meet


@dataclass(frozen=True, slots=True)
class Verified:
    """What is known of the rules together.

    Attributes:
        remarks: rules that never decide, answers that cannot be reached, sides that never meet.
        decisive: by label of a rule, facts on which leaving it out changes the answer.
        reached: by field and value of the answer, facts that lead to it.
        answers: how many answers there are, reached or not.
    """

    remarks: list[Remark]
    decisive: Mapping[str, Mapping[str, Any]]
    reached: Mapping[Answer, Mapping[str, Any]]
    answers: int


def verify(base: RuleBase) -> Verified:
    """Search for facts behind every rule and answer; prove for the others that there are none."""
    compiled = Compiled(base, Space(base))
    search, bounds = Search(base, compiled), Bounds(compiled)
    search.broadly()
    found = search.found
    wanted = answers(base, compiled.methods)
    remarks = [
        *never_meet(compiled, bounds),
        *_undecisive(search, compiled, bounds),
        *_unreached(wanted, found, compiled, bounds),
    ]

    def shown(point: Point) -> Mapping[str, Any]:
        facts = compiled.facts(point).values() if point else {}
        return {
            key: "(any other)" if value == OTHER_TEXT else plain_value(value)
            for key, value in sorted(facts.items())
        }

    return Verified(
        remarks=remarks,
        decisive={label: shown(point) for label, point in found.decisive.items()},
        reached={a: shown(found.reached[a]) for a in wanted if a in found.reached},
        answers=len(wanted),
    )


def _undecisive(search: Search, compiled: Compiled, bounds: Bounds) -> Iterator[Remark]:
    """Remarks on rules without a witness; the search goes on for those without a proof."""
    found = search.found
    for rule in compiled.base.rules:
        box = compiled.boxes[rule.label]
        if rule.label in found.decisive or not exists(box, compiled.space):
            continue  # a rule that cannot fire is reported as dead
        proof = proof_against(rule, compiled, bounds)
        if proof is None and found.complete and rule.label not in found.doubtful:
            proof = Proof("warning", "on none of all the facts there are")
        if proof is None:
            search.within(rule.label, box)
        if rule.label not in found.decisive:
            yield decisive.said_of(rule, proof, found.looked_at)


def _unreached(
    wanted: Iterable[Answer], found: Found, compiled: Compiled, bounds: Bounds
) -> Iterator[Remark]:
    """Remarks on answers that no scenario led to."""
    unreachable = Unreachable(compiled, bounds)
    possible = {pair for outcome in found.possible for pair in outcome._asdict().items()}
    for answer in wanted:
        if answer in found.reached:
            continue
        proof = unreachable.proof(answer)
        if not proof and found.complete and answer not in possible:
            proof = "none of all the facts there are"
        yield reachable.said_of(answer, proof, found.looked_at)
