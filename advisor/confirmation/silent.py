"""Nobody watches the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.microbench.planning.plan import Plan
from advisor.microbench.records import Trial, TrialResult


class Silent:
    """A progress that shows nothing, for callers from Python."""

    def stage(self, sentence: str) -> None:
        """Nothing is shown."""

    def planned(self, plan: Plan) -> None:
        """Nothing is shown."""

    def started(self, trial: Trial) -> None:
        """Nothing is shown."""

    def look(self, look: Mapping[str, Any]) -> None:
        """Nothing is shown."""

    def ended(self, trial: Trial, result: TrialResult) -> None:
        """Nothing is shown."""
