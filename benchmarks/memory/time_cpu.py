"""Predicted step times on this CPU against real steps.

A probe of less than a second is taken before and after each case and the better of both counts,
since other processes share the machine. The two constants of timing.yaml that belong to the CPU
were set on the cases marked `calibration`, which are of other architectures than the test cases.
"""

from __future__ import annotations

import statistics
import sys
import time
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import torch
import transformers
from allocator import MODELS
from measuring import table, versions, write_results

from advisor.estimate.probe import probe_cpu
from advisor.estimate.roofline import DeviceSpeed, step_seconds
from advisor.estimate.settings import Head, Kernels, Precision, Settings
from advisor.estimate.trace.building import build_model
from advisor.estimate.trace.loop import STEPS, make_batch, training_steps
from advisor.estimate.trace.step import trace_step

CALIBRATION = ("gpt2", "qwen2")
TEST = ("llama", "qwen3", "gpt_neox", "bert")
METHODS = ("full_fine_tuning", "lora", "prompt_tuning")
SHAPES = ((4, 128), (2, 384))
_HEADS = {"bert": Head.CLASSIFICATION}
_REPEATS = 5


def measured(raw: dict[str, Any], method: str, settings: Settings) -> float:
    """The best time of a step in seconds, warm."""
    torch.manual_seed(0)
    model: Any = build_model(raw, method, settings, device="cpu")
    batch = make_batch(settings, model.config.get_text_config().vocab_size, "cpu")
    times = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        training_steps(model, settings, batch, lambda _: None)
        times.append((time.perf_counter() - start) / STEPS)
    return min(times)


def faster(one: DeviceSpeed, other: DeviceSpeed) -> DeviceSpeed:
    """The better of two probes in every term."""
    return replace(
        one,
        flops_32bit=max(one.flops_32bit, other.flops_32bit),
        bandwidth=max(one.bandwidth, other.bandwidth),
        operator_seconds=min(one.operator_seconds, other.operator_seconds),
    )


def main() -> None:
    """Time every case and write the results."""
    transformers.logging.set_verbosity_error()
    warnings.simplefilter("ignore")
    start = time.perf_counter()
    probe_cpu()
    probe_seconds = time.perf_counter() - start
    lines, errors = [], {"calibration": [], "test": []}
    for model in (*CALIBRATION, *TEST):
        role = "calibration" if model in CALIBRATION else "test"
        for method in METHODS:
            for shape in SHAPES:
                settings = Settings(
                    *shape, precision=Precision.FP32, kernels=Kernels.CPU,
                    head=_HEADS.get(model, Head.CAUSAL_LM),
                )  # fmt: skip
                raw = {"model_type": model, **MODELS[model]}
                before = probe_cpu()
                real = measured(raw, method, settings)
                speed = faster(before, probe_cpu())
                found = step_seconds(trace_step(raw, method, settings).profile.work, speed)
                error = 100 * (found / real - 1)
                errors[role].append(error)
                case = f"{model} {method} {shape[0]}x{shape[1]}"
                times = f"{real * 1e3:.0f}", f"{found * 1e3:.0f}"
                lines.append([case, role, *times, f"{error:+.1f}"])
                print(*lines[-1], flush=True)
    text = table(["case", "role", "measured ms", "predicted ms", "error %"], lines)
    for role, found_errors in errors.items():
        sizes = [abs(error) for error in found_errors]
        inside = sum(size <= 25 for size in sizes)
        text += (
            f"\n{role}: median |error| {statistics.median(sizes):.1f} %, worst {max(sizes):.1f} %, "
            f"{inside} of {len(sizes)} within 25 %, mean {statistics.mean(found_errors):+.1f} %\n"
        )
    text += f"\nThe probe took {probe_seconds:.2f} s, torch's import apart.\n"
    print(text)
    record = {"rows": lines, "probe_seconds": probe_seconds, "threads": torch.get_num_threads(),
              "versions": versions(("torch", "transformers"))}  # fmt: skip
    write_results("time-cpu", record, text)


if __name__ == "__main__":
    main()
