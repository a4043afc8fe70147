"""What the parts of a micro-benchmark hand each other; all of it goes through JSON unchanged."""

from advisor.microbench.records.bench import (
    Bench,
    Example,
    FrozenRecord,
    Metric,
    Prompt,
    Route,
    Splits,
    Task,
    TrialPrecision,
)
from advisor.microbench.records.job import Baseline, Ending, Job, JobKind, MethodProbe, Probe
from advisor.microbench.records.trial import (
    Baselines,
    Point,
    PromptScore,
    Purpose,
    Trial,
    TrialResult,
    TrialStatus,
)

__all__ = [
    "Baseline",
    "Baselines",
    "Bench",
    "Ending",
    "Example",
    "FrozenRecord",
    "Job",
    "JobKind",
    "MethodProbe",
    "Metric",
    "Point",
    "Probe",
    "Prompt",
    "PromptScore",
    "Purpose",
    "Route",
    "Splits",
    "Task",
    "Trial",
    "TrialPrecision",
    "TrialResult",
    "TrialStatus",
]
