"""Facts: the vocabulary, their values, where they come from, and how they are read.

This package reads no hardware, model or data and asks nobody; profilers and the questionnaire do,
and hand their findings over as `Fact` objects.
"""

from advisor.facts.fact import Fact, Source
from advisor.facts.factbase import FactBase
from advisor.facts.values import Interval, Value
from advisor.facts.vocabulary import FactType, Vocabulary, load_vocabulary

__all__ = [
    "Fact",
    "FactBase",
    "FactType",
    "Interval",
    "Source",
    "Value",
    "Vocabulary",
    "load_vocabulary",
]
