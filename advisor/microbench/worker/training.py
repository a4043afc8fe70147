"""The training loop of a trial, which keeps its best state."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from advisor.catalogue import training
from advisor.methods import load_methods
from advisor.microbench.records import Point, Trial, TrialPrecision, TrialStatus
from advisor.microbench.worker.clock import StepClock
from advisor.microbench.worker.environment import autocast
from advisor.microbench.worker.evaluation import evaluate
from advisor.microbench.worker.memory import MemoryMeter
from advisor.microbench.worker.optimizing import RecipeOptimizer
from advisor.microbench.worker.rows import training_batches
from advisor.microbench.worker.workbench import Workbench
from advisor.tuning.learner import Learner
from advisor.tuning.rows import Row


class BestState:
    """One copy of what is trained, in the memory of the CPU."""

    def __init__(self, learner: Learner) -> None:
        self._parameters = list(learner.trained().values())
        self._copy: list[Any] = []
        self._current = True

    @property
    def size(self) -> int:
        """Bytes of the copy, 0 as long as there is none."""
        return sum(kept.numel() * kept.element_size() for kept in self._copy)

    def keep(self, *, copy: bool) -> None:
        """Remember the parameters as they are; without a copy where no step will follow."""
        self._current = not copy
        if not copy:
            return
        if not self._copy:
            self._copy = [torch.empty_like(p, device="cpu") for p in self._parameters]
        with torch.no_grad():
            for kept, parameter in zip(self._copy, self._parameters, strict=True):
                kept.copy_(parameter)

    def restore(self) -> None:
        """Set the parameters to what was remembered last."""
        if self._current:
            return
        with torch.no_grad():
            for kept, parameter in zip(self._copy, self._parameters, strict=True):
                parameter.copy_(kept)


Report = Callable[[dict[str, Any]], None]


class DivergedError(Exception):
    """A loss is no longer a number."""


@dataclass(slots=True)
class Trained:
    """What the steps came to; it fills while they run, so that a failure leaves what was seen."""

    status: TrialStatus = TrialStatus.FINISHED
    steps_done: int = 0
    curve: list[Point] = field(default_factory=list)
    seconds_per_step: float = 0.0
    trainable_parameters: int = 0


class Trainer:
    """Trains a learner as a trial says.

    The state with the best development score is in the learner afterwards, of several the latest:
    the loss often rises again long before the answers stop getting better.
    """

    def __init__(
        self, workbench: Workbench, trial: Trial, learner: Learner, report: Report
    ) -> None:
        self._workbench = workbench
        self._trial = trial
        self.learner = learner
        self._report = report
        self._precision = workbench.bench.precision
        self.answering = workbench.answering(learner)
        self._optimizer = RecipeOptimizer(learner, trial, load_methods()[trial.method])
        self._best = BestState(learner)
        self._best_score = -math.inf
        self._lowest_loss = math.inf
        self._looks_without_progress = 0
        self._clock = StepClock(workbench.bench.device)
        self._loss = torch.zeros((), device=learner.device)
        self._examples = 0
        self.meter = MemoryMeter(workbench.bench.device)
        self.trained = Trained()

    def run(self) -> None:
        """Take the steps.

        Raises:
            DivergedError: if a loss is not a number.
        """
        trial, constants = self._trial, training()
        rows = self._workbench.train[: trial.train_size]
        size = self._workbench.bench.batch_size
        batches = training_batches(rows, size, constants.pool_batches, trial.seed)
        for step in range(1, trial.steps + 1):
            self.step(step, next(batches))
            last = step == trial.steps
            if last or step % trial.dev_every == 0:
                if self._look(step, last=last):
                    self.trained.status = TrialStatus.STOPPED_EARLY
                    break
            elif step % constants.progress_every == 0:
                self._report(self._progress(step, self._mean_loss(step)))
        self._best.restore()

    def step(self, step: int, rows: Sequence[Row]) -> None:
        """One optimizer step on a batch."""
        self._clock.start()
        batch = self.answering.collate(rows)
        low = self._precision is TrialPrecision.BF16
        with autocast(self._workbench.bench.device, low_precision=low):
            losses = self.answering.losses(batch)
        losses.mean().backward()
        if step == 1:
            self.trained.trainable_parameters = with_gradients(self.learner)
        torch.nn.utils.clip_grad_norm_(self._optimizer.parameters, training().clip_norm)
        self._optimizer.step(step - 1)
        # Read only when something is reported, as reading makes a GPU wait.
        self._loss += losses.detach().sum()
        self._examples += len(rows)
        self._clock.stop()
        self.trained.steps_done = step
        self.trained.seconds_per_step = self._clock.seconds_per_step

    def keep(self, *, copy: bool = True) -> None:
        """Remember the state as it is; the copy is the benchmark's own and no cost of the method.

        Args:
            copy: False where no step will follow.
        """
        self._best.keep(copy=copy)
        self.meter.hold(self._best.size)

    def _look(self, step: int, *, last: bool) -> bool:
        """Evaluate on the development split; whether the trial ends here for lack of progress."""
        train_loss = self._mean_loss(step)
        self._loss.zero_()
        self._examples = 0
        self.learner.model.eval()
        found = evaluate(
            self.answering, self._workbench.dev, self._workbench.bench, self._precision
        )
        self.learner.model.train()
        if not math.isfinite(found.loss):
            raise DivergedError(f"the development loss was not a number after step {step}")
        score = found.answers.score
        look = Point(step=step, train_loss=train_loss, dev_loss=found.loss, dev_score=score)
        self.trained.curve.append(look)
        self._keep_if_best(look, last=last)
        shown = {"dev_loss": found.loss, "dev_score": score}
        self._report(self._progress(step, train_loss) | shown)
        return not last and self._looks_without_progress >= self._trial.patience

    def _keep_if_best(self, look: Point, *, last: bool) -> None:
        """Keep the state if no earlier one scored better, and count looks that brought nothing."""
        progress = look.dev_score > self._best_score or look.dev_loss < self._lowest_loss
        self._looks_without_progress = 0 if progress else self._looks_without_progress + 1
        self._lowest_loss = min(self._lowest_loss, look.dev_loss)
        if look.dev_score >= self._best_score:
            self._best_score = look.dev_score
            self.keep(copy=not last)

    def _mean_loss(self, step: int) -> float:
        """The training loss per example since the last look."""
        loss = float(self._loss) / max(self._examples, 1)
        if not math.isfinite(loss):
            raise DivergedError(f"the training loss was not a number by step {step}")
        return loss

    def _progress(self, step: int, loss: float) -> dict[str, Any]:
        return {
            "trial": self._trial.id,
            "step": step,
            "steps": self._trial.steps,
            "train_loss": loss,
            "rate": self._optimizer.rate,
            "memory": self.meter.peak(),
        }


def with_gradients(learner: Learner) -> int:
    """How many distinct numbers have a gradient; peft counts some that never get one."""
    return sum(p.numel() for p in learner.trained().values() if p.grad is not None)
