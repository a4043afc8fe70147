"""The trained parameters as they were at the best look."""

from __future__ import annotations

from typing import Any

import torch

from advisor.microbench.worker.learner import Learner


class BestState:
    """One copy of what is trained, in the memory of the CPU."""

    def __init__(self, learner: Learner) -> None:
        self._parameters = [parameter for _, parameter in learner.trained()]
        self._copy: list[Any] = []
        self._current = True

    @property
    def size(self) -> int:
        """Bytes of the copy, 0 as long as there is none."""
        return sum(kept.numel() * kept.element_size() for kept in self._copy)

    def keep(self, *, copy: bool) -> None:
        """Remember the parameters as they are; without a copy where no step will follow."""
        self._current = not copy
        if not copy:
            return
        if not self._copy:
            self._copy = [torch.empty_like(p, device="cpu") for p in self._parameters]
        with torch.no_grad():
            for kept, parameter in zip(self._copy, self._parameters, strict=True):
                kept.copy_(parameter)

    def restore(self) -> None:
        """Set the parameters to what was remembered last."""
        if self._current:
            return
        with torch.no_grad():
            for kept, parameter in zip(self._copy, self._parameters, strict=True):
                parameter.copy_(kept)
