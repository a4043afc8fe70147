"""Measured against predicted memory on a CUDA device, for a grid of small models.

Runs real steps and compares torch's own counters with the trace: the allocated peak, and what the
caching allocator has reserved. Where there is no CUDA device it says so and ends.
"""

from __future__ import annotations

import itertools
import statistics
import sys
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

from advisor.estimate.settings import Head, Kernels, Optimizer, Precision, Settings
from advisor.estimate.trace.building import build_model
from advisor.estimate.trace.loop import make_batch, training_steps
from advisor.estimate.trace.step import trace_step
from advisor.support.errors import AdvisorError

METHODS = ("full_fine_tuning", "lora", "prompt_tuning", "prefix_tuning", "ia3")
RUNS = (
    Settings(4, 256),
    Settings(4, 256, padded=True),
    Settings(4, 256, precision=Precision.BF16_MIXED),
    Settings(4, 512, checkpointing=True, optimizer=Optimizer.ADAMW_FUSED),
    Settings(2, 256, precision=Precision.FP32),
)
_HEADS = {"bert": Head.CLASSIFICATION, "roberta": Head.CLASSIFICATION,
          "distilbert": Head.CLASSIFICATION, "bart": Head.SEQ2SEQ, "t5": Head.SEQ2SEQ}  # fmt: skip


def measured(raw: dict[str, Any], method: str, settings: Settings) -> tuple[int, int]:
    """Peak of allocated and of reserved bytes of a real run, the model's own among them."""
    torch.cuda.empty_cache()
    before = torch.cuda.memory_allocated(), torch.cuda.memory_reserved()
    model: Any = build_model(raw, method, settings, device="cuda")
    if settings.precision is Precision.BF16_MIXED:
        forward = model.forward

        def autocast_forward(**batch: Any) -> Any:
            with torch.autocast("cuda", dtype=torch.bfloat16):
                return forward(**batch)

        model.forward = autocast_forward
    batch = make_batch(settings, model.config.get_text_config().vocab_size, "cuda")
    torch.cuda.reset_peak_memory_stats()
    training_steps(model, settings, batch, lambda _: None)
    torch.cuda.synchronize()
    return (
        torch.cuda.max_memory_allocated() - before[0],
        torch.cuda.max_memory_reserved() - before[1],
    )


def main() -> None:
    """Run the grid, or say that there is no device."""
    if not torch.cuda.is_available():
        print("no CUDA device here, so nothing was measured")
        return
    transformers.logging.set_verbosity_error()
    warnings.simplefilter("ignore")
    rows, errors = [], []
    for model, method, run in itertools.product(MODELS, METHODS, RUNS):
        settings = replace(run, head=_HEADS.get(model, Head.CAUSAL_LM), kernels=Kernels.CUDA)
        raw = {"model_type": model, **MODELS[model]}
        try:
            traced = trace_step(raw, method, settings).profile
        except AdvisorError as error:
            print(f"not traced: {model} {method}: {error.message}")
            continue
        allocated, reserved = measured(raw, method, settings)
        error = 100 * (traced.peak.total / allocated - 1)
        held = 100 * ((traced.reserved or 0.0) / reserved - 1)
        errors.append((abs(error), abs(held)))
        kept = " checkpointed" if settings.checkpointing else ""
        padded = " padded" if settings.padded else ""
        rows.append([f"{model} {method} {settings.precision.value}{kept}{padded}",
                     f"{allocated / 1e6:.1f}", f"{error:+.3f}", f"{reserved / 1e6:.1f}",
                     f"{held:+.2f}"])  # fmt: skip
        print(*rows[-1], flush=True)
    columns = ["case", "allocated MB", "error %", "reserved MB", "error %"]
    text = table(columns, rows)
    for name, number in (("allocated", 0), ("reserved", 1)):
        sizes = [pair[number] for pair in errors]
        middle, worst = statistics.median(sizes), max(sizes)
        text += f"\n{name}: median |error| {middle:.3f} %, worst {worst:.2f} %"
    text += f"\non {torch.cuda.get_device_name()}\n"
    print(text)
    record = {"rows": rows, "device": torch.cuda.get_device_name(),
              "versions": versions(("torch", "transformers", "peft"))}  # fmt: skip
    write_results("cuda-check", record, text)


if __name__ == "__main__":
    main()
