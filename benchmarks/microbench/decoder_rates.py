"""With which learning rate should prompt tuning of a small decoder begin?

``python benchmarks/microbench/decoder_rates.py`` trains the rates of the recipe on a decoder that
chooses labels by their words, on rows that are in no cell, with batches as a small budget has them
(half an hour; it goes on where it was stopped). A budget that holds one rate alone takes the first.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cells import CACHE, table
from measuring import table as as_table
from measuring import write_results
from reference import Results, trained
from seeds import bench_of

from advisor.microbench.records import Bench, Purpose, Trial


def main() -> None:
    """Train what is missing, and write the results file."""
    found: dict[str, dict[str, dict[str, float | None]]] = {}
    for name in table()["development"]["sets"]:
        bench = bench_of(name, wanted()["rows"], wanted()["dev"], wanted())
        results = trained(bench, CACHE / "development" / f"decoder-{name}", due)
        found[name] = {f"{t.learning_rate:g}": _points(results, t) for t in trials(bench)}
    rates = [f"{rate:g}" for rate in wanted()["rates"]]
    rows = [[name, *(_shown(own[rate]) for rate in rates)] for name, own in found.items()]
    shown = as_table(["data", *rates], rows)
    text = f"Points on the test split (on the development split):\n\n{shown}"
    write_results("microbench-decoder-rates", {"points": found}, text)


def wanted() -> dict[str, Any]:
    """What was written down."""
    found: dict[str, Any] = table()["development"]["decoder"]
    return found


def due(bench: Bench, results: Results) -> list[Trial]:
    """What has not been trained yet."""
    return [trial for trial in trials(bench) if trial.id not in results]


def trials(bench: Bench) -> Iterator[Trial]:
    """A run with each rate, never stopped early."""
    rows, steps, looks = len(bench.splits.train), wanted()["steps"], wanted()["looks"]
    for rate in wanted()["rates"]:
        yield Trial(
            id=f"r{rate:g}-n{rows}-t{steps}", purpose=Purpose.FINAL, method="prompt_tuning",
            learning_rate=rate, head_rate=None, seed=1, train_size=rows,
            steps=steps, dev_every=steps // looks, patience=looks,
            test=True,
        )  # fmt: skip


def _points(results: Results, trial: Trial) -> dict[str, float | None]:
    """Of the state that counts, on both splits; None where the run failed."""
    found = results[trial.id]
    test = 100 * sum(found.test) / len(found.test) if found.test else None
    return {"test": test, "dev": found.dev_score}


def _shown(points: dict[str, float | None]) -> str:
    return "{} ({})".format(*("-" if p is None else f"{p:.1f}" for p in points.values()))


if __name__ == "__main__":
    main()
