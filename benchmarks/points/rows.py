"""Published gaps: full fine-tuning minus another method, in points, with what was known before."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
INPUT, DEEP, TRANSFERRED, LORA = "input-only", "deep prefix", "transferred", "LoRA"
KINDS = {
    "prompt_tuning": INPUT,
    "p_tuning": INPUT,
    "prefix": DEEP,
    "prompt_tuning+transfer": TRANSFERRED,
}
_ROOT = Path(__file__).resolve().parents[2]
SHIPPED = _ROOT / "advisor" / "catalogue" / "evidence.csv"
LATER = sorted((Path(__file__).parent / "rows").glob("*.csv"))
"""Rows read after the rules were written; not in the shipped table yet."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One independent published gap; ``examples`` is None where the study does not say."""

    study: str
    kind: str
    architecture: str
    parameters: float
    examples: float | None
    task: str
    points: float
    later: bool


def published() -> list[Gap]:
    """All independent gaps; a LoRA score that several rows repeat counts once."""
    found: dict[tuple[Any, ...], Gap] = {}
    for path in (SHIPPED, *LATER):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                for kind, points in _gaps(row):
                    gap = _gap(row, kind, points, later=path != SHIPPED)
                    key = (gap.study, row["table_ref"], row["model"], row["task"], gap.examples)
                    repeated = () if kind == LORA else (len(found),)
                    found.setdefault((*key, kind, points, *repeated), gap)
    return list(found.values())


def _gaps(row: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    if row["primary"] != "1" or not row["score_full_ft"]:
        return
    sign = 1.0 if row["higher_is_better"] == "yes" else -1.0
    full = float(row["score_full_ft"])
    if row["score_prompt_tuning"]:
        yield KINDS[row["pt_variant"]], sign * (full - float(row["score_prompt_tuning"]))
    if row["score_lora"]:
        yield LORA, sign * (full - float(row["score_lora"]))


def _gap(row: Mapping[str, str], kind: str, points: float, *, later: bool) -> Gap:
    return Gap(
        study=row["paper_key"],
        kind=kind,
        architecture=row["model_family"].replace("enc-dec", "encoder_decoder"),
        parameters=float(row["params"]),
        examples=float(row["n_train"]) if row["n_train"] else None,
        task=row["task_type"],
        points=points,
        later=later,
    )


def by_study(gaps: Sequence[Gap]) -> Array:
    """(gaps,) weights with which each study counts alike."""
    rows = Counter(gap.study for gap in gaps)
    return np.array([1.0 / rows[gap.study] for gap in gaps])
