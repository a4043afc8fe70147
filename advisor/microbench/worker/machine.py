"""What the machine and the examples are, as far as the plan has to know."""

from __future__ import annotations

import dataclasses
from typing import Any

from advisor.estimate.probe import probe_cpu
from advisor.microbench.spec import Precision
from advisor.microbench.worker.memory import in_memory
from advisor.microbench.worker.probe import probe_precision
from advisor.microbench.worker.workbench import Workbench


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
    fastest = in_memory(lambda: probe_precision(workbench))
    return {
        "precision": (fastest.precision if fastest else Precision.FP32).value,
        "seconds": fastest.seconds if fastest else None,
        "speed": in_memory(lambda: dataclasses.asdict(probe_cpu())) if on_cpu else None,
    }
