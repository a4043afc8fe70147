"""How do the scores of short runs scatter through their seeds?

``python benchmarks/microbench/seeds.py`` trains prompt tuning and full fine-tuning with several
seeds on rows that are in no cell (ten minutes; it goes on where it was stopped), and fits what
`judging.yaml` calls the usual scatter: variances of seeds as a scaled inverse chi-square
distribution, by the likelihood of the variances that were seen (Smyth 2004).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cells import CACHE, model_path, sets_folder, table
from measuring import table as as_table
from measuring import write_results
from reference import Results, trained

from advisor.microbench.judging.noise import chance_variance
from advisor.microbench.preparing.examples import read_examples
from advisor.microbench.preparing.prompts import candidate_prompts
from advisor.microbench.preparing.splits import SplitSizes, split
from advisor.microbench.preparing.tasks import choose_task
from advisor.microbench.records import Bench, Purpose, Trial, TrialPrecision

FREEDOMS = (1, 2, 3, 4, 6, 8, 12, 20)
DEVIATIONS = tuple(round(0.1 * step, 1) for step in range(3, 51))
_QUANTILES = 400
_MANY = 100_000


class Group(NamedTuple):
    """Runs that differ by their seed alone: points of each, and variances in squared points."""

    set: str
    rows: int
    method: str
    points: list[float]
    variance: float
    by_chance: float


class Fit(NamedTuple):
    """Degrees of freedom and a deviation in points, with how likely they make what was seen."""

    log_likelihood: float
    freedom: int
    deviation: float


def main() -> None:
    """Train what is missing, fit, and write the results file."""
    groups = list(measured())
    fits = [Fit(likelihood(groups, f, d), f, d) for f in FREEDOMS for d in DEVIATIONS]
    fits.sort(reverse=True)
    rows = [
        [
            f"{g.set}, {g.rows} rows", g.method.replace("_", " "),
            ", ".join(f"{p:.1f}" for p in g.points), f"{g.variance**0.5:.2f}",
            f"{g.by_chance**0.5:.2f}",
        ]
        for g in groups
    ]  # fmt: skip
    near = [fit for fit in fits if fit.log_likelihood > fits[0].log_likelihood - 0.5]
    columns = ["data", "method", "points by seed", "deviation", "by single examples"]
    text = (
        f"{as_table(columns, rows)}\n\nMost likely: {fits[0].deviation:g} points and "
        f"{fits[0].freedom} degrees of freedom. Within half a unit of log-likelihood: "
        f"{', '.join(f'{fit.deviation:g} and {fit.freedom}' for fit in near)}."
    )
    record = {
        "groups": [group._asdict() for group in groups],
        "fits": [fit._asdict() for fit in near],
    }
    write_results("microbench-seeds", record, text)


def measured() -> Iterator[Group]:
    """Each setting's runs."""
    for name, rows, results in developed(due):
        for method in table()["development"]["trials"]:
            yield group_of(name, rows, method, results)


def developed(
    due: Callable[[Bench, Results], list[Trial]], folder: str = ""
) -> Iterator[tuple[str, int, Results]]:
    """Set, rows and results of each setting, with what is due trained.

    ``folder``: what the names of the journals' folders begin with.
    """
    wanted = table()["development"]
    for name in wanted["sets"]:
        for rows, dev in wanted["sizes"].items():
            bench = bench_of(name, rows, dev, wanted)
            journal = CACHE / "development" / f"{folder}{name}-{rows}"
            yield name, rows, trained(bench, journal, due)


def bench_of(name: str, rows: int, dev: int, wanted: dict[str, Any]) -> Bench:
    """The bench of one set at one size."""
    folder = sets_folder()
    train = read_examples(folder / f"{name}.train.jsonl", limit=_MANY)
    test = read_examples(folder / f"{name}.test.jsonl", limit=_MANY, train=train)
    task = choose_task("classification", wanted["architecture"], train, test)
    sizes = SplitSizes(rows, dev, wanted["test"])
    splits = split(task, train, test, sizes, wanted["seed"]).splits
    return Bench(
        model=model_path(wanted["model"]), task=task, splits=splits,
        prompts=candidate_prompts(task, splits.train), max_tokens=wanted["max_tokens"],
        batch_size=wanted["batch_size"], precision=TrialPrecision(wanted["precision"]),
    )  # fmt: skip


def due(bench: Bench, results: Results) -> list[Trial]:
    """What has not been trained yet."""
    return [trial for trial in trials(len(bench.splits.train)) if trial.id not in results]


def trials(rows: int) -> Iterator[Trial]:
    """All runs on so many rows, never stopped early."""
    wanted = table()["development"]
    for seed in range(1, wanted["seeds"] + 1):
        for method, own in wanted["trials"].items():
            yield Trial(
                id=f"{method}-n{rows}-s{seed}", purpose=Purpose.FINAL, method=method,
                learning_rate=own["rates"][0], head_rate=own["rates"][1], seed=seed,
                train_size=rows, steps=own["steps"], dev_every=own["steps"] // wanted["looks"],
                patience=wanted["looks"], test=True,
            )  # fmt: skip


def group_of(name: str, rows: int, method: str, results: Results) -> Group:
    """Variance of the seeds' scores, and the part of it that single examples explain."""
    own = [results[trial.id].test for trial in trials(rows) if trial.method == method]
    points = 100.0 * np.array(own)
    scores = points.mean(axis=1)
    return Group(
        name, rows, method, scores.tolist(), float(scores.var(ddof=1)), chance_variance(points)
    )


def likelihood(groups: list[Group], freedom: int, deviation: float) -> float:
    """Log-likelihood of the variances seen, over all that a seed's variance can be."""
    places = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    of_seeds = freedom * deviation**2 / stats.chi2.ppf(places, freedom)
    total = 0.0
    for group in groups:
        known = len(group.points) - 1
        scale = (of_seeds + group.by_chance) / known
        total += math.log(float(np.mean(stats.chi2.pdf(group.variance / scale, known) / scale)))
    return total


if __name__ == "__main__":
    main()
