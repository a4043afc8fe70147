"""``advisor rules check``: what it says, grouped; as JSON, with the facts behind it; how wide."""

from __future__ import annotations

import os
import sys

import pexpect
import pytest
from house_rules import house_rule

from advisor.decide.decision import decision_of
from advisor.facts import Fact, FactBase, Source
from advisor.rules.engine import Engine
from advisor.rules.loading import load_rules

KINDS = ["gap", "never decisive", "stacked", "unread"]
RUN = "from advisor.cli.main import run; run()"


def indented(text: str, spaces: int) -> list[str]:
    """The lines that begin with just so many spaces."""
    return [line.strip() for line in text.splitlines() if len(line) - len(line.lstrip()) == spaces]


def test_what_is_said_is_grouped_by_severity_and_kind(advisor):
    result = advisor("rules", "check")
    assert result.code == 0
    assert indented(result.out, 2) == KINDS
    heads = indented(result.out, 0)
    assert heads[0] == "notes"
    assert heads[1] == (
        "161 of 165 instances of rules decide on some facts; 15 of 15 answers are reached"
    )
    assert len(heads) == 3


def test_what_is_true_of_several_things_is_said_once(advisor):
    out = advisor("rules", "check").out
    assert out.count("no rule, table, risk") == 1
    assert "data.smallest_visible_points, estimate.{method}.memory_gib" in out


def test_errors_come_first_and_end_with_exit_code_2(advisor, tmp_path):
    pack = house_rule(
        tmp_path / "our-rules",
        '    when: {data.train_examples: "< 0"}\n    effects: {lora: 3}',
        case="{name: unknown, facts: {}, expect: undetermined}",
    )
    result = advisor("rules", "check", "--rules", pack)
    assert result.code == 2
    assert indented(result.out, 0)[:2] == ["errors", "notes"]
    assert indented(result.out, 4)[0].startswith("H901: it can never fire")
    assert result.out.endswith(": 1 errors\n")


def test_a_rule_of_the_house_that_decides_nothing_is_a_warning(advisor, tmp_path):
    pack = house_rule(tmp_path / "our-rules", "    when: {}\n    effects: {lora: 0}")
    result = advisor("rules", "check", "--rules", pack)
    assert result.code == 0
    assert "warnings\n  never decisive\n    H901: it can never decide: all its" in result.out


def test_as_json_every_witness_holds(advisor):
    told = advisor("rules", "check", "--format", "json").json
    assert set(told) == {"remarks", "decisive", "reached"}
    assert {remark["kind"] for remark in told["remarks"]} == set(KINDS)
    assert all(remark["severity"] == "note" for remark in told["remarks"])
    base = load_rules()
    engine = Engine(base)
    assert len(told["decisive"]) == 161
    for label, known in told["decisive"].items():
        facts = FactBase(Fact(key, value, Source.ANSWERED) for key, value in known.items())
        findings = engine.assess(known).findings
        made = decision_of(findings, facts, base)
        rest = decision_of([f for f in findings if f.rule.label != label], facts, base)
        answers = [(d.status, d.recommendation, d.variant, d.alternative) for d in (made, rest)]
        assert answers[0] != answers[1], label
    for entry in told["reached"]:
        facts = FactBase(Fact(k, v, Source.ANSWERED) for k, v in entry["facts"].items())
        made = decision_of(engine.assess(entry["facts"]).findings, facts, base)
        assert getattr(made, entry["field"]) == entry["value"]


@pytest.mark.parametrize(("columns", "widest"), [(80, 80), (120, 120), (200, 120)])
def test_it_is_as_wide_as_the_terminal_up_to_a_limit(columns, widest):
    # readline puts COLUMNS into the environment of this process behind Python's back.
    env = dict(os.environ)
    child = pexpect.spawn(
        sys.executable, ["-c", RUN, "rules", "check"], timeout=60, encoding="utf-8",
        dimensions=(50, columns), env=env,
    )  # fmt: skip
    child.expect(pexpect.EOF)
    child.close()
    lengths = [len(line) for line in child.before.splitlines()]
    assert child.exitstatus == 0
    assert widest - 12 <= max(lengths) <= widest
