"""Profile a labelled data file: counts, lengths, labels, duplicates and a first guess of the task.

Files are read once, row by row, in bounded memory; the text never leaves the machine and is not
kept. What was guessed, sampled or estimated is said in the notes of the profile.
"""

from advisor.profilers.data.columns import Columns
from advisor.profilers.data.profile import SAMPLE_LIMIT, DataProfile, profile_data

__all__ = ["SAMPLE_LIMIT", "Columns", "DataProfile", "profile_data"]
