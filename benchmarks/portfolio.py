"""Many projects at once, beside zen-engine and a generated if-chain on the same rules.

Before anything is timed, scores, variant and headline must be those of zen-engine, the if-chain and
our own scalar engine in every scenario, and the whole decision that of the scalar verdict, with
facts unknown too. Times are CPU times of this process, all threads together, taken in turns.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from engine import ROOT
from measuring import Summary, as_record, summarise, table, versions, write_results
from portfolio_sides import (
    OWN,
    SCALAR,
    ZEN,
    Judges,
    Sides,
    all_judges,
    compare,
    encoded_sides,
    text_sides,
    written_sides,
)
from scenarios import SEED

from advisor_portfolio.columns import Column
from advisor_portfolio.judging import Encoded

AIMS = {"encoded": 100.0, "text": 20.0}
SIZES = {"encoded": (10_000, 100_000, 1_000_000), "text": (10_000, 100_000)}


def main() -> None:
    """Compare, measure, print and write the results files."""
    options = _options()
    judges = all_judges()
    differences = compare(judges, options.checked)
    times = {"encoded": _times(encoded_sides(judges), options.rounds)}
    times["text"] = _times(text_sides(judges), options.rounds)
    times["as written"] = _times(written_sides(), options.rounds)
    growth = _growth(judges, options.linear_rounds)
    text = _report(times, growth, differences, options.checked)
    print(text)
    record = {
        "unit": "projects a second of CPU time; ratios are per round",
        "versions": versions(("tuning-advisor", "numpy", "zen-engine")),
        "seed": SEED,
        "rules": len(judges.bench.engine.base.rules),
        "facts": len(judges.portfolio.facts),
        "checked": options.checked,
        "differences": {name: len(found) for name, found in differences.items()},
        "projects_per_second": {
            kind: {name: as_record(summarise(found)) for name, found in sides.items()}
            for kind, sides in times.items()
        },
        "ratios": {
            kind: {name: as_record(summarise(found)) for name, found in _ratios(sides).items()}
            for kind, sides in times.items()
        },
        "aims": AIMS,
        "time_per_project": {
            kind: {str(size): as_record(found) for size, found in sizes.items()}
            for kind, sizes in growth.items()
        },
    }
    for path in write_results("portfolio", record, text):
        print(f"wrote {path.relative_to(ROOT)}")
    if any(differences.values()):
        raise SystemExit("the answers differ, so the figures mean nothing")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checked", type=int, default=3_000, help="scenarios compared")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--linear-rounds", type=int, default=5)
    return parser.parse_args()


def _times(sides: Sides, rounds: int) -> dict[str, list[float]]:
    """Projects a second of every side, round by round, the sides in turns."""
    rates: dict[str, list[float]] = {name: [] for name in sides}
    for round_ in range(rounds + 1):  # the first only warms up
        for name, (run, count) in sides.items():
            seconds = _cpu_seconds(run)
            if round_:
                rates[name].append(count / seconds)
    return rates


def _cpu_seconds(run: Callable[[], object]) -> float:
    gc.collect()
    start = time.process_time()
    run()
    return time.process_time() - start


def _ratios(rates: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    """Ours to every other side, round by round; of records as written like with like."""
    found = {}
    for name, others in rates.items():
        own = name.replace(SCALAR, OWN) if name.startswith(f"{SCALAR},") else OWN
        if own in rates and own != name:
            found[name] = [a / b for a, b in zip(rates[own], others, strict=True)]
    return found


def _growth(judges: Judges, rounds: int) -> dict[str, dict[int, Summary]]:
    """Time per project for each size, as ratio to the smallest size of the same round."""
    most = max(SIZES["encoded"])
    encoded = judges.portfolio.encode(judges.pool)
    tiled = {key: Column(np.resize(column.values, most)) for key, column in encoded.columns.items()}

    def judge(size: int) -> None:
        columns = {key: column.between(0, size) for key, column in tiled.items()}
        for _ in judges.portfolio.judge(Encoded(size, columns, {})):
            pass

    def read(size: int) -> None:
        lines = list(itertools.islice(itertools.cycle(judges.lines), size))
        for _ in judges.from_text(lines):
            pass

    found = {}
    for kind, run in (("encoded", judge), ("text", read)):
        sizes = SIZES[kind]
        ratios: dict[int, list[float]] = {size: [] for size in sizes}
        for round_ in range(rounds):
            order = sizes[:: -1 if round_ % 2 else 1]
            each = {size: _per_project(run, size, max(sizes)) for size in order}
            for size in sizes:
                ratios[size].append(each[size] / each[min(sizes)])
        found[kind] = {size: summarise(values) for size, values in ratios.items()}
    return found


def _per_project(run: Callable[[int], None], size: int, most: int) -> float:
    """Seconds for one project; small sizes are repeated to a tenth of the work of the largest."""
    repeats = max(1, most // (10 * size))
    return _cpu_seconds(lambda: [run(size) for _ in range(repeats)]) / (size * repeats)


def _report(
    times: Mapping[str, Mapping[str, Sequence[float]]],
    growth: Mapping[str, Mapping[int, Summary]],
    differences: Mapping[str, Sequence[str]],
    checked: int,
) -> str:
    counted = "; ".join(f"{name}: {len(found)}" for name, found in differences.items())
    parts = [f"{checked:,} scenarios, differences from ours: {counted}."]
    parts += [found[0] for found in differences.values() if found]
    head = ("Side", "rounds", "median a second", "quartiles", "ours to it", "quartiles")
    for kind, rates in times.items():
        ratios = _ratios(rates)
        rows = [_row(name, found, ratios.get(name)) for name, found in rates.items()]
        parts += [f"From {kind}:" if kind == "text" else f"Facts {kind}:", table(head, rows)]
        if kind in AIMS:
            parts.append(_aim(kind, summarise(ratios[ZEN])))
    for kind, sizes in growth.items():
        shown = ", ".join(
            f"{size:,}: {found.median:.2f} ({found.spread})" for size, found in sizes.items()
        )
        parts.append(f"Time per project, {kind}, as ratio to the smallest size: {shown}.")
    return "\n\n".join(parts)


def _row(name: str, rates: Sequence[float], ratios: Sequence[float] | None) -> tuple[str, ...]:
    found = summarise(rates)
    shown = (name, str(found.n), f"{found.median:,.0f}", f"{found.low:,.0f} to {found.high:,.0f}")
    if ratios is None:
        return (*shown, "", "")
    ratio = summarise(ratios)
    return (*shown, f"{ratio.median:.3g}", ratio.spread)


def _aim(kind: str, ratio: Summary) -> str:
    met = "reached" if ratio.median >= AIMS[kind] else "MISSED"
    return (
        f"Ours to zen-engine without trace: {ratio.median:.3g} (quartiles {ratio.spread}, "
        f"n = {ratio.n}); the aim of {AIMS[kind]:g} is {met}."
    )


if __name__ == "__main__":
    main()
