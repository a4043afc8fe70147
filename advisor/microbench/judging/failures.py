"""Trials without a score, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from advisor.methods import load_methods
from advisor.microbench.judging.scores import usable_trials
from advisor.microbench.records import TrialResult, TrialStatus
from advisor.support import capital

_ALL = {
    TrialStatus.DIVERGED: "diverges at the rates that were tried",
    TrialStatus.OUT_OF_MEMORY: "does not fit into the memory here",
    TrialStatus.TIMED_OUT: "does not end in the time that it was given",
    TrialStatus.CRASHED: "crashes here",
    TrialStatus.KILLED: "was killed by the system, as happens when memory runs short",
}
_SOME = {
    TrialStatus.DIVERGED: "diverged",
    TrialStatus.OUT_OF_MEMORY: "out of memory",
    TrialStatus.TIMED_OUT: "out of time",
    TrialStatus.CRASHED: "crashed",
    TrialStatus.KILLED: "killed",
}


_OF_THE_METHOD = {TrialStatus.DIVERGED, TrialStatus.OUT_OF_MEMORY}
"""Others may come from a busy machine, a full disk, or a defect: they say nothing of a method."""


def cannot_be_trained(results: Sequence[TrialResult]) -> bool:
    """Whether the method itself is the reason that none of its trials has a score.

    A trial that ended well and has none predicted no finite numbers.
    """
    reasons = {result.status for result in results if not result.status.usable}
    return bool(results) and reasons <= _OF_THE_METHOD


def name_of(method: str) -> str:
    """A method's name as it stands within a sentence."""
    return load_methods()[method].name


def why_none(method: str, results: Sequence[TrialResult]) -> str:
    """Why a method has no usable trial, as one sentence, with what the first one said."""
    reasons = Counter(_reason(result) for result in results)
    name = capital(name_of(method))
    if not reasons:
        return f"No trial of {name_of(method)} came as far as the test."
    statuses = {result.status for result in results}
    if len(statuses) == 1 and not results[0].status.usable:
        text = f"{name} {_ALL[results[0].status]}"
    else:
        text = f"{name} has no usable trial: {_listed(reasons)}"
    message = next((result.message for result in results if result.message), "")
    return f"{text} ({message.rstrip('.')})." if message else f"{text}."


def left_out(method: str, results: Sequence[TrialResult]) -> str:
    """Which trials are not counted, as one sentence; empty if all are."""
    usable = usable_trials(results)
    reasons = Counter(_reason(result) for result in results if result not in usable)
    if not reasons:
        return ""
    return (
        f"{reasons.total()} of {len(results)} trials of {name_of(method)} have no score "
        f"({_listed(reasons)}); the figures are of those that succeeded."
    )


def _reason(result: TrialResult) -> str:
    return _SOME.get(result.status, "no finite predictions")


def _listed(reasons: Counter[str]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in reasons.items())
