"""Run one trial from beginning to end; whatever happens becomes a result."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import torch

from advisor.microbench.records import Trial, TrialResult, TrialStatus
from advisor.microbench.worker.artefact import artefact_bytes, save_artefact
from advisor.microbench.worker.evaluation import answers
from advisor.microbench.worker.memory import in_memory, out_of_memory
from advisor.microbench.worker.methods import equip
from advisor.microbench.worker.training import DivergedError, Report, Trained, Trainer
from advisor.microbench.worker.workbench import Workbench


def run_trial(
    workbench: Workbench, trial: Trial, report: Report, keep: Path | None = None
) -> TrialResult:
    """Train as the trial says, and evaluate the state with the best development score.

    Args:
        workbench: is spoilt by this; fork, or load another one, for the next trial.
        trial: what is done.
        report: gets a small dictionary every few steps and at every look at the development split.
        keep: folder to save what was trained in; nothing is saved without one.

    Raises:
        AdvisorError: if the method does not exist or does not fit the model.
    """
    torch.set_num_threads(workbench.bench.threads)
    start = time.perf_counter()
    trainer: Trainer | None = None
    final: dict[str, Any] = {}
    status, message = None, ""
    try:
        learner = equip(workbench, trial.method, trial.seed)
        trainer = Trainer(workbench, trial, learner, report)
        trainer.run()
        # The general text has logits for the whole vocabulary, which training has not.
        final["peak_memory"] = trainer.meter.peak()
        final |= _final(workbench, trial, trainer)
        final["artefact_bytes"] = artefact_bytes(learner)
        if keep is not None:
            save_artefact(learner, workbench.encoder.tokenizer, keep)
        final["general_loss"] = in_memory(lambda: workbench.general_loss(learner))
    except DivergedError as error:
        status, message = TrialStatus.DIVERGED, str(error)
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error):
            raise
        status, message = (
            TrialStatus.OUT_OF_MEMORY,
            str(error).splitlines()[0] if str(error) else "",
        )
    trained = trainer.trained if trainer else Trained()
    if trainer and "peak_memory" not in final:
        final["peak_memory"] = trainer.meter.peak()
    return TrialResult(
        trial=trial.id,
        status=status or trained.status,
        message=message,
        steps_done=trained.steps_done,
        curve=tuple(trained.curve),
        seconds_per_step=trained.seconds_per_step,
        trainable_parameters=trained.trainable_parameters,
        seconds=time.perf_counter() - start,
        **(final if status is None else {"peak_memory": final.get("peak_memory", 0)}),
    )


def _final(workbench: Workbench, trial: Trial, trainer: Trainer) -> dict[str, Any]:
    """Scores of the trained state on the splits, as fields of the result."""
    bench, answering = workbench.bench, trainer.answering
    trainer.learner.model.eval()
    seen = workbench.train[: min(trial.train_size, len(workbench.dev))]
    found: dict[str, Any] = {
        "dev_score": answers(answering, workbench.dev, bench, bench.precision).score,
        "train_score": answers(answering, seen, bench, bench.precision).score,
    }
    if trial.test:
        test = answers(answering, workbench.test, bench, bench.precision)
        found |= {"test": test.outcomes, "predicted": test.predicted}
    return found
