"""Alarms: what makes the figures of a micro-benchmark mean less than they seem to."""

from advisor.microbench.judging.alarms.alarm import Alarm, Level
from advisor.microbench.judging.alarms.collecting import alarms

__all__ = ["Alarm", "Level", "alarms"]
