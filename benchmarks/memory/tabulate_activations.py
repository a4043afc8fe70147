"""Tabulate what one layer keeps for the backward pass, from traces of small models.

Writes advisor/catalogue/activations.csv, from which the closed form works: for each family of
architectures, method, precision and device the bytes that a layer keeps for each token and unit of
width and so on. All that a step keeps is linear in these, so a few small shapes settle the factors
of every size; benchmarks/memory/closed_form.py judges the result on other shapes and models.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import random
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import transformers

from advisor.estimate.settings import Head, Kernels, Precision, Settings
from advisor.estimate.trace.building import build_model, runs_under_autocast
from advisor.estimate.trace.step import trace_step
from advisor.methods import load_methods

TABLE = Path(__file__).resolve().parents[2] / "advisor" / "catalogue" / "activations.csv"
KNOWN = load_methods()
METHODS = tuple(id_ for id_, own in KNOWN.items() if own.trained and not own.activations)
FAMILIES = ("llama", "qwen3", "gpt2", "gpt_neox", "phi", "bert", "t5", "bart")
GATED = ("llama", "qwen3")
HEADS = {"bert": Head.CLASSIFICATION, "t5": Head.SEQ2SEQ, "bart": Head.SEQ2SEQ}
LAYER = ("width", "query", "feed_forward", "key_value", "rank", "scores", "mask", "parameters")
FIXED = ("fixed_width", "fixed_vocabulary", "fixed_mask", "fixed_parameters")
COLUMNS = ("family", "method", "precision", "device", *LAYER, *FIXED, "backward_vocabulary")
SHAPES = 9


def configuration(family: str, size: dict[str, int]) -> dict[str, Any]:
    """A config.json of the family; encoder and decoder have the same number of layers."""
    hidden, wide, layers, vocabulary = (
        size["width"], size["feed_forward"], size["layers"], size["vocabulary"]
    )  # fmt: skip
    heads = size["heads"]
    common = {"model_type": family, "vocab_size": vocabulary}
    usual = {"hidden_size": hidden, "intermediate_size": wide, "num_hidden_layers": layers,
             "num_attention_heads": heads}  # fmt: skip
    if family in GATED:
        return {**common, **usual, "num_key_value_heads": size["key_value_heads"],
                "head_dim": size["query"] // heads}  # fmt: skip
    if family == "gpt2":
        return {**common, "n_embd": hidden, "n_head": heads, "n_layer": layers,
                "n_inner": wide, "n_positions": 2048}  # fmt: skip
    if family in ("gpt_neox", "phi", "bert"):
        return {**common, **usual, "max_position_embeddings": 2048}
    if family == "t5":
        return {**common, "d_model": hidden, "d_kv": hidden // heads, "d_ff": wide,
                "num_layers": layers, "num_decoder_layers": layers, "num_heads": heads,
                "is_encoder_decoder": True}  # fmt: skip
    return {**common, "d_model": hidden, "encoder_layers": layers, "decoder_layers": layers,
            "encoder_attention_heads": heads, "decoder_attention_heads": heads,
            "encoder_ffn_dim": wide, "decoder_ffn_dim": wide, "is_encoder_decoder": True,
            "max_position_embeddings": 2048}  # fmt: skip


def shapes() -> Iterator[tuple[dict[str, int], Settings]]:
    """Sizes that are as independent of each other as can be."""
    chance = random.Random(7)
    for _ in range(SHAPES):
        heads = chance.choice([4, 8, 16])
        size = {
            "heads": heads,
            "width": 128 * chance.randint(2, 6),
            "query": 128 * chance.randint(2, 6),
            "feed_forward": 64 * chance.randint(6, 30),
            "key_value_heads": heads // chance.choice([1, 2, 4]),
            "vocabulary": 1000 * chance.randint(8, 24),
        }
        length = 32 * chance.randint(2, 14)
        yield size, Settings(chance.randint(1, 4), length, rank=8 * chance.randint(1, 6))


def row(family: str, method: str, settings: Settings) -> dict[str, float]:
    """The factors of one row of the table."""
    slopes, fixed, slope_inputs, fixed_inputs, backward = [], [], [], [], []
    for size, shape in shapes():
        run = replace(settings, batch_size=shape.batch_size, rank=shape.rank,
                      sequence_length=shape.sequence_length)  # fmt: skip
        fewer = trace_step(configuration(family, {**size, "layers": 2}), method, run).profile
        more = trace_step(configuration(family, {**size, "layers": 3}), method, run).profile
        stacks = 2 if run.head is Head.SEQ2SEQ else 1
        first, second = (
            profile.peaks["forward"].activations + profile.peaks["forward"].logits_and_loss
            for profile in (fewer, more)
        )
        slope = (second - first) / stacks
        slopes.append(slope)
        fixed.append(first - 2 * stacks * slope)
        slope_inputs.append(layer_inputs(family, size, method, run))
        fixed_inputs.append(rest_inputs(size, method, run))
        logits = fewer.peaks["backward"].logits_and_loss
        backward.append(logits / fixed_inputs[-1][1] if logits else 0.0)
    found = dict(zip(LAYER, solved(slope_inputs, slopes), strict=True))
    found |= dict(zip(FIXED, solved(fixed_inputs, fixed), strict=True))
    return {**found, "backward_vocabulary": max(backward)}


def layer_inputs(
    family: str, size: dict[str, int], method: str, run: Settings
) -> tuple[float, ...]:
    """What one layer's bytes are linear in, in the order of `LAYER`."""
    length = run.sequence_length + _added(method, run)
    # A prefix lengthens keys and values alone.
    keys = length + (run.virtual_tokens if KNOWN[method].prompts_layers else 0)
    tokens = run.batch_size * length
    width, heads = size["width"], size["heads"]
    gated = family in GATED
    key_value = size["query"] * size["key_value_heads"] // heads if gated else width
    shared = gated or KNOWN[method].prompts_layers
    raw = configuration(family, {**size, "layers": 1})
    return (
        tokens * width,
        tokens * size["query"] if gated else 0.0,
        tokens * size["feed_forward"],
        run.batch_size * keys * key_value if shared else 0.0,
        tokens * run.rank if KNOWN[method].low_rank else 0.0,
        run.batch_size * heads * length * keys,
        run.batch_size * length * keys,
        _layer_parameters(raw, method, run) if run.precision is Precision.BF16_MIXED else 0.0,
    )


def rest_inputs(size: dict[str, int], method: str, run: Settings) -> tuple[float, ...]:
    """What the bytes outside of the layers are linear in, in the order of `FIXED`."""
    length = run.sequence_length + _added(method, run)
    tokens = run.batch_size * length
    head = size["width"] * size["vocabulary"]
    classifies = run.head is Head.CLASSIFICATION
    return (
        tokens * size["width"],
        0.0 if classifies else tokens * size["vocabulary"],
        run.batch_size * length**2,
        0.0 if classifies or not runs_under_autocast(method, run) else head,
    )


def solved(inputs: list[tuple[float, ...]], results: list[float]) -> list[float]:
    """Non-negative factors by least squares of the relative error."""
    scale = torch.tensor([1 / max(abs(r), 1.0) for r in results], dtype=torch.float64)
    matrix = torch.tensor(inputs, dtype=torch.float64) * scale[:, None]
    target = torch.tensor(results, dtype=torch.float64) * scale
    used = [c for c in range(matrix.shape[1]) if bool(matrix[:, c].abs().sum() > 0)]
    out = [0.0] * matrix.shape[1]
    while used:
        factors = torch.linalg.lstsq(matrix[:, used], target, driver="gelsd").solution
        if bool((factors > -1e-6).all()):
            for column, factor in zip(used, factors.tolist(), strict=True):
                out[column] = factor if factor > 1e-4 else 0.0
            break
        used.pop(int(factors.argmin()))
    return out


def _added(method: str, run: Settings) -> int:
    return run.virtual_tokens if KNOWN[method].prompts_input else 0


def _layer_parameters(raw: dict[str, Any], method: str, run: Settings) -> float:
    """Values of the matrices of a layer and of its adapters, which mixed precision copies."""
    model = build_model(raw, KNOWN[method].instead if KNOWN[method].quantised_base else method, run)
    stacks = 2 if run.head is Head.SEQ2SEQ else 1
    layers = ("layer", ".h.", "block")
    matrices = (p.numel() for name, p in model.named_parameters()
                if p.dim() == 2 and any(part in name for part in layers))  # fmt: skip
    return sum(matrices) / stacks


def main() -> None:
    """Trace every combination, or those of the named families, and write the table."""
    transformers.logging.set_verbosity_error()
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--family", choices=FAMILIES, action="append", help="only this one")
    parser.add_argument("--method", choices=METHODS, action="append", help="only this one")
    options = parser.parse_args()
    families, methods = options.family or FAMILIES, options.method or METHODS
    rows = []
    for family, method, precision, device in itertools.product(
        families, methods, Precision, ("cuda", "cuda_padded", "cpu")
    ):
        settings = Settings(
            precision=precision,
            kernels=Kernels.CPU if device == "cpu" else Kernels.CUDA,
            padded=device == "cuda_padded",
            head=HEADS.get(family, Head.CAUSAL_LM),
        )
        key = {"family": family, "method": method, "precision": precision.value, "device": device}
        factors = {name: f"{value:.4g}" for name, value in row(family, method, settings).items()}
        rows.append({**key, **factors})
        print(*rows[-1].values(), flush=True)
    made = {(row["family"], row["method"]) for row in rows}
    if TABLE.exists():
        with TABLE.open(encoding="utf-8") as file:
            known = [r for r in csv.DictReader(file) if (r["family"], r["method"]) not in made]
        rows = sorted(known + rows, key=lambda row: FAMILIES.index(row["family"]))
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
