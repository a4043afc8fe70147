"""What a few real steps cost on this machine."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch

from advisor.catalogue import training
from advisor.methods import FULL, load_methods
from advisor.microbench.records import (
    MethodProbe,
    Purpose,
    Route,
    Task,
    Trial,
    TrialPrecision,
    TrialStatus,
)
from advisor.microbench.worker.clock import StepClock
from advisor.microbench.worker.environment import autocast
from advisor.microbench.worker.evaluation import answers
from advisor.microbench.worker.memory import Reserved, out_of_memory
from advisor.microbench.worker.methods import equip
from advisor.microbench.worker.rows import quantiles
from advisor.microbench.worker.training import Trainer
from advisor.microbench.worker.workbench import Workbench
from advisor.tuning.rows import Row


class Fastest(NamedTuple):
    """A number format, and the seconds of a step of full fine-tuning in it, without the update."""

    precision: TrialPrecision
    seconds: float


def probe_precision(workbench: Workbench) -> Fastest:
    """The format in which a step of full fine-tuning takes less time; the weights stay as they are.

    Formats take turns, and the fastest pass of each counts, as other work can only slow one down.
    Where a first turn takes long it is the only one: what warms up hardly counts then.
    """
    device = workbench.bench.device
    torch.set_num_threads(workbench.bench.threads)
    learner = equip(workbench, FULL, 0)
    answering = workbench.answering(learner)
    batch = answering.collate(typical_batches(workbench, 1)[0])
    clock = StepClock(device)
    seconds: dict[TrialPrecision, list[float]] = {each: [] for each in _formats(device)}
    for _ in _enough(clock, least=1):
        for precision, times in seconds.items():
            start = clock.now()
            with autocast(device, low_precision=precision is TrialPrecision.BF16):
                losses = answering.losses(batch)
            losses.mean().backward()
            times.append(clock.now() - start)
            learner.model.zero_grad(set_to_none=True)
    fastest = min(seconds, key=lambda precision: min(seconds[precision]))
    return Fastest(fastest, min(seconds[fastest]))


def _formats(device: str) -> list[TrialPrecision]:
    """The number formats that the device can compute in."""
    if device == "mps" or (device == "cuda" and not torch.cuda.is_bf16_supported()):
        return [TrialPrecision.FP32]
    return [TrialPrecision.FP32, TrialPrecision.BF16]


def probe_method(workbench: Workbench, method: str, precision: TrialPrecision) -> MethodProbe:
    """A few training steps and some evaluated examples; the workbench is spoilt by this."""
    bench = workbench.bench.model_copy(update={"precision": precision})
    workbench = dataclasses.replace(workbench, bench=bench)
    torch.set_num_threads(bench.threads)
    trainer = None
    reserved, rewritten = Reserved(), workbench.rewritten(method)
    try:
        learner = equip(workbench, method, 0)
        trainer = Trainer(workbench, _trial(method, bench.task), learner, _ignore)
        # A trial holds this copy beside its steps, so what has no room for it has no room at all.
        trainer.keep()
        batches = _probe_batches(workbench)
        # The first step warms up and is not counted, so one more is needed.
        for step in _enough(StepClock(bench.device), least=2):
            trainer.step(step + 1, batches[step])
        peak = trainer.meter.peak()
        seconds = _evaluation_seconds(workbench, trainer)
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error):
            raise
        peak = trainer.meter.peak() if trainer else 0
        return MethodProbe(
            status=TrialStatus.OUT_OF_MEMORY, message=str(error)[:200], peak_memory=peak
        )
    return MethodProbe(
        status=TrialStatus.FINISHED,
        seconds_per_step=trainer.trained.seconds_per_step,
        evaluation_seconds=seconds,
        peak_memory=peak,
        sequence_lengths=quantiles([row.length for row in workbench.train]),
        added_memory=reserved.growth() + rewritten if bench.device == "cpu" else 0,
    )


def _enough(clock: StepClock, *, least: int) -> Iterator[int]:
    """Numbers of steps until there are enough of them, or they have taken long enough."""
    constants, start = training(), clock.now()
    for step in range(1 + constants.probe_steps):
        yield step
        if step + 1 >= least and clock.now() - start > constants.probe_seconds:
            return


def _probe_batches(workbench: Workbench) -> list[Sequence[Row]]:
    """A batch of the longest rows, which needs the most memory and warms up, then typical ones.

    The most typical one comes first, as there may be no time for the others.
    """
    count = training().probe_steps
    typical = typical_batches(workbench, count)
    longest = sorted(workbench.train, key=lambda row: -row.length)[: workbench.bench.batch_size]
    return [longest, typical.pop(count // 2), *typical]


def typical_batches(workbench: Workbench, count: int) -> list[Sequence[Row]]:
    """Batches of rows of like length, from short ones to long ones so that their mean is typical.

    Batches are full even where there are fewer examples, as time is what is asked.
    """
    size = workbench.bench.batch_size
    rows = sorted(workbench.train, key=lambda row: row.length)
    batches: list[Sequence[Row]] = []
    for index in range(count):
        middle = int(len(rows) * (index + 0.5) / count)
        start = max(0, min(middle - size // 2, len(rows) - size))
        chosen = rows[start : start + size]
        batches.append([chosen[i % len(chosen)] for i in range(size)])
    return batches


def _evaluation_seconds(workbench: Workbench, trainer: Trainer) -> float:
    """Seconds for one example of the development split, its answer written if the model writes."""
    count = workbench.bench.batch_size
    if workbench.bench.task.route is not Route.TEXT:
        count *= training().evaluation_batches
    rows = workbench.dev[:count]
    clock = StepClock(workbench.bench.device)
    trainer.learner.model.eval()
    start = clock.now()
    answers(trainer.answering, rows, workbench.bench, workbench.bench.precision)
    return (clock.now() - start) / max(len(rows), 1)


def _trial(method: str, task: Task) -> Trial:
    body, head = load_methods()[method].on(task.architecture).recipe["search"][0]
    return Trial(
        id="probe",
        purpose=Purpose.SEARCH,
        method=method,
        learning_rate=body,
        head_rate=head,
        seed=0,
        train_size=0,
        steps=1000,
        dev_every=1000,
        patience=1,
        test=False,
    )


def _ignore(_progress: dict[str, Any]) -> None:
    """Nobody waits for the progress of a probe."""
