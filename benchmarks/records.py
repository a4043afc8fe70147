"""Random records as users write them: some facts of a project, no estimates."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

SEED = 20261124
_MODELS = (
    ("110M", "encoder"), (340_000_000, "encoder"), ("1B", "decoder"), ("3B", "encoder_decoder"),
    ("7B", "decoder"), ("8.03B", "decoder"), ("70B", "decoder"),
)  # fmt: skip
_DEVICES = (("RTX 4090", 23.5, 1), ("H100 80GB SXM", 79, 8), ("Tesla P100 PCIe 16GB", 15.9, 1))
_TASKS = ("classification", "nli_pair", "generation_long", "code")


def records(count: int, *, own_lengths: bool, seed: int = SEED) -> Iterator[dict[str, Any]]:
    """Yield records of seven models on three machines, each with data of its own.

    Args:
        count: how many.
        own_lengths: whether every project states the lengths of its inputs, which differ between
            nearly all of them; without, the usual lengths of the task are taken.
        seed: the same records for the same seed.
    """
    source = random.Random(seed)
    for _ in range(count):
        model, device = source.choice(_MODELS), source.choice(_DEVICES)
        record = {
            "model.parameters": model[0],
            "model.architecture": model[1],
            "task.type": source.choice(_TASKS),
            "hardware.accelerator": "cuda",
            "hardware.accelerator_name": device[0],
            "hardware.accelerator_memory_gib": device[1],
            "hardware.accelerator_count": device[2],
            "data.train_examples": int(10 ** source.uniform(1, 6)),
            "data.eval_examples": source.randint(100, 5000),
            "data.domain_shift": source.choice(("low", "high")),
            "deployment.tasks_per_base": source.choice((1, 5, 50)),
            "quality.tolerance_points": source.choice((0.5, 1, 2, 5)),
            "prompt.transfer_available": source.random() < 0.2,
        }
        if source.random() < 0.3:
            record["budget.hours"] = source.choice((1, 12, 100))
        if own_lengths:
            record["data.median_tokens"] = source.randint(10, 400)
            record["data.p95_tokens"] = record["data.median_tokens"] + source.randint(10, 1500)
        yield record
