"""Two and three layers extended to the full depth, against a trace of the full depth.

Memory is compared phase by phase, with what the caching allocator would hold, and operations over
the whole step. Then the time of a trace is taken at 8 and at 80 layers, and of the closed form.
"""

from __future__ import annotations

import itertools
import json
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import transformers
from measuring import as_record, summarise, table, versions, write_results

from advisor.estimate.closed import closed_form_profile
from advisor.estimate.settings import Head, Precision, Settings
from advisor.estimate.shape import ModelShape
from advisor.estimate.trace.extrapolation import trace
from advisor.estimate.trace.step import trace_step

LARGE: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "models.json").read_text("utf-8")
)
_SMALL = {"hidden_size": 256, "num_attention_heads": 8, "vocab_size": 4000}
STRESS: dict[str, tuple[dict[str, Any], Head]] = {
    "llama": (
        {"model_type": "llama", "num_hidden_layers": 12, "intermediate_size": 700,
         "num_key_value_heads": 4, **_SMALL},
        Head.CAUSAL_LM,
    ),
    "bert": (
        {"model_type": "bert", "num_hidden_layers": 12, "intermediate_size": 1024,
         "max_position_embeddings": 2048, **_SMALL},
        Head.CLASSIFICATION,
    ),
    "t5": (
        {"model_type": "t5", "num_layers": 12, "num_decoder_layers": 12, "d_model": 256,
         "d_ff": 1024, "d_kv": 32, "num_heads": 8, "vocab_size": 4000,
         "is_encoder_decoder": True},
        Head.SEQ2SEQ,
    ),
}  # fmt: skip
METHODS = ("full_fine_tuning", "lora", "qlora", "prompt_tuning", "prefix_tuning")
_ROUNDS = 7


def cases() -> Iterator[tuple[str, dict[str, Any], str, Settings]]:
    """Name, configuration, method and run of every case."""
    for name, method, kept in itertools.product(
        ("Llama-3.1-8B", "Llama-3.1-70B"), METHODS, (False, True)
    ):
        yield name, LARGE[name], method, Settings(4, 1024, checkpointing=kept)
    shapes = ((1, 64), (8, 64), (2, 700), (4, 256))
    for name, method, kept, shape in itertools.product(STRESS, METHODS, (False, True), shapes):
        raw, head = STRESS[name]
        precision = Precision.BF16_MIXED if shape == (4, 256) else Precision.BF16
        padded = shape == (2, 700)
        yield name, raw, method, Settings(*shape, head=head, checkpointing=kept,
                                          precision=precision, padded=padded)  # fmt: skip


def compared(raw: dict[str, Any], method: str, settings: Settings) -> dict[str, float]:
    """Greatest errors in percent: of any phase's memory, of the reserve, of the operations."""
    exact = trace_step(raw, method, settings).profile
    found = trace(raw, method, settings)
    phases = (abs(found.peaks[phase].total / peak.total - 1) for phase, peak in exact.peaks.items())
    flops = sum(work.flops for work in exact.work.values())
    extended = sum(work.flops for work in found.work.values())
    reserve = 0.0
    if exact.reserved and found.reserved:
        reserve = 100 * abs(found.reserved / exact.reserved - 1)
    return {"memory": 100 * max(phases), "flops": 100 * abs(extended / flops - 1),
            "reserved": reserve, "reserved_unknown": float(found.reserved is None)}  # fmt: skip


def timed() -> dict[str, Any]:
    """CPU time of a trace at 80 layers to 8, and of a trace to the closed form, round by round."""
    raw = LARGE["Llama-3.1-70B"]
    shape = ModelShape("llama", 70553706496, 80, 8192, 8192, 28672, 1024, 64, 128256, tied=False)
    deep, quick = [], []
    for round_ in range(_ROUNDS + 1):
        settings = Settings(2, 512 + round_)
        eight = _seconds(lambda s=settings: trace({**raw, "num_hidden_layers": 8}, "lora", s))
        eighty = _seconds(lambda s=settings: trace(raw, "lora", s))
        formula = _seconds(
            lambda s=settings: [closed_form_profile(shape, "lora", s) for _ in range(100)]
        )
        if round_:
            deep.append(eighty / eight)
            quick.append(eighty / (formula / 100))
    return {"80 to 8 layers": summarise(deep), "trace to closed form": summarise(quick)}


def _seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def main() -> None:
    """Compare every case, take the times, and write the results."""
    transformers.logging.set_verbosity_error()
    warnings.simplefilter("ignore")
    rows = []
    for name, raw, method, settings in cases():
        if settings.checkpointing and method == "prefix_tuning":
            continue
        shape = f"{settings.batch_size}x{settings.sequence_length}"
        kept = " checkpointed" if settings.checkpointing else ""
        label = f"{name} {method} {shape} {settings.precision.value}{kept}"
        found = compared(raw, method, settings)
        rows.append({"case": label, **found})
        print(*(f"{found[kind]:.4f}" for kind in ("memory", "flops", "reserved")), label)
    times = timed()
    lines = [
        [kind, str(len(rows)), f"{statistics.median(r[kind] for r in rows):.4f}",
         f"{max(r[kind] for r in rows):.4f}"]
        for kind in ("memory", "flops", "reserved")
    ]  # fmt: skip
    text = table(["error %", "cases", "median", "worst"], lines)
    text += "\n" + table(
        ["ratio of CPU time", "n", "median", "quartiles"],
        [[name, str(s.n), f"{s.median:.3g}", s.spread] for name, s in times.items()],
    )
    print(text)
    record = {"cases": rows, "times": {name: as_record(s) for name, s in times.items()},
              "versions": versions(("torch", "transformers", "peft"))}  # fmt: skip
    write_results("memory-extrapolation", record, text)


if __name__ == "__main__":
    main()
