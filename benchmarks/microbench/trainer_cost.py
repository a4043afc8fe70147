"""What the search of a reference would take with a plain Trainer, beside a micro-benchmark.

``python benchmarks/microbench/trainer_cost.py`` lets transformers' Trainer and a trial of ours take
steps in turns, in one process on one thread, and multiplies the ratio of their CPU seconds by what
the steps of each cell's reference took (its search of rates and its three seeds, of both methods,
as they stopped). The Trainer is as its defaults have it on a CPU: 32 bits, examples in random
order, padded to the longest of their batch by DataCollatorWithPadding. Its evaluations, and what it
needs to start, are not counted, so the true cost is higher.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch
from agreement import MEASURED, REFERENCES
from cells import Cell, cells, reference_bench
from measuring import as_record, summarise, table, write_results
from peft import PromptTuningConfig, TaskType, get_peft_model
from step_time import apart, trainer_of
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

from advisor.microbench.worker.rows import training_batches
from advisor.microbench.worker.workbench import Workbench, load_workbench

CELL = "minilm-sections-256"
ROUNDS = 9
STEPS = 20
METHODS = ("prompt_tuning", "full_fine_tuning")


def main() -> None:
    """Measure the ratio of both methods, apply it to all cells, and write the results."""
    torch.set_num_threads(1)
    cell = cells([CELL])[0]
    workbench = load_workbench(reference_bench(cell))
    ratios = {method: measure(cell, workbench, method) for method in METHODS}
    found = {method: summarise(values) for method, values in ratios.items()}
    rows = [
        [method, str(one.n), f"{one.median:.2f}", f"{one.low:.2f} to {one.high:.2f}"]
        for method, one in found.items()
    ]
    text = table(["method", "rounds", "Trainer to ours, a step", "quartiles"], rows)
    costs = savings({method: one.median for method, one in found.items()})
    columns = ["cell", "Trainer, CPU s", "micro-benchmark, CPU s", "ratio"]
    shown = [
        [id_, f"{one['trainer']:.0f}", f"{one['ours']:.0f}", f"{one['ratio']:.1f}"]
        for id_, one in costs.items()
    ]
    text += "\n\n" + table(columns, shown)
    if costs:
        all_ratios = [one["ratio"] for one in costs.values()]
        middle = statistics.median(all_ratios)
        text += f"\n\nMedian {middle:.1f}, {min(all_ratios):.1f} to {max(all_ratios):.1f}."
    record = {"steps": {m: as_record(one) for m, one in found.items()}, "cells": costs}
    write_results("microbench-cost", record, text)
    print(text)


def measure(cell: Cell, workbench: Workbench, method: str) -> list[float]:
    """CPU seconds of a Trainer's step to those of ours, in each round."""
    ours = trainer_of(apart(workbench), method)
    size = workbench.bench.batch_size
    batches = training_batches(workbench.train, size, 8, 1)
    ratios, step = [], 0
    for round_ in range(ROUNDS + 1):
        plain = _plain_seconds(cell, workbench, method, round_)
        chosen = [next(batches) for _ in range(STEPS)]
        started = time.process_time()
        for batch in chosen:
            step += 1
            ours.step(step, batch)
        taken = (time.process_time() - started) / STEPS
        if round_:  # the first one warms up
            ratios.append(plain / taken)
    return ratios


def savings(ratios: dict[str, float]) -> dict[str, dict[str, float]]:
    """For each cell that was measured: CPU seconds of both, and their ratio."""
    found = {}
    for cell in cells([]):
        reference, measured = REFERENCES / f"{cell.id}.json", MEASURED / f"{cell.id}.json"
        if cell.architecture != "encoder" or not (reference.exists() and measured.exists()):
            continue
        steps = json.loads(reference.read_text(encoding="utf-8"))["step_seconds"]
        ours = json.loads(measured.read_text(encoding="utf-8"))["cpu_seconds"]
        trainer = sum(ratios[method] * steps[method] for method in METHODS)
        found[cell.id] = {"trainer": trainer, "ours": ours, "ratio": trainer / ours}
    return found


class _Times(TrainerCallback):
    """CPU seconds at the end of each step."""

    def __init__(self) -> None:
        self.at: list[float] = []

    def on_step_end(self, *_args: Any, **_kwargs: Any) -> None:
        self.at.append(time.process_time())


def _plain_seconds(cell: Cell, workbench: Workbench, method: str, seed: int) -> float:
    """CPU seconds of a Trainer's step: loading of the batch, forward, backward, optimizer."""
    labels = len(workbench.bench.task.labels)
    model = AutoModelForSequenceClassification.from_pretrained(cell.model, num_labels=labels)
    if method == "prompt_tuning":
        tokens = workbench.bench.virtual_tokens
        config = PromptTuningConfig(task_type=TaskType.SEQ_CLS, num_virtual_tokens=tokens)
        model = get_peft_model(model, config)
    rows = [
        {
            "input_ids": row.sequences[0],
            "attention_mask": [1] * len(row.sequences[0]),
            "labels": int(row.answer),
        }
        for row in workbench.train
    ]
    times = _Times()
    with tempfile.TemporaryDirectory() as folder:
        Trainer(
            model=model,
            args=TrainingArguments(
                folder,
                max_steps=STEPS + 1,
                per_device_train_batch_size=workbench.bench.batch_size,
                use_cpu=True,
                report_to="none",
                save_strategy="no",
                disable_tqdm=True,
                seed=seed,
            ),
            train_dataset=rows,
            data_collator=DataCollatorWithPadding(AutoTokenizer.from_pretrained(cell.model)),
            callbacks=[times],
        ).train()
    return (times.at[-1] - times.at[0]) / STEPS


if __name__ == "__main__":
    main()
