"""A trial with settings at which tiny models learn something."""

from __future__ import annotations

from advisor.microbench.records import Purpose, Trial


def a_trial(method, **changes):
    settings = {
        "id": "one",
        "purpose": Purpose.SEARCH,
        "method": method,
        "learning_rate": 3e-2 if method == "prompt_tuning" else 3e-3,
        "head_rate": 1e-2,
        "seed": 0,
        "train_size": 32,
        "steps": 12,
        "dev_every": 4,
        "patience": 9,
        "test": True,
    }
    return Trial(**{**settings, **changes})
