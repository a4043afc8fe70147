"""Rules that can never decide: no facts on which leaving the rule out changes the answer.

The answer is status, recommendation, variant and alternative; the facts are all definite facts, of
which each that rules read has one value, estimates among them. A rule either has a witness, which
the search found, or one of the proofs below; where it has neither, that is said.
"""

from __future__ import annotations

from dataclasses import dataclass

from advisor.rules.checking.remark import Remark, Severity
from advisor.rules.rule import Effect, Kind, Ramp, Rule
from advisor.verification.bounds import Bounds
from advisor.verification.compiled import Compiled


@dataclass(frozen=True, slots=True)
class Proof:
    """Why a rule can never decide.

    Attributes:
        severity: a note where that is what the rule is for, or what calibration made of it.
    """

    severity: Severity
    text: str


def proof_against(rule: Rule, compiled: Compiled, bounds: Bounds) -> Proof | None:
    """A proof that the rule can never decide, or None if none of ours succeeds."""
    moved = [method for method, effect in rule.effects.items() if _moves(effect)]
    if not moved and not rule.veto:
        if rule.fitted:
            return Proof("note", "calibration has made all its effects zero")
        return Proof("warning", "all its effects are zero")
    if _alike(rule, compiled.methods):
        return Proof("note", "it moves all methods alike, so it ranks base models and no methods")
    box = compiled.boxes[rule.label]
    touched = [*moved, *rule.veto]
    if all(bounds.ruled_out(method, box, but=rule.label) for method in touched):
        named = ", ".join(touched) if len(touched) < len(compiled.methods) else "every method"
        return Proof("warning", f"other vetoes rule out {named} wherever it fires")
    if not rule.veto and bounds.turns_nothing(rule.label, box):
        return Proof("warning", "the methods that it moves are never near enough to each other")
    return None


def said_of(rule: Rule, proof: Proof | None, scenarios: int) -> Remark:
    """The remark on a rule without a witness, with the proof that there is none, if any."""
    if proof is not None:
        text = f"it can never decide: {proof.text}"
        return Remark(proof.severity, "never decisive", rule.label, text, rule.where)
    text = (
        "not shown whether it can decide: no proof that it cannot, and no facts on which it does "
        f"among {scenarios:,} scenarios"
    )
    return Remark("warning", "never decisive", rule.label, text, rule.where)


def _moves(effect: Effect) -> bool:
    return any(effect.steps[1]) if isinstance(effect, Ramp) else effect != 0


def _alike(rule: Rule, methods: tuple[str, ...]) -> bool:
    """Whether every method moves by the same fixed decibans, which no comparison can see.

    Quality rules are left aside: what they add counts less where evidence is thin.
    """
    if rule.kind is Kind.QUALITY or rule.effects.keys() != set(methods):
        return False
    effects = set(rule.effects.values())
    return len(effects) == 1 and isinstance(effects.pop(), int)
