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

from advisor.microbench.spec import Bench, Purpose, Trial


def main() -> None:
    """Train what is missing, and write the results file."""
    points: dict[str, dict[str, float]] = {}
    for name in table()["development"]["sets"]:
        bench = bench_of(name, wanted()["rows"], wanted()["dev"], wanted())
        results = trained(bench, CACHE / "development" / f"decoder-{name}", due)
        points[name] = {f"{t.learning_rate:g}": _points(results, t) for t in trials(bench)}
    rates = [f"{rate:g}" for rate in wanted()["rates"]]
    rows = [[name, *(f"{own[rate]:.1f}" for rate in rates)] for name, own in points.items()]
    write_results("microbench-decoder-rates", {"points": points}, as_table(["data", *rates], rows))


def wanted() -> dict[str, Any]:
    """What was written down."""
    found: dict[str, Any] = table()["development"]["decoder"]
    return found


def due(bench: Bench, results: Results) -> list[Trial]:
    """What has not been trained yet."""
    return [trial for trial in trials(bench) if trial.id not in results]


def trials(bench: Bench) -> Iterator[Trial]:
    """A run with each rate, never stopped early."""
    looks = wanted()["looks"]
    for rate in wanted()["rates"]:
        yield Trial(
            id=f"prompt_tuning-r{rate:g}", purpose=Purpose.FINAL, method="prompt_tuning",
            learning_rate=rate, head_rate=None, seed=1, train_size=len(bench.splits.train),
            steps=wanted()["steps"], dev_every=wanted()["steps"] // looks, patience=looks,
            test=True,
        )  # fmt: skip


def _points(results: Results, trial: Trial) -> float:
    test = results[trial.id].test
    return 100 * sum(test) / len(test)


if __name__ == "__main__":
    main()
