"""Verify a rule base: what each rule decides, which answers are reached, proofs for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from advisor.decide import Headline, Status
from advisor.facts import plain_value
from advisor.methods import FEW_SHOT, FULL
from advisor.rules import (
    OTHER_TEXT,
    Box,
    Effect,
    Ramp,
    Remark,
    Rule,
    RuleBase,
    RuleKind,
    Severity,
    Space,
    exists,
    places_of,
    uncovered,
    vetoes_on,
)
from advisor.verification.compiled import Compiled, FactPoint, Margins
from advisor.verification.search import Search, Witnessed

Word = tuple[str, str]
"""A field of `Advice` and a value of it."""


def reachable_answers(base: RuleBase, methods: Sequence[str]) -> list[Word]:
    """Every answer that a rule base may lead to."""
    soft = base.settings.groups["soft_prompts"]
    return [
        *(("status", status.value) for status in Status),
        ("recommendation", Headline.PROMPT_TUNING.value),
        ("recommendation", Headline.FULL_FINE_TUNING.value),
        *(("variant", method) for method in soft),
        *(("alternative", method) for method in methods if method not in (FULL, *soft)),
    ]


class Unreachable:
    """Proofs that an answer cannot be reached."""

    def __init__(self, compiled: Compiled, bounds: Margins) -> None:
        self._compiled, self._bounds = compiled, bounds
        self._space: Space = compiled.space
        self._settings = compiled.base.settings
        self._soft = self._settings.groups["soft_prompts"]
        self._vetoes: dict[str, list[Box]] = {
            method: self._living(compiled.base.rules, method) for method in compiled.methods
        }

    def proof(self, answer: Word) -> str:
        """Why no facts lead to the answer; empty if that is not shown."""
        field, value = answer
        proofs: dict[str, Callable[[], str]] = {
            Status.INFEASIBLE.value: self._infeasible,
            Status.TOO_CLOSE.value: self._too_close,
            Status.DO_NOT_TRAIN.value: self._do_not_train,
        }
        if field == "status":
            return proofs[value]() if value in proofs else ""
        if field == "recommendation":
            return self._recommendation(value)
        group = self._soft if field == "variant" else self._others
        return self._method(value, group)

    @property
    def _others(self) -> tuple[str, ...]:
        return tuple(m for m in self._compiled.methods if m not in (FULL, *self._soft))

    def _living(self, rules: Sequence[Rule], method: str) -> list[Box]:
        boxes = [self._compiled.boxes[rule.label] for rule in rules if method in rule.veto]
        return [box for box in boxes if exists(box, self._space)]

    def _always_open(self, method: str) -> bool:
        return not self._vetoes[method]

    def _never_open(self, method: str) -> bool:
        return self._bounds.ruled_out(method, {})

    def _method(self, method: str, group: Sequence[str]) -> str:
        if self._never_open(method):
            return "it is ruled out on all facts"
        for rival in group:
            first = group.index(rival) < group.index(method)
            lead = self._bounds.lead(rival, method, {}).low if rival != method else -1
            if self._always_open(rival) and lead >= (0 if first else 1):
                return f"{rival} is never ruled out and never behind it"
        return ""

    def _recommendation(self, side: str) -> str:
        leads = {method: self._bounds.lead(method, FULL, {}) for method in self._soft}
        if side == FULL:
            if self._never_open(FULL):
                return "it is ruled out on all facts"
            ahead = [m for m in self._soft if self._always_open(m) and leads[m].low > 0]
            return f"{ahead[0]} is never ruled out and always ahead of it" if ahead else ""
        if all(self._never_open(method) for method in self._soft):
            return "every soft prompt is ruled out on all facts"
        behind = all(lead.high <= 0 for lead in leads.values())
        if behind and self._always_open(FULL):
            return "full fine-tuning is never ruled out and no soft prompt is ever ahead of it"
        return ""

    def _infeasible(self) -> str:
        """Whether no facts rule out all sides: one veto on each side, and facts for all of them."""
        together = next(self._jointly((FULL, *self._soft), {}), None)
        return "" if together is not None else "no facts rule out both sides"

    def _jointly(self, methods: Sequence[str], box: Box) -> Iterator[Box]:
        if not methods:
            yield box
            return
        for veto in self._vetoes[methods[0]]:
            both = dict(box)
            for key, passed in veto.items():
                both[key] = passed & both.get(key, passed)
            if exists(both, self._space):
                yield from self._jointly(methods[1:], both)

    def _too_close(self) -> str:
        if all(self._bounds.apart(method, {}) for method in self._soft):
            return "no facts bring the two sides that near"
        return ""

    def _do_not_train(self) -> str:
        if self._never_open(FEW_SHOT):
            return "few-shot prompting is ruled out on all facts"
        needed = self._settings.do_not_train_decibans
        trained = self._settings.groups["trained"]
        if all(self._bounds.lead(FEW_SHOT, method, {}).high < needed for method in trained):
            return "few-shot prompting never leads any other method by enough"
        return ""


def _unreached_remark(answer: Word, proof: str, scenarios: int) -> Remark:
    """The remark on an answer that the search has not met."""
    field, value = answer
    if proof:
        text = f"no facts lead to this {field}: {proof}"
    else:
        text = f"not shown whether any facts lead to this {field}; none of {scenarios:,} did"
    return Remark("warning", "unreachable", value, text)


@dataclass(frozen=True, slots=True)
class Disproof:
    """Why a rule can never decide.

    Attributes:
        severity: a note where that is what the rule is for, or what calibration made of it.
    """

    severity: Severity
    text: str


def proof_against(rule: Rule, compiled: Compiled, bounds: Margins) -> Disproof | None:
    """A proof that the rule can never decide, or None if none of ours succeeds."""
    moved = [method for method, effect in rule.effects.items() if _moves(effect)]
    if not moved and not rule.veto:
        if rule.fitted:
            return Disproof("note", "calibration has made all its effects zero")
        return Disproof("warning", "all its effects are zero")
    if _alike(rule, compiled.methods):
        return Disproof(
            "note", "it moves all methods alike, so it ranks base models and no methods"
        )
    box = compiled.boxes[rule.label]
    touched = [*moved, *rule.veto]
    if all(bounds.ruled_out(method, box, but=rule.label) for method in touched):
        named = ", ".join(touched) if len(touched) < len(compiled.methods) else "every method"
        return Disproof("warning", f"other vetoes rule out {named} wherever it fires")
    if not rule.veto and bounds.turns_nothing(rule.label, box):
        return Disproof("warning", "the methods that it moves are never near enough to each other")
    return None


def _undecisive_remark(rule: Rule, proof: Disproof | None, scenarios: int) -> Remark:
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
    if rule.kind is RuleKind.QUALITY or rule.effects.keys() != set(methods):
        return False
    effects = set(rule.effects.values())
    return len(effects) == 1 and isinstance(effects.pop(), int)


def never_meet(compiled: Compiled, bounds: Margins) -> Iterator[Remark]:
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
    reached: Mapping[Word, Mapping[str, Any]]
    answers: int


def verify_rules(base: RuleBase) -> Verified:
    """Search for facts behind every rule and answer; prove for the others that there are none."""
    compiled = Compiled(base, Space(base))
    search, bounds = Search(base, compiled), Margins(compiled)
    search.broadly()
    found = search.found
    wanted = reachable_answers(base, compiled.methods)
    remarks = [
        *never_meet(compiled, bounds),
        *_undecisive(search, compiled, bounds),
        *_unreached(wanted, found, compiled, bounds),
    ]

    def shown(point: FactPoint) -> Mapping[str, Any]:
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


def _undecisive(search: Search, compiled: Compiled, bounds: Margins) -> Iterator[Remark]:
    """Remarks on rules without a witness; the search goes on for those without a proof."""
    found = search.found
    for rule in compiled.base.rules:
        box = compiled.boxes[rule.label]
        if rule.label in found.decisive or not exists(box, compiled.space):
            continue  # a rule that cannot fire is reported as dead
        proof = proof_against(rule, compiled, bounds)
        if proof is None and found.complete and rule.label not in found.doubtful:
            proof = Disproof("warning", "on none of all the facts there are")
        if proof is None:
            search.within(rule.label, box)
        if rule.label not in found.decisive:
            yield _undecisive_remark(rule, proof, found.looked_at)


def _unreached(
    wanted: Iterable[Word], found: Witnessed, compiled: Compiled, bounds: Margins
) -> Iterator[Remark]:
    """Remarks on answers that no scenario led to."""
    unreachable = Unreachable(compiled, bounds)
    possible = {pair for advice in found.possible for pair in advice._asdict().items()}
    for answer in wanted:
        if answer in found.reached:
            continue
        proof = unreachable.proof(answer)
        if not proof and found.complete and answer not in possible:
            proof = "none of all the facts there are"
        yield _unreached_remark(answer, proof, found.looked_at)
