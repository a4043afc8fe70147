"""Why a fact is asked: every question has a reason that names rules."""

from __future__ import annotations

import re

import pytest

from advisor.facts import load_vocabulary
from advisor.rules.loading import load_rules
from advisor.rules.manual import purpose_of

BASE = load_rules()
VOCABULARY = load_vocabulary()
CODES = {rule.code for rule in BASE.rules} | {table.decides for table in BASE.tables}
CODES |= {risk.code for risk in BASE.risks}


@pytest.mark.parametrize("key", [fact_type.key for fact_type in VOCABULARY.questions])
def test_every_question_has_a_reason(key):
    lines = purpose_of(key, BASE)
    named = set(re.findall(r"[A-Z][0-9]+|decision\.\w+", " ".join(lines)))
    assert named & CODES or key == "model.name"
    assert all(lines)


@pytest.mark.parametrize("key", ["budget.hours", "hardware.cpu_cores", "price.per_hour"])
def test_a_fact_behind_estimates_alone_names_them_and_the_rules_that_read_them(key):
    lines = purpose_of(key, BASE)
    assert lines
    for line in lines:
        assert re.fullmatch(r"The estimates of \w+ need it; read by [FPR][0-9, FPR]+\.", line), line


def test_the_rules_named_behind_an_estimate_are_those_that_read_it():
    (line,) = [text for text in purpose_of("budget.hours", BASE) if " time " in text]
    readers = {
        rule.code for rule in BASE.rules for key in rule.reads if "time_headroom" in key
    }  # fmt: skip
    assert set(re.findall(r"[FPR]\d+", line)) == readers == {"F202", "P328"}


def test_a_name_is_for_the_report():
    assert purpose_of("model.name", BASE) == ["No rule reads it; the report names it."]
