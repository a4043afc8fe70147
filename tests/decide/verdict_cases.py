"""Projects for the tests of the verdict: named ones that reach each status, and random ones."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from hypothesis import strategies as st

from advisor.decide.answer import answer_for
from advisor.decide.decision import Contest, contest
from advisor.decide.tally import Tally, tally_of
from advisor.decide.verdict import Answer, Verdict
from advisor.estimate.estimator import estimate_facts, evaluation_facts
from advisor.facts import Fact, FactBase, Interval, Source, Value, load_vocabulary
from advisor.facts.reading import read_value
from advisor.methods import methods_with
from advisor.rules.engine import Engine, load_engine

VOCABULARY = load_vocabulary()
TRAINED = methods_with("trained")

CARD = {
    "hardware.accelerator": "cuda",
    "hardware.accelerator_name": "RTX 4090",
    "hardware.accelerator_memory_gib": 24,
    "hardware.accelerator_count": 1,
}
BERT = {
    "task.type": "classification",
    "data.label_count": 2,
    "model.parameters": "110M",
    "model.architecture": "encoder",
    "data.train_examples": 800,
    **CARD,
}
LLAMA = {
    "task.type": "classification",
    "data.label_count": 4,
    "model.parameters": "8B",
    "model.architecture": "decoder",
    "data.train_examples": "5k",
    **CARD,
}
API_ONLY = {
    "task.type": "classification",
    "model.weights_access": "api_only",
    "data.train_examples": 500,
}

DECIDED = BERT
TOO_CLOSE = {**BERT, "quality.tolerance_points": 4}
UNDETERMINED = {
    "task.type": "classification",
    "model.parameters": "8B",
    "data.train_examples": "5k",
}
INFEASIBLE = API_ONLY
DO_NOT_TRAIN = {**LLAMA, "data.train_examples": 8}


@functools.cache
def engine() -> Engine:
    """The shipped rules, compiled once for all tests."""
    return load_engine()


def stated(facts: Mapping[str, Any], source: Source = Source.ANSWERED) -> list[Fact]:
    """The facts as a user would state them."""
    return [
        Fact(key, read_value(VOCABULARY[key], raw, where="a test"), source)
        for key, raw in facts.items()
    ]


def answer_on(facts: Mapping[str, Any]) -> Answer:
    """The answer of the whole pipeline."""
    return answer_for(stated(facts), engine())


def verdict_on(facts: Mapping[str, Any]) -> Verdict:
    """The verdict of the whole pipeline."""
    return answer_on(facts).verdict


class Weighed(NamedTuple):
    """What bounds speak of: the scores, and the headlines within reach."""

    tallies: Mapping[str, Tally]
    state: Contest


def weigh(facts: Iterable[Fact]) -> Weighed:
    """Scores and reachable headlines alone, for tests that judge many projects."""
    base = FactBase(facts).with_defaults()
    base.add(estimate_facts(base))
    base.add(evaluation_facts(base))
    findings = engine().assess({fact.key: fact.value for fact in base}).findings
    tallies = tally_of(findings, VOCABULARY.methods)
    return Weighed(tallies, contest(tallies, findings, engine().base.settings))


POOLS: dict[str, tuple[Any, ...]] = {
    "task.type": (
        "classification", "nli_pair", "extractive_qa", "regression", "generation_long",
        "math_reasoning", "code",
    ),
    "data.label_count": (2, 50, 51, 150),
    "model.parameters": (
        110_000_000, 300_000_000, 1_000_000_000, 7_000_000_000, 11_000_000_000, 70_000_000_000,
    ),
    "model.architecture": ("encoder", "decoder", "encoder_decoder"),
    "model.weights_access": ("open", "api_only"),
    "model.pretraining_match": ("low", "medium", "high"),
    "data.train_examples": (0, 8, 10, 40, 100, 800, 2_000, 50_000, 200_000),
    "data.domain_shift": ("low", "medium", "high"),
    "quality.tolerance_points": (0, 0.5, 1, 3, 10),
    "prompt.transfer_available": (False, True),
    "deployment.tasks_per_base": (1, 2, 10, 100, 5_000),
    "deployment.base_must_stay_unchanged": (False, True),
    "deployment.latency_sensitive": (False, True),
    "hardware.accelerator": ("cuda", "mps", "none"),
    "hardware.accelerator_name": ("Tesla P100 PCIe 16GB", "RTX 4090", "H100 80GB SXM"),
    "hardware.accelerator_memory_gib": (4, 8, 16, 24, 80),
    "hardware.accelerator_count": (1, 2, 8),
    "hardware.ram_available_gib": (4, 16, 64, 512),
    "hardware.cpu_cores": (1, 8, 64),
}  # fmt: skip
"""Definite values of every fact that the questionnaire asks for, limits apart.

A limit that nobody states is no limit, so learning one is a change of the project.
"""

APPLE = ("Apple M1", "Apple M4 Max")
_TEXTS = frozenset({"hardware.accelerator_name"})
_ON_DEVICE = (
    "hardware.accelerator_name",
    "hardware.accelerator_memory_gib",
    "hardware.accelerator_count",
)


class Half(NamedTuple):
    """A half-known project and one way in which it can turn out, fact by fact."""

    known: dict[str, Value]
    truth: dict[str, Value]

    def facts(self, learned: Iterable[str] = ()) -> list[Fact]:
        """The statements, with the true values of the facts that were learned meanwhile."""
        values = {**self.known, **{key: self.truth[key] for key in learned}}
        return [Fact(key, value, Source.ANSWERED) for key, value in values.items()]

    @property
    def open(self) -> list[str]:
        """The facts that are not known for sure."""
        return [key for key in self.truth if self.known[key] != self.truth[key]]


@st.composite
def half_known(draw: st.DrawFn, *, always_known: frozenset[str] = frozenset()) -> Half:
    """A project in which every fact is known, known in part, or said to be unknown."""
    truth: dict[str, Value] = {key: draw(st.sampled_from(pool)) for key, pool in POOLS.items()}
    if truth["hardware.accelerator"] == "none":
        for key in _ON_DEVICE:
            del truth[key]
    elif truth["hardware.accelerator"] == "mps":
        truth["hardware.accelerator_name"] = draw(st.sampled_from(APPLE))
    known = {}
    for key, value in truth.items():
        how = "known" if key in always_known else draw(st.sampled_from(["known", "part", "no"]))
        known[key] = value if how == "known" else None
        if how == "part":
            known[key] = _part(draw, key, value)
    return Half(known, truth)


def _part(draw: st.DrawFn, key: str, value: Any) -> Value:
    pool = POOLS[key]
    if isinstance(value, bool) or key in _TEXTS:
        return None
    if isinstance(value, str):
        chosen = draw(st.sets(st.sampled_from(pool))) | {value}
        return value if len(chosen) == 1 else frozenset(chosen)
    low = draw(st.sampled_from([number for number in pool if number <= value]))
    high = draw(st.sampled_from([number for number in pool if number >= value]))
    return value if low == high else Interval(low, high)
