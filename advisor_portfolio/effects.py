"""What every rule adds to scores and leads, as tables worked out by the scalar verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from advisor.decide import decider_of, lead_of, quality_bounds, tally_of
from advisor.facts import Interval, Value
from advisor.rules import Engine, Finding, Outcome, Prepared, Rule, RuleSettings, unsettled
from advisor_portfolio.columns import Booleans, Column, Floats, Integers
from advisor_portfolio.lookups import Steps


class Sums:
    """The sums that a decision is made on, each with a row of its own.

    The rows are the score of every method, the settled quality of every soft prompt, and the least
    and the greatest lead of every pair that is compared.

    Attributes:
        methods: all methods.
        soft: the soft prompts.
        pairs: each method and its rival.
        settled: how many rows are needed where no rule is left open: all but the leads.
        rows: how many there are in all.
    """

    def __init__(self, methods: Sequence[str], settings: RuleSettings) -> None:
        self.methods = tuple(methods)
        self.soft = settings.groups["soft_prompts"]
        self.pairs = tuple(
            (methods[one], methods[rival])
            for one, rival in decider_of(self.methods, settings).pairs
        )
        self.settled = len(self.methods) + len(self.soft)
        self.rows = self.settled + 2 * len(self.pairs)

    def of(self, finding: Finding) -> list[int]:
        """What one finding adds to each row, in decibans."""
        tallies = tally_of([finding], self.methods)
        leads = [lead_of(finding, *pair) for pair in self.pairs]
        return [
            *(tallies[method].score for method in self.methods),
            *(quality_bounds([finding], method)[0] for method in self.soft),
            *(low for low, _ in leads),
            *(high for _, high in leads),
        ]


@dataclass(frozen=True, slots=True)
class RampTable:
    """A rule whose effect hangs on a number.

    Its states are those of the number while the rule surely fires, the same while it may fire, and
    one for silent.

    Attributes:
        rule: its number.
        fact: the fact that the ramps read.
        steps: where an effect changes.
        rows: the sums that it adds to.
        added: (rows, states) decibans.
        settled: (states,) whether it fires with known effects.
    """

    rule: int
    fact: str
    steps: Steps
    rows: Integers
    added: NDArray[np.int32]
    settled: Booleans

    def states(self, column: Column, surely: Booleans, possibly: Booleans) -> Integers:
        """(projects,) in which state the rule is."""
        half = self.steps.unknown + 1
        states = self.steps.of_ends(column) + np.where(surely, 0, half)
        return np.where(possibly, states, 2 * half)


class Effects:
    """All rules of an engine."""

    def __init__(self, engine: Engine, methods: Sequence[str]) -> None:
        rules = engine.base.rules
        self.sums = Sums(methods, engine.base.settings)
        self.vetoes = {
            method: [number for number, rule in enumerate(rules) if method in rule.veto]
            for method in methods
        }
        self.ramps: list[RampTable] = []
        self._plain: list[int] = []
        fires: list[list[int]] = []
        open_: list[list[int]] = []
        for number, (rule, prepared) in enumerate(zip(rules, engine.prepared, strict=True)):
            if prepared.cuts:
                self.ramps.append(_ramp_table(number, rule, prepared, self.sums))
                continue
            self._plain.append(number)
            fires.append(self.sums.of(prepared.findings[0]))
            open_.append(self.sums.of(unsettled(rule, {}, fires=False)))
        self._fires: Floats = np.array(fires, dtype=np.float64).reshape(-1, self.sums.rows).T
        self._open: Floats = np.array(open_, dtype=np.float64).reshape(-1, self.sums.rows).T

    def firing(
        self, columns: Mapping[str, Column], surely: Booleans, possibly: Booleans
    ) -> tuple[Booleans, list[Integers]]:
        """Which rules fire with known effects, and the states of the ramps.

        Args:
            columns: by fact.
            surely: (bits, projects) as `Lookups.judge` gives it.
            possibly: the same.

        Returns:
            (rules, projects), and for each ramp table (projects,).
        """
        settled = surely[: len(self._plain) + len(self.ramps)].copy()
        states = []
        for ramp in self.ramps:
            number = ramp.rule
            found = ramp.states(columns[ramp.fact], surely[number], possibly[number])
            settled[number] = ramp.settled[found]
            states.append(found)
        return settled, states

    def add(
        self, rows: slice, settled: Booleans, possibly: Booleans, ramps: Sequence[Integers]
    ) -> Integers:
        """(rows, projects) the sums in decibans.

        Args:
            rows: which of the sums.
            settled: (rules, projects) whether a rule fires with known effects.
            possibly: (rules, projects) whether it may fire.
            ramps: for each ramp table (projects,) its states.
        """
        fires = settled[self._plain]
        total = self._fires[rows] @ fires.astype(np.float64)
        if self._open[rows].any():
            total += self._open[rows] @ (possibly[self._plain] & ~fires).astype(np.float64)
        result = total.astype(np.intp)
        for ramp, states in zip(self.ramps, ramps, strict=True):
            for row, added in zip(ramp.rows, ramp.added, strict=True):
                if rows.start <= row < rows.stop:
                    result[row - rows.start] += added[states]
        return result


def _ramp_table(number: int, rule: Rule, prepared: Prepared, sums: Sums) -> RampTable:
    steps = Steps(prepared.cuts)
    # Just below the first cut, and at each cut, which stands for all up to the next.
    samples = (0.0, *prepared.cuts)

    def finding(first: int, last: int, *, fires: bool) -> Finding:
        if first == last and fires:
            return prepared.findings[first]
        # No value covers a last step below its first, so any range will do there.
        value: Value = Interval(samples[min(first, last)], samples[last])
        return unsettled(rule, {prepared.fact: value}, fires=fires)

    findings: list[Finding] = []
    for fires in (True, False):
        found = [finding(*pair, fires=fires) for pair in steps.pairs()]
        unknown = unsettled(rule, {}, fires=fires)
        findings += [*found, *[unknown] * (steps.unknown + 1 - len(found))]
    added = np.array([*_once(findings, sums), [0] * sums.rows], dtype=np.int32).T
    rows = np.flatnonzero(added.any(axis=1))
    settled = [one.outcome is Outcome.FIRES for one in findings]
    return RampTable(
        number, prepared.fact, steps, rows, added[rows], np.array([*settled, False], dtype=np.bool_)
    )


def _once(findings: Sequence[Finding], sums: Sums) -> list[list[int]]:
    """The sums of each finding; many are equal."""
    known: dict[tuple[object, ...], list[int]] = {}
    found = []
    for one in findings:
        key = (one.outcome, one.effects, one.bounds)
        if key not in known:
            known[key] = sums.of(one)
        found.append(known[key])
    return found
