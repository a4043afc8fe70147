"""tuning-advisor: prompt-tuning or full fine-tuning? A decision advisor that shows its evidence."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from advisor.api import (
        advise,
        check_evidence,
        confirm,
        decision_map,
        estimate_model,
        fit_weights,
        judge_portfolio,
        what_if,
    )

__version__ = "0.2.0"
__all__ = [
    "__version__", "advise", "check_evidence", "confirm", "decision_map", "estimate_model",
    "fit_weights", "judge_portfolio", "what_if",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import the API on first use, so that ``advisor --help`` need not wait for it."""
    if name in __all__:
        return getattr(importlib.import_module("advisor.api"), name)
    raise AttributeError(f"module 'advisor' has no attribute {name!r}")
