"""The closed form against the trace: peak memory of real models that its table has not seen.

The table of activations is made from small random shapes (tabulate_activations.py); here stand
published models at other batch sizes, lengths, precisions and optimizers.
"""

from __future__ import annotations

import json
import statistics
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import transformers
from measuring import table, versions, write_results

from advisor.estimate.job import corners
from advisor.estimate.settings import Head, Kernels, Optimizer, Precision, Settings
from advisor.estimate.shape import ModelShape
from advisor.estimate.subject import Subject
from advisor.estimate.trace.extrapolation import trace
from advisor.facts import FactBase
from advisor.methods import load_methods
from advisor.profilers.model.config import parse_config
from advisor.profilers.model.config_facts import state_config, state_count
from advisor.profilers.model.findings import ModelFindings
from advisor.support.errors import AdvisorError

FOLDER = Path(__file__).parent
_SIZED = {"hidden_size": 1024, "num_hidden_layers": 28, "num_attention_heads": 16}
MODELS: dict[str, dict[str, Any]] = {
    **json.loads((FOLDER / "models.json").read_text("utf-8")),
    "Qwen3-0.6B": {"model_type": "qwen3", **_SIZED, "intermediate_size": 3072, "head_dim": 128,
                   "num_key_value_heads": 8, "vocab_size": 151936, "tie_word_embeddings": True},
    "SmolLM2-135M": {"model_type": "llama", "hidden_size": 576, "intermediate_size": 1536,
                     "num_hidden_layers": 30, "num_attention_heads": 9, "num_key_value_heads": 3,
                     "vocab_size": 49152, "tie_word_embeddings": True},
    "Gemma-2B": {"model_type": "gemma", "hidden_size": 2048, "intermediate_size": 16384,
                 "num_hidden_layers": 18, "num_attention_heads": 8, "num_key_value_heads": 1,
                 "head_dim": 256, "vocab_size": 256000},
    "GPT-2": {"model_type": "gpt2"},
    "Pythia-410M": {"model_type": "gpt_neox", "hidden_size": 1024, "intermediate_size": 4096,
                    "num_hidden_layers": 24, "num_attention_heads": 16, "vocab_size": 50304},
    "BERT-base": {"model_type": "bert"},
    "RoBERTa-large": {"model_type": "roberta", "hidden_size": 1024, "intermediate_size": 4096,
                      "num_hidden_layers": 24, "num_attention_heads": 16, "vocab_size": 50265,
                      "max_position_embeddings": 514},
    "T5-base": {"model_type": "t5", "d_model": 768, "d_kv": 64, "d_ff": 3072, "num_layers": 12,
                "num_decoder_layers": 12, "num_heads": 12, "is_encoder_decoder": True,
                "vocab_size": 32128, "decoder_start_token_id": 0},
    "BART-base": {"model_type": "bart", "d_model": 768, "encoder_layers": 6, "decoder_layers": 6,
                  "encoder_attention_heads": 12, "decoder_attention_heads": 12,
                  "encoder_ffn_dim": 3072, "decoder_ffn_dim": 3072, "is_encoder_decoder": True,
                  "vocab_size": 50265},
}  # fmt: skip
METHODS = tuple(id_ for id_, method in load_methods().items() if method.trained)
RUNS = (
    Settings(4, 480),
    Settings(2, 300, checkpointing=True, optimizer=Optimizer.ADAMW_FUSED, padded=True),
    Settings(4, 256, precision=Precision.BF16_MIXED, accumulation=2),
    Settings(8, 450, precision=Precision.BF16_MIXED, checkpointing=True,
             optimizer=Optimizer.ADAMW_8BIT),
    Settings(2, 384, precision=Precision.FP32, kernels=Kernels.CPU),
    Settings(16, 200, checkpointing=True, optimizer=Optimizer.ADAFACTOR, accumulation=4),
)  # fmt: skip
_HEADS = {"bert": Head.CLASSIFICATION, "roberta": Head.CLASSIFICATION, "t5": Head.SEQ2SEQ,
          "bart": Head.SEQ2SEQ}  # fmt: skip


def shape_of(raw: dict[str, Any]) -> ModelShape:
    """The sizes as the product reads them from a config.json."""
    findings = ModelFindings("config.json")
    config = parse_config(json.dumps(raw), "config.json")
    state_config(findings, config)
    state_count(findings, config)
    found = corners(FactBase(findings.facts))
    assert found is not None
    return found.many[0].shape


def main() -> None:
    """Compare every combination and write the results."""
    transformers.logging.set_verbosity_error()
    warnings.simplefilter("ignore")
    rows = []
    for name, raw in MODELS.items():
        head = _HEADS.get(raw["model_type"], Head.CAUSAL_LM)
        subject = Subject(name, raw["model_type"], shape_of(raw))
        for method in METHODS:
            for number, run in enumerate(RUNS):
                settings = replace(run, head=head)
                if settings.checkpointing and method == "prefix_tuning":
                    continue
                try:
                    exact = trace(raw, method, settings).peak.total
                except AdvisorError as error:
                    print(f"not traced: {name} {method}: {error.message}")
                    continue
                error = 100 * (subject.formula(method, settings).peak.total / exact - 1)
                case = {"model": name, "method": method, "run": number}
                rows.append({**case, "error_percent": error})
        done = [abs(row["error_percent"]) for row in rows if row["model"] == name]
        print(f"{name}: median {statistics.median(done):.2f} %, worst {max(done):.2f} %")
    lines = [_line(m, [r["error_percent"] for r in rows if r["method"] == m]) for m in METHODS]
    lines.append(_line("all", [row["error_percent"] for row in rows]))
    text = table(["method", "n", "median |error| %", "p90 %", "lowest %", "highest %"], lines)
    print(text)
    record = {"cases": rows, "versions": versions(("torch", "transformers", "peft"))}
    write_results("memory-closed-form", record, text)


def _line(name: str, errors: list[float]) -> list[str]:
    sizes = sorted(map(abs, errors))
    tenth = sizes[int(0.9 * (len(sizes) - 1))]
    return [name, str(len(errors)), f"{statistics.median(sizes):.2f}", f"{tenth:.2f}",
            f"{min(errors):+.1f}", f"{max(errors):+.1f}"]  # fmt: skip


if __name__ == "__main__":
    main()
