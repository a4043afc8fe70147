"""An executor that answers from a table instead of training."""

from __future__ import annotations

from collections import deque

from advisor.microbench.records import (
    Baseline,
    Ending,
    JobKind,
    MethodProbe,
    TrialResult,
    TrialStatus,
)

NO_ROOM = "DefaultCPUAllocator: can't allocate memory: you tried to allocate 3145728 bytes."


class Table:
    """An executor whose jobs end at once, in the order in which they came."""

    loading_seconds = 0.0

    def __init__(
        self, *, failing=(), slots=2, token_seconds=0.0, trial_seconds=0.0, example_seconds=0.0,
        wall_seconds=1.0,
    ):  # fmt: skip
        self.slots = slots
        self.wall_seconds = wall_seconds
        self.failing = failing
        self.example_seconds = example_seconds
        self.token_seconds = token_seconds
        self.trial_seconds = trial_seconds
        self.jobs = []
        self._ended = deque()

    def slot_memory(self, slots):
        return 2**32 // slots

    def submit(self, job):
        self.jobs.append(job)
        self._ended.append(self._ending(job))

    def next_ending(self, timeout):
        return self._ended.popleft() if self._ended else None

    def close(self):
        pass

    def _ending(self, job):
        if job.id in self.failing or job.method in self.failing:
            return Ending(job=job.id, status=TrialStatus.OUT_OF_MEMORY, message=NO_ROOM)
        answer = self._answer(job)
        times = {"wall_seconds": self.wall_seconds if job.trial else 1.0, "cpu_seconds": 1.0}
        return Ending(job=job.id, status=TrialStatus.FINISHED, answer=answer, **times)

    def _answer(self, job):
        if job.kind is JobKind.EXAMPLES:
            return {
                "token_lengths": [50, 60, 200],
                "answer_lengths": [0, 0, 0],
                "most_written": 0,
                "room": None,
            }
        if job.kind is JobKind.PRECISION:
            seconds = job.batch_size * self.example_seconds
            return {"precision": "fp32", "seconds": seconds, "speed": None}
        if job.kind is JobKind.PROBE:
            step = 0.01 + self.token_seconds * job.batch_size * job.max_tokens
            seconds = {"seconds_per_step": step, "evaluation_seconds": 0.001}
            return MethodProbe(status=TrialStatus.FINISHED, **seconds).model_dump(mode="json")
        if job.kind is JobKind.BASELINE:
            return self._baseline(job)
        test = (1.0,) * job.trial.test_size if job.trial.test else ()
        seconds, status = self.trial_seconds, TrialStatus.FINISHED
        result = TrialResult(
            trial=job.id, status=status, dev_score=50.0, test=test, seconds=seconds
        )
        return result.model_dump(mode="json")

    def _baseline(self, job):
        test = [1.0] * job.test_size
        return {
            Baseline.MAJORITY: {"majority": 50.0, "note": ""},
            Baseline.ZERO_SHOT: {"zero_shot": 100.0, "zero_shot_test": test},
            Baseline.HEAD_ONLY: {"head_only": 100.0, "head_only_test": test},
            Baseline.GENERAL_LOSS: {"general_loss": 2.0},
        }[job.baseline]
