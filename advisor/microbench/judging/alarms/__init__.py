"""Alarms: what makes the figures of a micro-benchmark mean less than they seem to."""

from advisor.microbench.judging.alarms.alarm import Alarm, AlarmLevel
from advisor.microbench.judging.alarms.collecting import alarms
from advisor.microbench.judging.alarms.training import still_better

__all__ = ["Alarm", "AlarmLevel", "alarms", "still_better"]
