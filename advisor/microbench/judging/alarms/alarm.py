"""The record of an alarm, and what is looked at to raise one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from advisor.microbench.judging.failures import name_of
from advisor.microbench.judging.noise import Array
from advisor.microbench.records import FrozenRecord, Trial, TrialResult
from advisor.support import capital


class AlarmLevel(str, Enum):
    """Whether figures are to be read with care, or mean little."""

    WARNING = "warning"
    SERIOUS = "serious"


class Alarm(FrozenRecord):
    """One of them, as a sentence.

    Attributes:
        id: of the kind of alarm.
        method: whose figures it concerns; None for all of them.
    """

    id: str
    method: str | None
    level: AlarmLevel
    sentence: str


class TrialRun(NamedTuple):
    """A trial and what it came to."""

    trial: Trial
    result: TrialResult


@dataclass(frozen=True, slots=True)
class MethodRuns:
    """All runs of a method that have ended.

    Attributes:
        search: of the search for a rate.
        final: at the rate that was chosen, with all of the training examples.
        usable: those of the final ones that have a score.
        points: (usable, test examples), as by `example_points`.
    """

    method: str
    search: Sequence[TrialRun]
    final: Sequence[TrialRun]
    usable: Sequence[TrialRun]
    points: Array

    @property
    def name(self) -> str:
        """Of the method, to open a sentence with."""
        return capital(name_of(self.method))

    def alarm(self, id_: str, level: AlarmLevel, text: str) -> Alarm:
        """An alarm on this method; the text goes on after its name."""
        return Alarm(id=id_, method=self.method, level=level, sentence=f"{self.name} {text}")

    def in_seeds(self, count: int) -> str:
        """In how many of the usable runs something was seen."""
        return f"in {count} of {len(self.usable)} seeds"
