"""Train the long reference of each cell: equally tuned, to convergence, three seeds.

``python benchmarks/microbench/reference.py [CELL ...]`` goes on where it was stopped; each finished
trial is kept in ``cache/<cell>/journal.jsonl``, and each finished cell in
``references/<cell>.json``. About a quarter of an hour a cell on two cores.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cells import CACHE, HERE, Cell, cells, reference_bench, table

from advisor.methods import load_methods
from advisor.microbench.judging.outcome import compare_methods
from advisor.microbench.planning.schedule import quality
from advisor.microbench.records import (
    Bench,
    Job,
    JobKind,
    Purpose,
    Route,
    Trial,
    TrialResult,
)
from advisor.microbench.running.journal import Entry, Journal
from advisor.microbench.running.local import LocalExecutor

METHODS = ("prompt_tuning", "full_fine_tuning")
REFERENCES = HERE / "references"
_SLOTS = 2
_LIMIT_SECONDS = 7200.0
Results = dict[str, TrialResult]


def main() -> None:
    """Train what is missing, cell after cell."""
    REFERENCES.mkdir(exist_ok=True)
    for cell in cells(sys.argv[1:]):
        if (REFERENCES / f"{cell.id}.json").exists():
            continue
        started = time.monotonic()
        run(cell)
        print(f"{cell.id}: {time.monotonic() - started:.0f} s", flush=True)


def run(cell: Cell) -> None:
    """Train one cell and write its reference."""
    bench = reference_bench(cell)
    write(cell, bench, trained(bench, CACHE / cell.id, due))


def trained(bench: Bench, folder: Path, due: Callable[[Bench, Results], list[Trial]]) -> Results:
    """Train what is due and not in the folder's journal, until nothing more is due."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.json").write_text(bench.model_dump_json(), encoding="utf-8")
    journal = Journal(folder / "journal.jsonl")
    results: Results = {
        job: TrialResult.model_validate(ending.answer)
        for job, ending in journal.endings().items()
        if ending.answer is not None
    }
    executor = LocalExecutor(folder / "bench.json", folder, slots=_SLOTS, watch=lambda _: None)
    running: set[str] = set()
    try:
        while True:
            waiting = [t for t in due(bench, results) if t.id not in running]
            for trial in waiting[: _SLOTS - len(running)]:
                running.add(trial.id)
                executor.submit(_job(bench, trial))
            if not running:
                break
            ending = executor.next_ending(1.0)
            if ending is None:
                continue
            if ending.answer is None:
                raise SystemExit(f"{ending.job}: {ending.status.value} {ending.message}")
            journal.add(Entry(ending=ending))
            running.discard(ending.job)
            results[ending.job] = TrialResult.model_validate(ending.answer)
            print(f"  {ending.job}: {results[ending.job].dev_score}", flush=True)
    finally:
        executor.close()
    return results


def due(bench: Bench, results: Results) -> list[Trial]:
    """The search of each method; once it is complete, its best pair with every seed."""
    trials = []
    for method in METHODS:
        found = search(bench, method)
        trials += found
        if all(trial.id in results for trial in found):
            trials += finals(bench, method, results)
    return [trial for trial in trials if trial.id not in results]


def search(bench: Bench, method: str) -> list[Trial]:
    """Each pair of rates at half the length."""
    listed = load_methods()[method].on(bench.task.architecture).recipe["search"]
    pairs = [(body, head) for body, head in listed]
    if bench.task.route is not Route.HEAD:
        pairs = [(body, None) for body in dict.fromkeys(body for body, _ in listed)]
    return [
        _trial(bench, method, Purpose.SEARCH, pair, 0)
        for pair in pairs[: table()["reference"]["rates"]]
    ]


def finals(bench: Bench, method: str, results: Results) -> list[Trial]:
    """The pair with the best development score, then loss, with every seed."""
    best = max(search(bench, method), key=lambda trial: quality(results[trial.id]))
    pair = (best.learning_rate, best.head_rate)
    seeds = range(1, table()["reference"]["seeds"] + 1)
    return [_trial(bench, method, Purpose.FINAL, pair, seed) for seed in seeds]


def write(cell: Cell, bench: Bench, results: Results) -> None:
    """The difference and what it took, for the comparison with micro-benchmarks."""
    trained = {method: finals(bench, method, results) for method in METHODS}
    outcomes = {m: [results[trial.id] for trial in trials] for m, trials in trained.items()}
    soft, full = METHODS
    found = compare_methods(soft, outcomes[soft], full, outcomes[full], bench.task.metric, (), 1.0)
    searched = {m: [results[trial.id] for trial in search(bench, m)] for m in METHODS}
    record: dict[str, Any] = {
        "cell": cell._asdict() | {"model": cell.model.split("/")[-2]},
        "difference": found.difference.model_dump(mode="json") if found.difference else None,
        "scores": {m: [100 * sum(r.test) / len(r.test) for r in outcomes[m]] for m in METHODS},
        "rates": {m: [trained[m][0].learning_rate, trained[m][0].head_rate] for m in METHODS},
        "steps": {m: [r.steps_done for r in outcomes[m]] for m in METHODS},
        "stopped": {m: [r.status.value for r in outcomes[m]] for m in METHODS},
        "search": {m: [[r.trial, r.dev_score] for r in searched[m]] for m in METHODS},
        "step_seconds": {
            m: sum(r.seconds_per_step * r.steps_done for r in (*searched[m], *outcomes[m]))
            for m in METHODS
        },
    }
    text = json.dumps(record, indent=1) + "\n"
    (REFERENCES / f"{cell.id}.json").write_text(text, encoding="utf-8")


def _trial(
    bench: Bench, method: str, purpose: Purpose, pair: tuple[float, float | None], seed: int
) -> Trial:
    wanted = table()["reference"]
    rows, length = len(bench.splits.train), wanted["steps"][method]
    epochs = math.ceil(length["epochs"] * rows / bench.batch_size)
    steps = min(max(epochs, length["least"]), length["most"])
    if purpose is Purpose.SEARCH:
        steps //= 2
    return Trial(
        id=f"{method}-{purpose.value}-r{pair[0]:g}-h{pair[1]}-s{seed}",
        purpose=purpose,
        method=method,
        learning_rate=pair[0],
        head_rate=pair[1],
        seed=seed,
        train_size=rows,
        steps=steps,
        dev_every=-(-steps // wanted["looks"]),
        patience=wanted["patience"],
        test=purpose is Purpose.FINAL,
    )


def _job(bench: Bench, trial: Trial) -> Job:
    return Job(
        id=trial.id, kind=JobKind.TRIAL, trial=trial, precision=bench.precision,
        batch_size=bench.batch_size, time_limit=_LIMIT_SECONDS,
    )  # fmt: skip


if __name__ == "__main__":
    main()
