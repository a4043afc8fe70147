"""The same jobs asked of other calculators and of ours, beside the trace and published figures.

    python benchmarks/memory/peers.py --peers path/to/bin

The folder holds the commands of canifinetune, vramcalc, ftune and fitscout, and of accelerate; one
that is not there is named, never left out in silence. Each is told as much of the job as it takes;
what it cannot be told stands in its column as its default. GiB on one card of 80 GiB.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import transformers
from measuring import table, versions, write_results

from advisor.estimate.need import need_of
from advisor.estimate.settings import Precision, Settings
from advisor.estimate.trace.extrapolation import trace
from advisor.facts import GIB

FOLDER = Path(__file__).parent
MODELS = json.loads((FOLDER / "models.json").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Job:
    """One job; `published` is in GiB, with its basis, where somebody has measured it."""

    name: str
    model: str
    hub: str
    method: str
    settings: Settings
    published: str


JOBS = (
    Job("8B full, fp32 weights under autocast, 1x2048 checkpointed", "Llama-3.1-8B",
        "meta-llama/Llama-3.1-8B", "full_fine_tuning",
        Settings(1, 2048, checkpointing=True, precision=Precision.BF16_MIXED), ""),
    Job("8B full, pure bf16, 1x2048 checkpointed", "Llama-3.1-8B", "meta-llama/Llama-3.1-8B",
        "full_fine_tuning", Settings(1, 2048, checkpointing=True), ""),
    Job("8B LoRA r16 all linear, 1x2048 checkpointed", "Llama-3.1-8B", "meta-llama/Llama-3.1-8B",
        "lora", Settings(1, 2048, checkpointing=True), ""),
    Job("8B QLoRA r16 all linear, 1x2048 checkpointed", "Llama-3.1-8B", "meta-llama/Llama-3.1-8B",
        "qlora", Settings(1, 2048, checkpointing=True), ""),
    Job("3B full, pure bf16, 4x641 padded", "Llama-3.2-3B", "meta-llama/Llama-3.2-3B",
        "full_fine_tuning", Settings(4, 641, padded=True, outputs_kept=True),
        "36.2 reserved (huggingface/peft MetaMathQA, L40S; length fitted on its LoRA row)"),
)  # fmt: skip
SHORT = {"full_fine_tuning": "full", "lora": "lora", "qlora": "qlora"}


def answers(folder: Path, job: Job, model: Path) -> dict[str, str]:
    """What each peer says, in GiB, or why it says nothing."""
    asked: dict[str, Callable[[], str]] = {
        "canifinetune": lambda: _canifinetune(folder, job, model),
        "vramcalc": lambda: _vramcalc(folder, job, model),
        "ftuneai": lambda: _ftune(folder, job),
        "fitscout": lambda: _fitscout(folder, job, model),
        "accelerate": lambda: _accelerate(folder, job),
    }
    return {name: _answer(ask) for name, ask in asked.items()}


def _answer(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except FileNotFoundError:
        return "not installed"
    except (ValueError, KeyError, subprocess.SubprocessError) as error:
        return f"no answer ({type(error).__name__})"


def _said(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout


def _canifinetune(folder: Path, job: Job, model: Path) -> str:
    s = job.settings
    kept = "--gradient-checkpointing" if s.checkpointing else "--no-gradient-checkpointing"
    base = "fp32" if s.precision is Precision.BF16_MIXED else "bf16"
    text = _said(
        str(folder / "canifinetune"), "estimate", "--model", str(model), "--gpu-vram-gb", "80",
        "--method", SHORT[job.method], "--seq-len", str(s.sequence_length),
        "--micro-batch-size", str(s.batch_size), "--target-scope", "all_linear",
        "--optimizer", "adamw", "--base-dtype", base, kept, "--offline", "--json",
    )  # fmt: skip
    return f"{json.loads(text)['memory']['total_estimated_gb']:.1f}"


def _vramcalc(folder: Path, job: Job, model: Path) -> str:
    if job.method == "qlora":
        return "not offered"
    s = job.settings
    mixed = s.precision is Precision.BF16_MIXED
    words = [str(folder / "vramcalc"), "estimate", str(model), "--train", "--batch",
             str(s.batch_size), "--seq", str(s.sequence_length), "--json",
             "--precision", "amp" if mixed else "pure",
             "--dtype", "fp32" if mixed else "bf16"]  # fmt: skip
    words += ["--lora", "16"] if job.method == "lora" else []
    words += ["--grad-checkpoint"] if s.checkpointing else []
    return f"{json.loads(_said(*words))['estimate']['total'] / GIB:.1f}"


def _ftune(folder: Path, job: Job) -> str:
    s = job.settings
    kept = "--grad-ckpt" if s.checkpointing else "--no-grad-ckpt"
    text = _said(
        str(folder / "ftune"), "estimate", "--model", job.hub, "--method", SHORT[job.method],
        "-q", "4bit" if job.method == "qlora" else "none", "-b", str(s.batch_size),
        "-s", str(s.sequence_length), "--lora-target", "all_linear", kept, "--output", "json",
    )  # fmt: skip
    return f"{json.loads(text)['memory']['total_gb']:.1f}"


def _fitscout(folder: Path, job: Job, model: Path) -> str:
    """It chooses method and batch itself; its answer counts where it chose the job's method."""
    text = _said(str(folder / "fitscout"), str(model), "--vram", "80", "--bf16", "--seq-len",
                 str(job.settings.sequence_length))  # fmt: skip
    chosen = re.search(r"Method\s*\|\s*(\w+)", text)
    total = re.search(r"\|\s*total\s*\|\s*([\d.]+)", text)
    if chosen is None or total is None:
        raise ValueError(text[:100])
    return total[1] if chosen[1] == SHORT[job.method] else f"chose {chosen[1]} ({total[1]})"


def _accelerate(folder: Path, job: Job) -> str:
    text = _said(str(folder / "accelerate"), "estimate-memory", job.hub, "--dtypes", "float16")
    if "Training" not in text:
        raise ValueError(text[:100])
    return text.strip().splitlines()[-2]


def main() -> None:
    """Ask everybody and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, required=True, help="folder of their commands")
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    warnings.simplefilter("ignore")
    lines = []
    for job in JOBS:
        folder = Path(tempfile.mkdtemp()) / job.model
        folder.mkdir()
        architecture = {"architectures": ["LlamaForCausalLM"], "torch_dtype": "bfloat16"}
        (folder / "config.json").write_text(json.dumps({**MODELS[job.model], **architecture}))
        profile = trace(MODELS[job.model], job.method, job.settings)
        need = need_of(profile, "cuda", "llama", job.method)
        others = answers(options.peers, job, folder)
        held = (profile.reserved or 0.0) / GIB
        ours = [f"{profile.peak.total / GIB:.1f}", f"{held:.1f}",
                f"{need.low:.1f} to {need.high:.1f}"]  # fmt: skip
        lines.append([job.name, job.published or "-", *ours, *others.values()])
        print(*lines[-1], sep=" | ", flush=True)
    columns = ["job", "published GiB", "allocated, traced", "reserved", "our interval", *others]
    text = table(columns, lines)
    print(text)
    record = {"rows": lines, "columns": columns, "versions": versions(("torch", "transformers"))}
    write_results("memory-peers", record, text)


if __name__ == "__main__":
    main()
