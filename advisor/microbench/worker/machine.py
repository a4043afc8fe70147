"""What the machine and the examples are, as far as the plan has to know."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

from advisor.estimate.probe import probe_cpu
from advisor.microbench.spec import Precision
from advisor.microbench.worker.memory import out_of_memory
from advisor.microbench.worker.probe import probe_precision
from advisor.microbench.worker.workbench import Workbench

_T = TypeVar("_T")


def describe_examples(workbench: Workbench) -> dict[str, Any]:
    """How long inputs and answers are, as plain data; the model does nothing."""
    return {
        "token_lengths": list(workbench.token_lengths),
        "answer_lengths": list(workbench.coder.answer_lengths),
        "most_written": workbench.coder.most_written,
        "room": workbench.encoder.room,
    }


def probe_machine(workbench: Workbench) -> dict[str, Any]:
    """The faster number format, seconds of a step in it, and the speed of a CPU, as plain data."""
    on_cpu = workbench.bench.device == "cpu"
    fastest = _in_memory(lambda: probe_precision(workbench))
    return {
        "precision": (fastest.precision if fastest else Precision.FP32).value,
        "seconds": fastest.seconds if fastest else None,
        "speed": _in_memory(lambda: dataclasses.asdict(probe_cpu())) if on_cpu else None,
    }


def _in_memory(measure: Callable[[], _T]) -> _T | None:
    """What is measured, or None where it takes too much memory: other methods may need less."""
    try:
        return measure()
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error):
            raise
        return None
