"""Looks whether the settings make sense, before anything is read or trained."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import adapter


class Kind(NamedTuple):
    """What a setting has to be: in words, and as a test."""

    words: str
    fits: Callable[[Any], bool]
    number: bool = False


def require_sound(settings: dict) -> None:
    """Stop at the first setting that cannot be meant; texts that are numbers become numbers."""
    for key, kind in _KINDS.items():
        group, _, name = key.rpartition(".")
        place = settings.get(group) if group else settings
        if not isinstance(place, dict) or name not in place:
            continue  # not every project has it, and who reads it asks for it
        if kind.number:
            place[name] = _as_number(place[name])
        if not kind.fits(place[name]):
            raise SystemExit(f"config.yaml: {key} is {place[name]!r}, and has to be {kind.words}")
    if not adapter.CHECKPOINTING and settings["train"]["checkpointing"]:
        raise SystemExit(
            "config.yaml: train.checkpointing drops the prefix, so this method does without it"
        )


def _as_number(value: Any) -> Any:
    """YAML takes 1e-3 for a text, since it wants a dot in it."""
    if isinstance(value, list):
        return list(map(_as_number, value))
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _are_words(value: Any) -> bool:
    return isinstance(value, dict) and _are_texts([*value, *value.values()])


def _are_pairs(value: Any) -> bool:
    pairs = value if isinstance(value, list) and value else [None]
    return all(isinstance(p, list) and len(p) == 2 and all(map(_RATE.fits, p)) for p in pairs)  # noqa: PLR2004 - a pair


def _are_counts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_COUNT.fits, value))


def _or_null(kind: Kind) -> Kind:
    return Kind(
        f"{kind.words}, or null", lambda value: value is None or kind.fits(value), kind.number
    )


def _one_of(*names: str) -> Kind:
    return Kind(f"one of {', '.join(names)}", lambda value: value in names)


_TEXT = Kind("a text", _is_text)
_COLUMNS = Kind("a list of texts, [one] or more", lambda value: _are_texts(value) and value)
_COUNT = Kind("a whole number of at least 1", lambda value: _is_whole(value) and value > 0)
_FROM_ZERO = Kind("a whole number of at least 0", lambda value: _is_whole(value) and value >= 0)
_RATE = Kind("a number above 0", lambda value: _is_number(value) and value > 0, number=True)
_DECAY = Kind("a number of at least 0", lambda value: _is_number(value) and value >= 0, number=True)
_SHARE = Kind(
    "a number from 0 to below 1", lambda value: _is_number(value) and 0 <= value < 1, number=True
)
_PART = Kind(
    "a number between 0 and 1", lambda value: _is_number(value) and 0 < value < 1, number=True
)
_TRUTH = Kind("true or false", lambda value: isinstance(value, bool))
_KINDS = {
    "model": _TEXT,
    "task.metric": _one_of("accuracy", "exact_match", "rouge_l", "final_number", "pearson"),
    "task.label_words": Kind(
        'texts by texts, numbers and yes or no between quotes: {"1": "yes"}', _are_words
    ),
    "data.train": _TEXT,
    "data.evaluation": _or_null(_TEXT),
    "data.text": _COLUMNS,
    "data.pair": _TRUTH,
    "data.label": _TEXT,
    "data.choices": _or_null(_TEXT),
    "data.marked_by": _or_null(_one_of("text", "letter", "name", "number from 0", "number from 1")),
    "data.dev_share": _PART,
    "data.test_share": _PART,
    "data.most_dev": _COUNT,
    "data.most_test": _COUNT,
    "data.most_ranked": _COUNT,
    "data.seed": _FROM_ZERO,
    "prompts": Kind("a list of texts", _are_texts),
    "adapter.virtual_tokens": _COUNT,
    "adapter.rank": _COUNT,
    "adapter.alpha": _RATE,
    "adapter.dropout": _SHARE,
    "few_shot.counts": Kind("a list of whole numbers of at least 1", _are_counts),
    "train.learning_rate": _RATE,
    "train.head_rate": _RATE,
    "train.search": Kind("a list of pairs of numbers above 0", _are_pairs, number=True),
    "train.epochs": _RATE,
    "train.few_rows_steps": _FROM_ZERO,
    "train.max_steps": _or_null(_COUNT),
    "train.warmup_share": _SHARE,
    "train.weight_decay": _DECAY,
    "train.clip_norm": _RATE,
    "train.looks": _COUNT,
    "train.patience": _RATE,
    "train.seed": _FROM_ZERO,
    "train.batch_size": _COUNT,
    "train.accumulation": _COUNT,
    "train.checkpointing": _TRUTH,
    "train.precision": _one_of("fp32", "bf16_mixed", "bf16"),
    "train.optimizer": _one_of(
        "adamw_torch",
        "adamw_torch_fused",
        "adamw_bnb_8bit",
        "paged_adamw_8bit",
        "adafactor",
        "sgd",
    ),
    "train.max_tokens": _COUNT,
    "train.max_new_tokens": _COUNT,
}
