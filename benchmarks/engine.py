"""Throughput of the rule engine with its complete trace, beside zen-engine on the same rules.

A decision is: every rule judged, the firing ones listed with their effects, the levels of the
sub-decisions, the score of every method, the vetoed methods, and the headline. Both engines must
agree on all of it in every scenario before anything is timed. Times are CPU times of this process,
taken in turns, so that the ratio holds on a busy machine too.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from measuring import Summary, as_record, summarise, table, versions, write_results
from scenarios import SEED, bounds_read, scenarios, with_unknowns
from zenrules import decision_graph, flat

import advisor
from advisor.decide.answer import answer_for
from advisor.decide.decision import Contest, contest
from advisor.decide.tally import Tally, tally_of
from advisor.facts import Vocabulary, load_vocabulary
from advisor.facts.factsfile import load_facts
from advisor.rules.engine import Assessment, Engine
from advisor.rules.loading import load_rules

try:
    import zen
except ImportError:
    zen = None  # type: ignore[assignment]

ROOT = Path(__file__).resolve().parent.parent
OWN = "advisor, complete trace"
ZEN = "zen-engine, with trace"
AIM = 10.0
_UNKNOWN_SHARE = 0.2
_SIZES = (1_000, 10_000, 50_000)
_BATCH = 500
_PACKAGES = ("tuning-advisor", "zen-engine", "PyYAML")

Scenario: TypeAlias = "dict[str, Any]"
Decision: TypeAlias = "tuple[Assessment, dict[str, Tally], Contest]"


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the comparison with zen-engine found, and how far the scenarios reach."""

    checked: int
    mismatches: list[str]
    headlines: Counter[str]
    fired: Counter[str]
    vetoes: Counter[str]


@dataclass(frozen=True, slots=True)
class Bench:
    """The compiled rules on both sides and the scenarios."""

    engine: Engine
    vocabulary: Vocabulary
    zen: Any
    bounds: Mapping[str, Sequence[float]]

    def draw(self, count: int) -> list[Scenario]:
        """The first scenarios of the fixed series."""
        return list(scenarios(count, self.bounds, self.vocabulary))

    def decide(self, facts: Scenario) -> Decision:
        """Our side: findings, scores and headline."""
        assessment = self.engine.assess(facts)
        tallies = tally_of(assessment.findings, self.vocabulary.methods)
        state = contest(tallies, assessment.findings, self.engine.base.settings)
        return assessment, tallies, state


def main() -> None:
    """Compare, measure, print and write the results files."""
    options = _options()
    bench = load_bench()
    agreement = _compare(bench, options.checked) if bench.zen else None
    rates = _rates(bench, options.rounds)
    ratio = _ratio(rates)
    linear = _linearity(bench, options.sizes, options.linear_rounds)
    text = _report(rates, ratio, linear, agreement, options.sizes)
    print(text)
    record = {
        "unit": "decisions a second of CPU time; the ratio is per round",
        "versions": versions(_PACKAGES),
        "seed": SEED,
        "rules": len(bench.engine.base.rules),
        "facts": len(bench.bounds),
        "agreement": _agreement_record(agreement, bench),
        "decisions_per_second": {name: _rate_record(found) for name, found in rates.items()},
        "ratio_to_zen": _ratio_record(ratio),
        "time_per_scenario": {str(size): as_record(found) for size, found in linear.items()},
    }
    for path in write_results("engine", record, text):
        print(f"wrote {path.relative_to(ROOT)}")
    if agreement and agreement.mismatches:
        raise SystemExit("the engines disagree, so the figures mean nothing")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checked", type=int, default=3_000, help="scenarios compared")
    parser.add_argument("--rounds", type=int, default=15, help=f"of {_BATCH} scenarios each")
    parser.add_argument("--sizes", type=int, nargs="+", default=_SIZES, help="for linearity")
    parser.add_argument("--linear-rounds", type=int, default=6)
    return parser.parse_args()


def load_bench() -> Bench:
    """The rules with authored weights, as they stand in the files, on both sides."""
    vocabulary = load_vocabulary()
    folder = rules_folder()
    optional = frozenset(key for key, kind in vocabulary.items() if kind.silent_if_absent)
    graph = decision_graph(folder, vocabulary.methods, optional)
    decision = zen.ZenEngine().create_decision(graph) if zen else None
    return Bench(Engine(load_rules(authored=True)), vocabulary, decision, bounds_read(folder))


def rules_folder() -> Path:
    """The rules that the engine reads: beside the package in a checkout, inside it in a wheel."""
    package = Path(advisor.__file__).parent
    shipped = package / "_rules"
    return shipped if shipped.is_dir() else package.parent / "rules"


def _compare(bench: Bench, count: int) -> Agreement:
    """Decide every scenario with both engines and note where they differ."""
    found = Agreement(count, [], Counter(), Counter(), Counter())
    for number, facts in enumerate(bench.draw(count)):
        assessment, tallies, state = bench.decide(facts)
        answer = bench.zen.evaluate(flattened(facts), {"trace": True})
        own, theirs = _own_view(assessment, tallies, state), _zen_view(answer, assessment)
        found.mismatches.extend(
            f"scenario {number}, {part}: {_difference(own[part], theirs[part])}"
            for part in own
            if own[part] != theirs[part]
        )
        found.headlines[state.leaning.value] += 1
        found.fired.update(finding.rule.label for finding in assessment.findings)
        found.vetoes.update(f.rule.label for f in assessment.findings if f.rule.veto)
    return found


def _own_view(
    assessment: Assessment, tallies: Mapping[str, Tally], state: Contest
) -> dict[str, Any]:
    return {
        "rules and effects": {f.rule.label: dict(f.effects) for f in assessment.findings},
        "levels": {key: level for key, (level, _) in assessment.levels.items()},
        "scores": {method: entry.score for method, entry in tallies.items()},
        "vetoed": {method for method, entry in tallies.items() if entry.vetoes},
        "headline": (state.leaning.value, state.variant, state.margin),
        "reachable": {headline.value for headline in state.reachable},
    }


def _zen_view(answer: Mapping[str, Any], assessment: Assessment) -> dict[str, Any]:
    result, trace = answer["result"], answer["trace"]
    return {
        "rules and effects": {f["rule"]: f.get("effects", {}) for f in result["findings"]},
        "levels": {key: trace[flat(key)]["output"][flat(key)] for key in assessment.levels},
        "scores": result["scores"],
        "vetoed": set(result["vetoed"]),
        "headline": (result["headline"], result.get("variant"), result.get("margin")),
        "reachable": {result["headline"]},
    }


def _difference(own: Any, theirs: Any) -> str:
    """Where two views of a part differ, without all that is equal."""
    if isinstance(own, dict):
        keys = [key for key in {**own, **theirs} if own.get(key) != theirs.get(key)]
        own, theirs = {k: own.get(k) for k in keys}, {k: theirs.get(k) for k in keys}
    return f"{own} against {theirs}"


def flattened(facts: Mapping[str, Any]) -> Scenario:
    """The facts under the names that they have in zen's graph."""
    return {flat(key): value for key, value in facts.items()}


def _rates(bench: Bench, rounds: int) -> dict[str, list[float]]:
    """Decisions a second of every side, round by round, the sides in turns."""
    known = bench.draw(_BATCH)
    partly = with_unknowns(known, _UNKNOWN_SHARE)
    flat_facts = [flattened(facts) for facts in known]
    project = [load_facts(ROOT / "examples" / "project.yaml")] * (_BATCH // 10)
    sides: dict[str, tuple[Callable[[Any], object], Sequence[Any]]] = {
        OWN: (bench.decide, known),
        "advisor, findings alone": (bench.engine.assess, known),
        f"advisor, {_UNKNOWN_SHARE:.0%} of the facts unknown": (bench.decide, partly),
        "advisor, whole answer with estimates": (lambda f: answer_for(f, bench.engine), project),
    }
    if bench.zen:
        sides[ZEN] = (lambda facts: bench.zen.evaluate(facts, {"trace": True}), flat_facts)
        sides["zen-engine, without trace"] = (bench.zen.evaluate, flat_facts)
    rates: dict[str, list[float]] = {name: [] for name in sides}
    for round_ in range(rounds + 1):  # the first only warms up
        for name, (run, inputs) in sides.items():
            seconds = _cpu_seconds(run, inputs)
            if round_:
                rates[name].append(len(inputs) / seconds)
    return rates


def _cpu_seconds(run: Callable[[Any], object], inputs: Iterable[Any]) -> float:
    start = time.process_time()
    for facts in inputs:
        run(facts)
    return time.process_time() - start


def _ratio(rates: Mapping[str, Sequence[float]]) -> Summary | None:
    if ZEN not in rates:
        return None
    pairs = zip(rates[OWN], rates[ZEN], strict=True)
    return summarise([own / other for own, other in pairs])


def _linearity(bench: Bench, sizes: Sequence[int], rounds: int) -> dict[int, Summary]:
    """Time per scenario for each size, as ratio to the smallest size of the same round.

    Small sizes are repeated to about half the work of the largest, and every other round goes from
    large to small, so that no size is favoured.
    """
    pool = bench.draw(max(sizes))
    repeats = {size: max(1, max(sizes) // (2 * size)) for size in sizes}
    ratios: dict[int, list[float]] = {size: [] for size in sizes}
    for round_ in range(rounds):
        times = {}
        for size in sizes[:: -1 if round_ % 2 else 1]:
            inputs = itertools.chain.from_iterable([pool[:size]] * repeats[size])
            times[size] = _cpu_seconds(bench.decide, inputs) / (size * repeats[size])
        for size in sizes:
            ratios[size].append(times[size] / times[min(sizes)])
    return {size: summarise(found) for size, found in ratios.items()}


def _report(
    rates: Mapping[str, Sequence[float]],
    ratio: Summary | None,
    linear: Mapping[int, Summary],
    agreement: Agreement | None,
    sizes: Sequence[int],
) -> str:
    head = ("Side", "rounds", "median a second", "quartiles", "best", "ratio to zen with trace")
    rows = [_row(name, found, rates.get(ZEN)) for name, found in rates.items()]
    growth = ", ".join(
        f"{size:,}: {linear[size].median:.2f} ({linear[size].spread})" for size in sizes
    )
    return "\n\n".join(
        [
            *_agreement_text(agreement),
            table(head, rows),
            *_ratio_text(ratio),
            f"CPU time per scenario, as ratio to the smallest batch: {growth}.",
        ]
    )


def _row(name: str, rates: Sequence[float], zen_rates: Sequence[float] | None) -> tuple[str, ...]:
    found = summarise(rates)
    shown = (str(found.n), f"{found.median:,.0f}", f"{found.low:,.0f} to {found.high:,.0f}")
    ratio = ""
    if zen_rates:
        ratio = f"{statistics.median(a / b for a, b in zip(rates, zen_rates, strict=True)):.2f}"
    return (name, *shown, f"{max(rates):,.0f}", ratio)


def _agreement_text(agreement: Agreement | None) -> list[str]:
    if agreement is None:
        return ["zen-engine is not installed, so our side was measured alone."]
    lines = [
        f"{agreement.checked:,} scenarios decided by both engines: "
        f"{len(agreement.mismatches)} mismatches in rules, effects, levels, scores, vetoes or "
        f"headline; {len(agreement.fired)} rules fired, among them {len(agreement.vetoes)} vetoes.",
        "Headlines: " + ", ".join(f"{name} {n:,}" for name, n in agreement.headlines.most_common()),
    ]
    return lines + list(itertools.islice(agreement.mismatches, 5))


def _ratio_text(ratio: Summary | None) -> list[str]:
    if ratio is None:
        return []
    met = "reached" if ratio.median >= AIM else "MISSED"
    return [
        f"Ours to zen-engine, both with trace: {ratio.median:.2f} (quartiles {ratio.spread}, "
        f"n = {ratio.n}); the aim of {AIM:g} is {met}."
    ]


def _agreement_record(agreement: Agreement | None, bench: Bench) -> dict[str, Any] | None:
    if agreement is None:
        return None
    labels = {rule.label for rule in bench.engine.base.rules}
    return {
        "checked": agreement.checked,
        "mismatches": len(agreement.mismatches),
        "first_mismatches": agreement.mismatches[:5],
        "headlines": dict(agreement.headlines.most_common()),
        "rules_never_fired": sorted(labels - set(agreement.fired)),
        "vetoes": dict(sorted(agreement.vetoes.items())),
    }


def _rate_record(rates: Sequence[float]) -> dict[str, float]:
    return as_record(summarise(rates)._replace(best=max(rates)))


def _ratio_record(ratio: Summary | None) -> dict[str, Any] | None:
    if ratio is None:
        return None
    return {**as_record(ratio), "at_least": AIM, "met": ratio.median >= AIM}


if __name__ == "__main__":
    main()
