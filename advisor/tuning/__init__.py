"""The one trainer: what micro-benchmarks and written projects do alike with a model.

Its modules import each other alone, by relative imports, so that a project gets the ones that it
needs as they are.
"""

from __future__ import annotations


class TuningError(ValueError):
    """A model or a task that cannot be trained or asked in this way, in one sentence."""
