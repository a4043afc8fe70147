"""What a step of a trial takes beside a bare PyTorch loop over the same batches.

``python benchmarks/microbench/step_time.py`` takes MiniLM and Debian's package descriptions; rounds
of both take turns in one process, and CPU seconds of one thread are compared. The aim is a ratio of
at most 1.10.
"""

from __future__ import annotations

import copy
import dataclasses
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch
from cells import cells, reference_bench
from measuring import as_record, summarise, table, write_results

from advisor.microbench.records import Purpose, Trial
from advisor.microbench.worker.environment import autocast
from advisor.microbench.worker.methods import equip
from advisor.microbench.worker.rows import training_batches
from advisor.microbench.worker.training import Trainer
from advisor.microbench.worker.workbench import Workbench, load_workbench

CELL = "minilm-sections-256"
ROUNDS = 15
STEPS = 8
METHODS = ("prompt_tuning", "lora", "full_fine_tuning")


def main() -> None:
    """Measure each method and write the results."""
    torch.set_num_threads(1)
    workbench = load_workbench(reference_bench(cells([CELL])[0]))
    rows, record = [], {}
    for method in METHODS:
        ratios = measure(workbench, method)
        found = summarise(ratios)
        record[method] = as_record(found)
        quartiles = f"{found.low:.2f} to {found.high:.2f}"
        rows.append([method, str(found.n), f"{found.median:.3f}", quartiles])
    text = table(["method", "rounds", "ours to bare, median", "quartiles"], rows)
    write_results("microbench-step", record, text)
    print(text)


def measure(workbench: Workbench, method: str) -> list[float]:
    """The ratio of ours to the bare loop in each round."""
    trainer = trainer_of(apart(workbench), method)
    bare = _Bare(apart(workbench), method)
    size = workbench.bench.batch_size
    batches = training_batches(workbench.train, size, 8, 1)
    ratios, step = [], 0
    for round_ in range(ROUNDS + 1):
        chosen = [next(batches) for _ in range(STEPS)]
        started = time.process_time()
        for batch in chosen:
            step += 1
            trainer.step(step, batch)
        ours = time.process_time() - started
        tensors = [bare.answering.collate(batch) for batch in chosen]
        started = time.process_time()
        for batch in tensors:
            bare.step(batch)
        if round_:  # the first one warms up
            ratios.append(ours / (time.process_time() - started))
    return ratios


class _Bare:
    """Forward, cross-entropy, backward, clip, AdamW; nothing else."""

    def __init__(self, workbench: Workbench, method: str) -> None:
        self.learner = equip(workbench, method, 1)
        self.answering = workbench.answering(self.learner)
        self._parameters = list(self.learner.trained().values())
        self._optimizer = torch.optim.AdamW(self._parameters, lr=1e-4)

    def step(self, batch: Any) -> None:
        """One step on tensors that lie ready."""
        with autocast("cpu", low_precision=True):
            logits = self.learner.forward(**batch.inputs).logits
            loss = torch.nn.functional.cross_entropy(logits.float(), batch.answers.long())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._parameters, 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)


def apart(workbench: Workbench) -> Workbench:
    return dataclasses.replace(workbench, model=copy.deepcopy(workbench.model))


def trainer_of(workbench: Workbench, method: str) -> Trainer:
    trial = Trial(
        id="step", purpose=Purpose.SEARCH, method=method, learning_rate=1e-4, head_rate=1e-3,
        seed=1, train_size=len(workbench.train), steps=10_000, dev_every=10_000, patience=1,
        test=False,
    )  # fmt: skip
    return Trainer(workbench, trial, equip(workbench, method, 1), lambda _: None)


if __name__ == "__main__":
    main()
