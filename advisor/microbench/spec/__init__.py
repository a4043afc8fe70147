"""What the parts of a micro-benchmark hand each other; all of it goes through JSON unchanged."""

from advisor.microbench.spec.baselines import Baselines, PromptScore
from advisor.microbench.spec.bench import (
    Bench,
    Example,
    Metric,
    Precision,
    Prompt,
    Route,
    Splits,
    Task,
)
from advisor.microbench.spec.job import Baseline, Ending, Job, JobKind
from advisor.microbench.spec.probe import MethodProbe, Probe
from advisor.microbench.spec.record import Record
from advisor.microbench.spec.trial import METHODS, Point, Purpose, Status, Trial, TrialResult

__all__ = [
    "METHODS",
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
