"""Unary tests stay a strict subset of S-FEEL: a recogniser of its grammar, written from DMN 1.3."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.facts import load_vocabulary
from advisor.rules.loading import rules_folder
from advisor.rules.unary import parse_test
from advisor.support.errors import AdvisorError

VOCABULARY = load_vocabulary()
KINDS = [
    VOCABULARY[key]
    for key in (
        "data.train_examples", "budget.hours", "hardware.accelerator_memory_gib", "task.type",
        "prompt.transfer_available", "model.licence",
    )
]  # fmt: skip

# DMN 1.3, chapter 9.2: 7 simple positive unary test, 8 interval, 17 simple unary tests, 27 name,
# 37 numeric literal. Numbers with the suffixes of facts are written out first.
LITERAL = r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
NAME = r"[A-Za-z_?][A-Za-z0-9_?/+*-]*(?:[ .][A-Za-z0-9_?/+*-]+)*"
VALUE = rf'(?:{LITERAL}|"[^"]*"|{NAME})'
INTERVAL = rf"[\[\](]\s*{VALUE}\s*\.\.\s*{VALUE}\s*[\])\[]"
POSITIVE = rf"(?:(?:<=|>=|<|>)?\s*{VALUE}|{INTERVAL})"
POSITIVES = rf"{POSITIVE}(?:\s*,\s*{POSITIVE})*"
SFEEL = re.compile(rf"\s*(?:-|not\s*\(\s*{POSITIVES}\s*\)|{POSITIVES})\s*\Z")
UNITS = re.compile(
    r"(?<![A-Za-z0-9_])(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:e[+-]?[0-9]+)?\s*"
    r"(?:[kMBT]|[KMGT]i?B|h|min|days?|d|%)?(?![A-Za-z0-9_])"
)


def written_out(text: str) -> str:
    """Numbers with a suffix or an exponent as S-FEEL writes numbers."""
    return "..".join(UNITS.sub("7", part) for part in text.split(".."))


def text_of(raw) -> str:
    """A YAML list of names is the names with commas between."""
    if isinstance(raw, list):
        return ", ".join(map(text_of, raw))
    return str(raw).lower() if isinstance(raw, bool) else str(raw)


def shipped_tests() -> list[str]:
    found = []
    for path in rules_folder().glob("*/*.yaml"):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for part in ("rules", "risks", "rows"):
            found += [text_of(t) for one in content.get(part, []) for t in one["when"].values()]
    return sorted(set(found))


@pytest.mark.parametrize("text", shipped_tests())
def test_every_test_of_the_shipped_rules_is_sfeel(text):
    assert SFEEL.match(written_out(text))


SIGNS = ["<", "<=", ">", ">=", "=", "!=", "[", "]", "(", ")", "..", "not", "not(", "-", ",", " "]
VALUES = ["5", "1k", "2.5", "-3", "0", "true", "false", "code", '"code"', "mit", "null", " and "]
TOKENS = st.sampled_from(SIGNS + VALUES)
COMPARED = st.builds(
    "{}{}".format, st.sampled_from(["", "<", ">= ", "> "]), st.sampled_from(VALUES[:-2])
)
BETWEEN = st.builds(
    "{}{}..{}{}".format,
    st.sampled_from("[(]"),
    st.sampled_from(["1", "0.5", "1k"]),
    st.sampled_from(["9", "2M", "code"]),
    st.sampled_from("])["),
)
ITEMS = st.one_of(COMPARED, BETWEEN)
TEXTS = st.one_of(
    st.lists(TOKENS, min_size=1, max_size=7).map("".join),
    st.lists(ITEMS, min_size=1, max_size=3).map(", ".join),
    st.lists(ITEMS, min_size=1, max_size=2).map(lambda items: f"not({','.join(items)})"),
)


@settings(max_examples=1500)
@given(st.sampled_from(KINDS), TEXTS)
def test_whatever_is_accepted_is_sfeel(fact_type, text):
    try:
        parse_test(fact_type, text, where="a test")
    except AdvisorError:
        return
    assert SFEEL.match(written_out(text)), text


@pytest.mark.parametrize(
    "text",
    ["< limit", "[low..high]", 'date("2026-11-01")', "null", "[5..code]", "not(-)", "< true"],
)
def test_not_all_of_sfeel_is_accepted_so_the_subset_is_strict(text):
    for fact_type in KINDS[:-1]:
        with pytest.raises(AdvisorError):
            parse_test(fact_type, text, where="a test")
