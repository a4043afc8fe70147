"""Facts about sub-decision tables and risks: a bad one is refused at its line."""

from __future__ import annotations

from rule_texts import RISK, rule, rules, table


def with_table(**changes) -> dict[str, str]:
    return {"own.yaml": rules(rule()), "table.yaml": table(**changes)}


ROW = "  - {{when: {when}, level: {level}, why: A reason of some length.}}\n"
LAST = ROW.format(when="{}", level="ample")


def test_a_table_may_not_read_the_level_of_a_table(refused):
    row = ROW.format(when="{decision.task_complexity: low}", level="none")
    error = refused(with_table(rows=row + LAST))
    assert error.message == "a sub-decision cannot read another one"
    assert error.where == "rules/table.yaml, line 7"


def test_a_table_decides_sub_decisions_only(refused):
    error = refused(
        with_table(decides="data.domain_shift", rows=ROW.format(when="{}", level="low") * 2)
    )
    assert error.message == "data.domain_shift is no sub-decision, so no table can decide it"
    assert error.where == "rules/table.yaml, line 1"


def test_a_level_that_the_fact_does_not_have_is_refused(refused):
    error = refused(with_table(rows=ROW.format(when="{task.type: code}", level="plenty") + LAST))
    assert error.message == "'plenty' is not a level of decision.data_adequacy"
    assert error.where == "rules/table.yaml, line 7"
    assert error.hint == "one of none, scarce, small, ample"


def test_a_table_that_may_not_decide_is_refused(refused):
    row = ROW.format(when="{task.type: code}", level="none")
    error = refused(with_table(rows=LAST + row))
    assert error.message.startswith("the last row must hold always")
    assert error.where == "rules/table.yaml, line 8"


def test_two_tables_for_one_fact_are_refused(refused):
    error = refused(with_table() | {"twin.yaml": table()})
    assert error.message == "decision.data_adequacy is defined twice"
    assert error.where == "rules/twin.yaml, line 1"


def test_a_risk_is_read_and_a_bad_one_refused(load, refused):
    files = {"own.yaml": rules(rule()), "risks.yaml": RISK}
    (risk,) = load(files).risks
    assert (risk.code, risk.methods, risk.when) == ("R901", ("lora",), {})
    error = refused({**files, "risks.yaml": RISK.replace("[lora]", "[loar]")})
    assert error.message == "there is no method or group named 'loar'"
    assert error.where == "rules/risks.yaml, line 2"
