"""The trace against published GPU figures, like with like.

Each row says what was measured (allocated, reserved or the total of the device), whose
implementation ran, and its part here: a source that does not publish its padded length or its
context has that one number fitted on one row, named in the table; all other rows are tests.
"""

from __future__ import annotations

import csv
import json
import statistics
import sys
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import transformers
from measuring import table, versions, write_results

from advisor.estimate.settings import Optimizer, Precision, Settings
from advisor.estimate.trace.extrapolation import trace

FOLDER = Path(__file__).parent
MODELS: dict[str, dict[str, Any]] = json.loads((FOLDER / "models.json").read_text("utf-8"))
GB = 1e9
_LENGTHS = (128, 768)
"""Between these the padded length of the PEFT runs is looked for; the data is cut at 768."""


def rows() -> list[dict[str, str]]:
    """The published rows."""
    with (FOLDER / "published.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def settings_of(row: dict[str, str], length: int) -> Settings:
    """The run that a row describes."""
    peft = row["group"].startswith("peft")
    return Settings(
        batch_size=int(row["batch"]),
        sequence_length=length,
        precision=Precision(row["precision"]),
        optimizer=Optimizer(row["optimizer"]),
        checkpointing=row["checkpointing"] == "yes",
        rank=int(row["rank"] or 0),
        targets=tuple(row["targets"].split()),
        adapter_dropout=0.0 if peft else 0.05,
        virtual_tokens=int(row["virtual_tokens"] or 0),
        padded=peft,
        # GPTQ and litgpt leave what is not quantised in 16 bits.
        upcast=not row["group"].startswith("qlora"),
        outputs_kept=peft,
    )


def after_step(row: dict[str, str], length: int) -> float:
    """GB that the PEFT loop finds allocated after a step: gradients and outputs are alive."""
    settings = settings_of(row, length)
    profile = trace(MODELS[row["model"]], row["method"], settings)
    raw = MODELS[row["model"]]
    lengthened = row["method"] in ("prompt_tuning", "p_tuning")
    shown = length + (settings.virtual_tokens if lengthened else 0)
    logits = settings.batch_size * shown * raw["vocab_size"] * 2
    virtual = settings.virtual_tokens
    cached_tokens = length + (virtual if row["method"] != "ia3" else 0)
    width = raw["num_key_value_heads"] * raw["head_dim"]
    cache = 2 * 2 * raw["num_hidden_layers"] * settings.batch_size * cached_tokens * width
    gradients = profile.peaks["optimizer"].gradients
    return (profile.resting + gradients + logits + cache) / GB


def peak_reserved(row: dict[str, str], length: int) -> float:
    """GB that the caching allocator holds."""
    profile = trace(MODELS[row["model"]], row["method"], settings_of(row, length))
    return (profile.reserved or profile.peak.total) / GB


def peak_allocated(row: dict[str, str], length: int) -> float:
    """GB of tensors at the peak."""
    profile = trace(MODELS[row["model"]], row["method"], settings_of(row, length))
    return profile.peak.total / GB


def fitted_length(row: dict[str, str], predicted: Callable[[dict[str, str], int], float]) -> int:
    """The padded length at which the row is met."""
    low, high = _LENGTHS
    while high - low > 1:
        middle = (low + high) // 2
        if predicted(row, middle) < float(row["published_gb"]):
            low = middle
        else:
            high = middle
    return min((low, high), key=lambda n: abs(predicted(row, n) - float(row["published_gb"])))


def judged(group: list[dict[str, str]]) -> Iterable[dict[str, Any]]:
    """Every row of a group with the prediction and its error."""
    fitted = next((row for row in group if row["role"] == "fitted"), None)
    basis = group[0]["basis"]
    added = 0.0
    length = 0
    predict: Callable[[dict[str, str], int], float] = peak_allocated
    if group[0]["group"] == "peft-allocated":
        predict = after_step
    elif basis == "reserved":
        predict = peak_reserved
    if fitted is not None and not fitted["length"]:
        length = fitted_length(fitted, predict)
    elif fitted is not None:
        predict = peak_reserved
        added = float(fitted["published_gb"]) - predict(fitted, int(fitted["length"]))
    for row in group:
        found = predict(row, int(row["length"] or length)) + added
        note = f"length {length}" if length else f"context {added:.2f} GB" if added else "nothing"
        yield {**row, "predicted_gb": found, "fitted_number": note,
               "error_percent": 100 * (found / float(row["published_gb"]) - 1)}  # fmt: skip


def main() -> None:
    """Predict every row and write the table."""
    transformers.logging.set_verbosity_error()
    warnings.simplefilter("ignore")
    groups: dict[str, list[dict[str, str]]] = {}
    for row in rows():
        groups.setdefault(row["group"], []).append(row)
    found = [row for group in groups.values() for row in judged(group)]
    lines = []
    for row in found:
        adapter = f" r{row['rank']}" if row["rank"] else ""
        tokens = f" {row['virtual_tokens']} tokens" if row["virtual_tokens"] else ""
        shape = f"{row['batch']}x{row['length'] or '?'}"
        job = f"{row['model']} {row['method']}{adapter}{tokens} {shape}"
        lines.append([row["group"], job, row["basis"], row["implementation"], row["role"],
                      row["fitted_number"], f"{float(row['published_gb']):.2f}",
                      f"{row['predicted_gb']:.2f}", f"{row['error_percent']:+.2f}"])  # fmt: skip
    text = table(["group", "job", "basis", "implementation", "role", "fitted", "published GB",
                  "predicted GB", "error %"], lines)  # fmt: skip
    summary = []
    for name in groups:
        tested = [row for row in found if row["group"] == name and row["role"] == "test"]
        errors = [abs(row["error_percent"]) for row in tested]
        middle, worst = statistics.median(errors), max(errors)
        summary.append([name, str(len(errors)), f"{middle:.2f}", f"{worst:.2f}"])
    text += "\n" + table(["group", "test rows", "median |error| %", "worst %"], summary)
    print(text)
    write_results("memory-published", {"rows": found, "summary": summary,
                  "versions": versions(("torch", "transformers", "peft"))}, text)  # fmt: skip


if __name__ == "__main__":
    main()
