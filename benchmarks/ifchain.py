"""The rules as one plain Python function, the fastest way to judge a project without arrays.

The source is generated from the parsed tests and run with exec, which the program itself never
does. The function knows nothing of unknown values: a fact that is not there must be one that rules
do without.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from advisor.facts import Vocabulary
from advisor.methods import FEW_SHOT, FULL
from advisor.rules.rule import Ramp, Rule, RuleBase, RuleSettings
from advisor.rules.unary import NumberTest, Test


class Chained(NamedTuple):
    """What the function gives: scores, vetoed methods, variant and headline."""

    scores: dict[str, int]
    vetoed: set[str]
    variant: str | None
    headline: str


Chain: TypeAlias = Callable[[Mapping[str, Any]], Chained]


def if_chain(base: RuleBase, vocabulary: Vocabulary) -> Chain:
    """Generate and compile the function."""
    space: dict[str, Any] = {"bisect_right": bisect_right, "finish": _finish(base.settings)}
    text = "\n".join(_source(base, vocabulary, space))
    exec(compile(text, "if-chain", "exec"), space)  # noqa: S102 - generated from our own rules
    chain: Chain = space["judge"]
    return chain


def _source(base: RuleBase, vocabulary: Vocabulary, space: dict[str, Any]) -> Iterator[str]:
    levels = {table.decides for table in base.tables}
    keys = {key for rule in base.rules for key in rule.reads}
    keys |= {key for table in base.tables for row in table.rows for key in row.when}
    yield "def judge(facts):"
    for key in sorted(keys - levels):
        yield f"    {_name(key)} = facts.get({key!r})"
    for method in vocabulary.methods:
        yield f"    score_{method} = 0"
    yield "    vetoed = set()"
    for table in base.tables:
        for number, row in enumerate(table.rows):
            yield f"    {'elif' if number else 'if'} {_all(row.when, vocabulary)}:"
            yield f"        {_name(table.decides)} = {row.level!r}"
    for rule in base.rules:
        yield f"    if {_all(rule.when, vocabulary)}:"
        yield from _then(rule, space)
    scores = ", ".join(f"{method!r}: score_{method}" for method in vocabulary.methods)
    yield f"    return finish({{{scores}}}, vetoed)"


def _then(rule: Rule, space: dict[str, Any]) -> Iterator[str]:
    for method, effect in rule.effects.items():
        if isinstance(effect, Ramp):
            cuts, effects = f"cuts_{len(space)}", f"effects_{len(space)}"
            space[cuts], space[effects] = effect.steps
            yield f"        score_{method} += {effects}[bisect_right({cuts}, {_name(effect.fact)})]"
        else:
            yield f"        score_{method} += {effect}"
    if rule.veto:
        yield f"        vetoed.update({list(rule.veto)!r})"


def _name(key: str) -> str:
    return key.replace(".", "_")


def _all(when: Mapping[str, Test], vocabulary: Vocabulary) -> str:
    return " and ".join(_condition(key, test, vocabulary) for key, test in when.items()) or "True"


def _condition(key: str, test: Test, vocabulary: Vocabulary) -> str:
    name, kind = _name(key), vocabulary[key]
    if isinstance(test, NumberTest):
        shown = " or ".join(_span(name, *span) for span in test.spans)
    else:
        value = f"{name}.lower()" if kind.type == "text" else name
        shown = f"{value} {'not in' if test.negated else 'in'} {set(test.members)!r}"
    return f"{name} is not None and ({shown})" if kind.silent_if_absent else f"({shown})"


def _span(name: str, low: float, high: float) -> str:
    start = f"{low!r} <= " if low > -math.inf else ""
    end = f" < {high!r}" if high < math.inf else ""
    return f"{start}{name}{end}" if start or end else "True"


def _finish(settings: RuleSettings) -> Callable[[dict[str, int], set[str]], Chained]:
    """The headline as `advisor.decide.decide` has it, for settled scores."""
    soft: Sequence[str] = settings.groups["soft_prompts"]
    trained = settings.groups["trained"]

    def finish(scores: dict[str, int], vetoed: set[str]) -> Chained:
        variant = max((m for m in soft if m not in vetoed), key=scores.__getitem__, default=None)
        if variant is None and FULL in vetoed:
            return Chained(scores, vetoed, None, "infeasible")
        best = max(scores[method] for method in trained if method not in vetoed)
        lead = scores[FEW_SHOT] - best
        if FEW_SHOT not in vetoed and lead >= settings.do_not_train_decibans:
            return Chained(scores, vetoed, variant, "do_not_train")
        wins = variant is not None and (FULL in vetoed or scores[variant] > scores[FULL])
        return Chained(scores, vetoed, variant, "prompt_tuning" if wins else FULL)

    return finish
