"""What the machine and the examples are, as far as the plan has to know."""

from __future__ import annotations

import dataclasses
from typing import Any

from advisor.estimate.probe import probe_cpu
from advisor.microbench.worker.probe import probe_precision
from advisor.microbench.worker.workbench import Workbench


def probe_machine(workbench: Workbench) -> dict[str, Any]:
    """The faster number format, how long the inputs are, and the speed of a CPU, as plain data."""
    on_cpu = workbench.bench.device == "cpu"
    return {
        "precision": probe_precision(workbench).value,
        "token_lengths": list(workbench.token_lengths),
        "speed": dataclasses.asdict(probe_cpu()) if on_cpu else None,
    }
