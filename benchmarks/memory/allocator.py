"""The trace against torch's own allocator on a CPU: real models, real steps, counted bytes.

A case builds a small model with random weights, runs two training steps under torch's profiler,
and adds up what the allocator reports; the trace of the same case never sees the run. Nothing is
fitted. T5 is reported apart.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import time
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch
import transformers
from measuring import table, versions, write_results
from torch.profiler import ProfilerActivity, profile

from advisor.estimate.settings import Head, Kernels, Precision, Settings
from advisor.estimate.trace.building import build_model
from advisor.estimate.trace.loop import make_batch, training_steps
from advisor.estimate.trace.step import trace_step
from advisor.support.errors import AdvisorError

METHODS = ("full_fine_tuning", "lora", "prompt_tuning", "prefix_tuning")
_GROUPED = {"num_attention_heads": 4, "num_key_value_heads": 2}
_WIDE = {"hidden_size": 256, "intermediate_size": 688, "num_hidden_layers": 3, "vocab_size": 2000}
_BERT = {**_WIDE, "num_attention_heads": 4, "max_position_embeddings": 600}
MODELS: dict[str, dict[str, Any]] = {
    "gpt2": {"n_embd": 256, "n_head": 4, "n_layer": 3, "vocab_size": 2000},
    "llama": {**_WIDE, **_GROUPED},
    "qwen2": {**_WIDE, **_GROUPED},
    "qwen3": {**_WIDE, **_GROUPED, "head_dim": 64},
    "mistral": {**_WIDE, **_GROUPED, "sliding_window": None},
    "gemma": {**_WIDE, **_GROUPED, "head_dim": 64},
    "phi": {**_WIDE, "num_attention_heads": 4},
    "gpt_neox": {**_WIDE, "num_attention_heads": 4},
    "bert": _BERT,
    "roberta": _BERT,
    "distilbert": {"dim": 256, "hidden_dim": 688, "n_layers": 3, "n_heads": 4, "vocab_size": 2000},
    "bart": {
        "d_model": 256, "encoder_layers": 3, "decoder_layers": 3, "encoder_attention_heads": 4,
        "decoder_attention_heads": 4, "encoder_ffn_dim": 688, "decoder_ffn_dim": 688,
        "vocab_size": 2000, "is_encoder_decoder": True,
    },
    "t5": {
        "d_model": 256, "d_kv": 64, "d_ff": 688, "num_layers": 3, "num_decoder_layers": 3,
        "num_heads": 4, "vocab_size": 2000, "is_encoder_decoder": True,
    },
}  # fmt: skip
_HEADS = {"bert": Head.CLASSIFICATION, "roberta": Head.CLASSIFICATION,
          "distilbert": Head.CLASSIFICATION, "bart": Head.SEQ2SEQ, "t5": Head.SEQ2SEQ}  # fmt: skip
_WITHOUT_CHECKPOINTING = "prefix_tuning"


@dataclass(frozen=True, slots=True)
class Case:
    """One model, method and setting."""

    model: str
    method: str
    settings: Settings

    @property
    def name(self) -> str:
        """What is run, in one line."""
        s = self.settings
        kind = "padded " if s.padded else ""
        kind += "checkpointed " if s.checkpointing else ""
        shape = f"{s.batch_size}x{s.sequence_length}"
        return f"{self.model} {self.method} {shape} {s.precision.value} {kind}".strip()


def cases() -> list[Case]:
    """Every model and method, with shapes, precisions and checkpointing taken in turn."""
    varied = [
        Settings(4, 256, precision=Precision.FP32),
        Settings(2, 256, precision=Precision.BF16),
        Settings(2, 384, precision=Precision.FP32, checkpointing=True),
        Settings(3, 128, precision=Precision.BF16_MIXED),
        Settings(3, 192, precision=Precision.BF16, padded=True),
        Settings(2, 128, precision=Precision.FP32, accumulation=4),
        Settings(2, 256, precision=Precision.BF16, checkpointing=True),
    ]
    found = []
    for (number, model), (offset, method) in itertools.product(
        enumerate(MODELS), enumerate(METHODS)
    ):
        for pick in (0, 1 + (number + offset) % 6, 1 + (number + offset + 2) % 6):
            settings = replace(
                varied[pick], kernels=Kernels.CPU, head=_HEADS.get(model, Head.CAUSAL_LM)
            )
            if settings.checkpointing and method == _WITHOUT_CHECKPOINTING:
                continue
            found.append(Case(model, method, settings))
    return found


def measured_peak(raw: dict[str, Any], method: str, settings: Settings) -> int:
    """Peak bytes of a real run on the CPU: what exists before it and what it allocates."""
    torch.manual_seed(0)
    model: Any = build_model(raw, method, settings, device="cpu")
    if settings.precision is Precision.BF16_MIXED:
        forward = model.forward

        def autocast_forward(**batch: Any) -> Any:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                return forward(**batch)

        model.forward = autocast_forward
    vocabulary = model.config.get_text_config().vocab_size
    batch = make_batch(settings, vocabulary, "cpu")
    held = {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes()
            for t in (*model.parameters(), *model.buffers(), *batch.values())}  # fmt: skip
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        training_steps(model, settings, batch, _no_listener)
    events = [
        (event.start_ns(), event.nbytes())
        for event in profiler.profiler.kineto_results.events()
        if event.name() == "[memory]"
    ]
    total = peak = 0
    for _, size in sorted(events, key=lambda event: event[0]):
        total += size
        peak = max(peak, total)
    return sum(held.values()) + peak


def _no_listener(_: str) -> None:
    """What the loop tells of its phases is not needed in a real run."""


def raw_config(model: str) -> dict[str, Any]:
    """The content of the case's config.json."""
    return {"model_type": model, **MODELS[model]}


def main() -> None:
    """Run the cases and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="run the cases whose name contains this")
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    warnings.simplefilter("ignore")
    rows = []
    for case in cases():
        if options.only not in case.name:
            continue
        raw = raw_config(case.model)
        try:
            start = time.process_time()
            predicted = trace_step(raw, case.method, case.settings).profile.peak.total
            seconds = time.process_time() - start
            truth = measured_peak(raw, case.method, case.settings)
        except AdvisorError as error:
            rows.append({"case": case.name, "refused": error.message})
            print(f"refused {case.name}: {error.message}")
            continue
        error = 100 * (predicted / truth - 1)
        rows.append({"case": case.name, "model": case.model, "measured_bytes": truth,
                     "traced_bytes": predicted, "error_percent": error,
                     "trace_seconds": seconds})  # fmt: skip
        print(f"{error:+8.3f} %  {truth / 1e6:9.2f} MB  {case.name}")
    if not options.only:
        _write(rows)


def _write(rows: list[dict[str, Any]]) -> None:
    done = [row for row in rows if "error_percent" in row]
    groups = {"all but T5": [r for r in done if r["model"] != "t5"],
              "T5": [r for r in done if r["model"] == "t5"]}  # fmt: skip
    lines = []
    for name, group in groups.items():
        errors = sorted(abs(row["error_percent"]) for row in group)
        lines.append(
            [name, str(len(errors)), f"{statistics.median(errors):.4f}",
             f"{errors[int(0.9 * (len(errors) - 1))]:.3f}", f"{errors[-1]:.3f}",
             f"{sum(r['error_percent'] > 0 for r in group)}"]
        )  # fmt: skip
    text = table(["cases", "n", "median |error| %", "p90 %", "worst %", "over"], lines)
    print(text)
    record = {"refused": [r for r in rows if "refused" in r], "cases": done, "summary": lines,
              "versions": versions(("torch", "transformers", "peft"))}  # fmt: skip
    write_results("memory-allocator", record, text)


if __name__ == "__main__":
    main()
