"""Predicted step times against published runs on an L40S.

One number is calibrated, the share of the data sheet's rate that matrix products reach, on LoRA of
rank 32 alone; all other rows are tests. The mean padded length is the one that the allocated memory
of the same run gives (published.py).
"""

from __future__ import annotations

import json
import statistics
import sys
import warnings
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import transformers
from measuring import table, versions, write_results

from advisor.catalogue.gpus import require_gpu
from advisor.catalogue.tables import timing
from advisor.estimate.duration import accelerator_speed
from advisor.estimate.roofline import DeviceSpeed, step_seconds
from advisor.estimate.settings import Settings
from advisor.estimate.trace.extrapolation import trace

MODEL = json.loads((Path(__file__).parent / "models.json").read_text("utf-8"))["Llama-3.2-3B"]
TOKENS_A_STEP = 4198051 / 5000
MEAN_LENGTH = 233
ROWS = (
    ("lora", 32, ("q_proj", "v_proj"), 0, 7174),
    ("full_fine_tuning", 0, (), 0, 2316),
    ("ia3", 0, (), 0, 7225),
    ("lora", 10, ("up_proj", "gate_proj", "down_proj"), 0, 6309),
    ("prefix_tuning", 0, (), 200, 7480),
    ("prompt_tuning", 0, (), 200, 4467),
    ("dora", 32, ("q_proj", "v_proj"), 0, 5861),
)
"""Method, rank, targets, virtual tokens, tokens a second; method_comparison/MetaMathQA/results of
huggingface/peft@5d602fdb, DoRA's of 52903c83, all with batch 4 in bfloat16 on an NVIDIA L40S."""


def seconds(row: tuple[str, int, tuple[str, ...], int, int], speed: DeviceSpeed) -> float:
    """Predicted seconds of a step."""
    method, rank, targets, virtual, _ = row
    settings = Settings(
        4, MEAN_LENGTH, padded=True, outputs_kept=True, rank=rank, targets=targets,
        virtual_tokens=virtual, adapter_dropout=0.0,
    )  # fmt: skip
    return step_seconds(trace(MODEL, method, settings).work, speed)


def calibrated(speed: DeviceSpeed) -> float:
    """The share of the data sheet's rate at which the first row is met."""
    low, high = 0.05, 1.0
    share = float(timing()["matmul_share"])
    measured = TOKENS_A_STEP / ROWS[0][-1]
    for _ in range(40):
        middle = (low + high) / 2
        scaled = replace(speed, flops_16bit=speed.flops_16bit / share * middle,
                         flops_32bit=speed.flops_32bit / share * middle)  # fmt: skip
        low, high = (middle, high) if seconds(ROWS[0], scaled) > measured else (low, middle)
    return low


def main() -> None:
    """Predict every row and write the table."""
    transformers.logging.set_verbosity_error()
    warnings.simplefilter("ignore")
    gpu = require_gpu("L40S")
    assert gpu.bf16_tflops is not None
    speed = accelerator_speed(gpu.bf16_tflops, gpu.bandwidth_gb_per_s, gpu.name)
    share = calibrated(speed)
    lines, errors = [], []
    for row in ROWS:
        measured, found = TOKENS_A_STEP / row[-1], seconds(row, speed)
        error = 100 * (found / measured - 1)
        role = "calibration" if row is ROWS[0] else "test"
        if role == "test":
            errors.append(abs(error))
        lines.append([f"{row[0]} {row[1] or ''} {row[3] or ''}".strip(), role,
                      f"{measured * 1e3:.0f}", f"{found * 1e3:.0f}", f"{error:+.1f}"])  # fmt: skip
    text = table(["run", "role", "measured ms", "predicted ms", "error %"], lines)
    text += (
        f"\nTest rows: median |error| {statistics.median(errors):.1f} %, worst {max(errors):.1f} %."
        f" The share calibrated on the first row is {share:.3f}; "
        f"timing.yaml has {timing()['matmul_share']}.\n"
    )
    print(text)
    record = {"rows": lines, "share": share, "versions": versions(("torch", "transformers"))}
    write_results("time-gpu", record, text)


if __name__ == "__main__":
    main()
