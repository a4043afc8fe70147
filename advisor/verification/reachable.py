"""Which answers can be reached at all, and why the others cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from advisor.rules.checking.points import exists
from advisor.rules.checking.remark import Remark
from advisor.rules.checking.space import Box, Space
from advisor.rules.rule import Rule, RuleBase
from advisor.verdict.decision import Status
from advisor.verdict.headline import FEW_SHOT, FULL, Headline
from advisor.verification.bounds import Bounds
from advisor.verification.compiled import Compiled

Answer = tuple[str, str]
"""A field of the outcome and a value of it."""


def answers(base: RuleBase, methods: Sequence[str]) -> list[Answer]:
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

    def __init__(self, compiled: Compiled, bounds: Bounds) -> None:
        self._compiled, self._bounds = compiled, bounds
        self._space: Space = compiled.space
        self._settings = compiled.base.settings
        self._soft = self._settings.groups["soft_prompts"]
        self._vetoes: dict[str, list[Box]] = {
            method: self._living(compiled.base.rules, method) for method in compiled.methods
        }

    def proof(self, answer: Answer) -> str:
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


def said_of(answer: Answer, proof: str, scenarios: int) -> Remark:
    """The remark on an answer that the search has not met."""
    field, value = answer
    if proof:
        text = f"no facts lead to this {field}: {proof}"
    else:
        text = f"not shown whether any facts lead to this {field}; none of {scenarios:,} did"
    return Remark("warning", "unreachable", value, text)
