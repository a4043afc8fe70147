"""The model that is estimated, and how its steps are found out: traced or by formula."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from advisor.estimate.breakdown import StepProfile
from advisor.estimate.closed import closed_form_profile
from advisor.estimate.settings import Settings
from advisor.estimate.shape import ModelShape
from advisor.support import AdvisorError


@dataclass(slots=True)
class Subject:
    """A model whose training steps are asked for.

    Attributes:
        name: for messages.
        model_type: Hugging Face's name of the architecture, empty if not known.
        shape: its sizes.
        config: the content of its config.json; without it nothing can be traced.
        notes: why a step that should have been traced was not.
    """

    name: str
    model_type: str
    shape: ModelShape
    config: Mapping[str, Any] | None = None
    notes: list[str] = field(default_factory=list)
    _traces: dict[tuple[str, Settings], StepProfile] = field(default_factory=dict)

    def profile(self, method: str, settings: Settings) -> StepProfile:
        """The step as exactly as it can be had: traced, else by formula with a note on why."""
        if self.config is None:
            return self.formula(method, settings)
        key = (method, settings)
        if key not in self._traces:
            from advisor.estimate.trace.extrapolation import trace

            try:
                self._traces[key] = trace(self.config, method, settings)
            except AdvisorError as error:
                note = f"{method}: {error.message}; the closed form is used instead"
                if note not in self.notes:
                    self.notes.append(note)
                self._traces[key] = self.formula(method, settings)
        return self._traces[key]

    def formula(self, method: str, settings: Settings) -> StepProfile:
        """The step by formula, in no time."""
        return closed_form_profile(self.shape, method, settings)
