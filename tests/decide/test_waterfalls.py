"""How and why not: what is said of a score adds up to it, for every verdict that there is."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from verdict_cases import (
    DECIDED,
    DO_NOT_TRAIN,
    INFEASIBLE,
    TOO_CLOSE,
    UNDETERMINED,
    answer_on,
    engine,
    half_known,
)

from advisor.decide.answer import answer_for
from advisor.decide.tally import settled_lead, waterfall
from advisor.report.methods import why_not
from advisor.report.record import run_record
from advisor.rules.rule import Outcome

NAMED = {
    "decided": DECIDED, "too_close": TOO_CLOSE, "undetermined": UNDETERMINED,
    "infeasible": INFEASIBLE, "do_not_train": DO_NOT_TRAIN,
}  # fmt: skip
MANY = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def require_sums(answer) -> None:
    verdict = answer.verdict
    findings = verdict.assessment.findings
    for method, entry in verdict.tallies.items():
        assert sum(share for _, share in waterfall(findings, method)) == entry.score
    effects = [reason.effect for reason in verdict.reasons if reason.effect is not None]
    if verdict.compared is None:
        assert (effects, verdict.margin) == ([], None)
    else:
        first, second = (verdict.tallies[method].score for method in verdict.compared)
        assert sum(effects) == verdict.margin == first - second
    fired = {f.rule.label for f in findings if f.rule.veto and f.outcome is Outcome.FIRES}
    assert {r.finding.rule.label for r in verdict.reasons if r.effect is None} == fired


def require_reasons_against_every_other(answer) -> None:
    verdict = answer.verdict
    chosen = verdict.advised or "few_shot_prompting"
    told = {entry.method: entry for entry in why_not(verdict)}
    assert set(told) == set(verdict.tallies) - {chosen}
    shares = {f.rule.label: f for f in verdict.assessment.findings}
    for method, entry in told.items():
        lead = verdict.tallies[chosen].score - verdict.tallies[method].score
        if verdict.tallies[method].feasible is False:
            vetoes = [f.rule.label for f in verdict.tallies[method].vetoes]
            assert (entry.rules, bool(vetoes)) == (vetoes, True)
        elif lead <= 0:
            assert entry.rules == []
            assert "level with" in entry.text or "above" in entry.text
        else:
            # Without the rules that are named the method would not be behind.
            effects = [settled_lead(shares[rule], chosen, method) for rule in entry.rules]
            assert sum(effects) >= lead
            assert len(effects) <= 3 or sum(effects[:-1]) < lead
            assert effects == sorted(effects, reverse=True)
            assert shares[entry.rules[0]].rule.name in entry.text


@pytest.mark.parametrize("status", NAMED)
def test_every_status_adds_up_and_says_why_not(status):
    answer = answer_on(NAMED[status])
    assert answer.verdict.status.value == status
    require_sums(answer)
    require_reasons_against_every_other(answer)


@MANY
@given(half_known())
def test_half_known_projects_add_up_and_say_why_not(project):
    answer = answer_for(project.facts(), engine())
    require_sums(answer)
    require_reasons_against_every_other(answer)


@MANY
@given(half_known())
def test_known_projects_add_up_and_say_why_not(project):
    answer = answer_for(project.facts(project.truth), engine())
    require_sums(answer)
    require_reasons_against_every_other(answer)


@pytest.mark.parametrize("status", NAMED)
def test_the_run_file_holds_the_waterfall_of_every_method(status):
    run = run_record(answer_on(NAMED[status]), engine().base)
    for entry in run.ranking:
        assert sum(step.effect for step in entry.waterfall) == entry.score
        rules = [step.rule for step in entry.waterfall]
        assert len(set(rules)) == len(rules)
        sizes = [abs(step.effect) for step in entry.waterfall]
        assert sizes == sorted(sizes, reverse=True)
        assert 0 not in sizes


def test_methods_that_tie_with_the_choice_are_told_so():
    texts = {e.method: e.text for e in why_not(answer_on(DECIDED).verdict)}
    assert all(texts.values())
    for facts in NAMED.values():
        for entry in why_not(answer_on(facts).verdict):
            sided = entry.method in ("prompt_tuning", "p_tuning", "prefix_tuning")
            assert not (sided and "is not one of the two sides" in entry.text)
