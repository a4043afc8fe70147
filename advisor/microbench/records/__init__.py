"""What the parts of a micro-benchmark hand each other; all of it goes through JSON unchanged."""

from advisor.microbench.records.bench import (
    Bench,
    Example,
    Metric,
    Precision,
    Prompt,
    Record,
    Route,
    Splits,
    Task,
)
from advisor.microbench.records.job import Baseline, Ending, Job, JobKind, MethodProbe, Probe
from advisor.microbench.records.trial import (
    Baselines,
    Point,
    PromptScore,
    Purpose,
    Status,
    Trial,
    TrialResult,
)

__all__ = [
    "Baseline",
    "Baselines",
    "Bench",
    "Ending",
    "Example",
    "Job",
    "JobKind",
    "MethodProbe",
    "Metric",
    "Point",
    "Precision",
    "Probe",
    "Prompt",
    "PromptScore",
    "Purpose",
    "Record",
    "Route",
    "Splits",
    "Status",
    "Task",
    "Trial",
    "TrialResult",
]
