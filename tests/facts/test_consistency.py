"""Facts about refusing statements that cannot all be true."""

from __future__ import annotations

import pytest

from advisor.facts import Fact, FactBase, Interval, Source
from advisor.facts.factbase import require_consistent
from advisor.support.errors import AdvisorError


def base(**values) -> FactBase:
    return FactBase(Fact(k.replace("__", "."), v, Source.ANSWERED) for k, v in values.items())


CONTRADICTIONS = [
    {"data__median_tokens": 500, "data__p95_tokens": 400},
    {"data__median_tokens": Interval(500, 900), "data__p95_tokens": Interval(100, 400)},
    {"train__sequence_length": 4096, "model__context_length": 2048},
    {"data__largest_label_share": 0.2, "data__label_count": 4},
    {"data__largest_label_share": Interval(0.1, 0.3), "data__label_count": Interval(2, 3)},
    {"hardware__accelerator": "none", "hardware__accelerator_memory_gib": 24},
    {"hardware__accelerator": "none", "hardware__accelerator_count": Interval(1, 4)},
    {"estimate__lora__memory_headroom": 2, "estimate__lora__memory_headroom_optimistic": 1.5},
]
POSSIBLE = [
    {},
    {"data__median_tokens": 400, "data__p95_tokens": 400},
    {"data__median_tokens": Interval(300, 900), "data__p95_tokens": 400},
    {"data__median_tokens": 500, "data__p95_tokens": None},
    {"data__median_tokens": 500},
    {"train__sequence_length": 2048, "model__context_length": 2048},
    {"data__largest_label_share": 0.25, "data__label_count": 4},
    {"data__largest_label_share": 0.333333333, "data__label_count": 3},
    {"data__largest_label_share": 0.2, "data__label_count": Interval(2, 9)},
    {"hardware__accelerator": "none", "hardware__accelerator_memory_gib": 0},
    {"hardware__accelerator": "cuda", "hardware__accelerator_memory_gib": 24},
    {"hardware__accelerator": frozenset({"none", "cuda"}), "hardware__accelerator_count": 1},
    {"hardware__accelerator": "none", "hardware__accelerator_count": Interval(0, 4)},
    {"hardware__accelerator_count": 4},
]


@pytest.mark.parametrize("values", CONTRADICTIONS)
def test_facts_that_surely_contradict_each_other_are_refused(values):
    with pytest.raises(AdvisorError) as error:
        require_consistent(base(**values))
    assert error.value.message.startswith("these facts contradict each other: ")
    for key in values:
        assert key.replace("__", ".") in error.value.where
        assert key.replace("__", ".") in error.value.hint


@pytest.mark.parametrize("values", POSSIBLE)
def test_facts_that_may_all_be_true_pass(values):
    require_consistent(base(**values))


def test_the_message_says_where_each_statement_comes_from():
    facts = FactBase(
        [
            Fact("data.median_tokens", 500, Source.FLAG, "--median-tokens"),
            Fact("data.p95_tokens", 400, Source.DETECTED),
        ]
    )
    with pytest.raises(AdvisorError) as error:
        require_consistent(facts)
    assert error.value.where == (
        "data.median_tokens = 500 (--median-tokens); data.p95_tokens = 400 (detected)"
    )


def test_only_the_winning_statements_are_compared():
    facts = base(data__median_tokens=500, data__p95_tokens=400)
    facts.add([Fact("data.p95_tokens", 900, Source.FLAG)])
    require_consistent(facts)
