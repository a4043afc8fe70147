"""Alarms: what makes the figures of a micro-benchmark mean less than they seem to."""

from advisor.microbench.judging.alarms.alarm import Alarm, Level
from advisor.microbench.judging.alarms.collecting import alarms
from advisor.microbench.judging.alarms.training import still_better

__all__ = ["Alarm", "Level", "alarms", "still_better"]
