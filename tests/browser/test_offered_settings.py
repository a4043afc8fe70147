"""Every combination that a report offers is judged in the page as the program judges it."""

from __future__ import annotations

import functools
import itertools
import random
from pathlib import Path

import pytest
from random_projects import VOCABULARY, some_record

from advisor.decide.decision import decision_of
from advisor.facts import Interval
from advisor.facts.factsfile import facts_from
from advisor.reasoning.case import Case
from advisor.reasoning.illustrating import KINDS, knobs_of, offered
from advisor.report import inpage
from advisor.report.inpage.rules_as_data import rules_as_data
from advisor.report.part import plain
from advisor.rules.engine import load_engine
from advisor.support.errors import AdvisorError
from advisor.support.strictyaml import YamlDocument

FOLDER = Path(inpage.__file__).parent
SCRIPTS = "".join(
    (FOLDER / name).read_text(encoding="utf-8") for name in ("judge.js", "offered.js")
)
JUDGE = """({ rules, settings, chosen }) => {
  const loaded = AdvisorJudge.load(rules), data = AdvisorOffered.load(loaded, settings);
  return chosen.map((one) => {
    const values = AdvisorOffered.values(data, one);
    return values && AdvisorJudge.judge(loaded, values);
  });
}"""
ESTIMATES = """({ rules, settings, chosen }) => {
  const data = AdvisorOffered.load(AdvisorJudge.load(rules), settings);
  return chosen.map((one) => AdvisorOffered.estimates(data, one));
}"""


def case_of(record):
    return Case(facts_from(YamlDocument(record, {}, "a test")), load_engine())


def some_cases():
    """Projects with and without a device, a known size, lengths and limits."""
    yield case_of({"task.type": "classification", "model.architecture": "encoder"})
    yield case_of(
        {
            "task.type": "classification",
            "model.parameters": "22M",
            "model.architecture": "encoder",
            "data.train_examples": 500,
            "measured.prompt_tuning.points_below_full": 6.0,
            "measured.prompt_tuning.outcome": "worse",
            "measured.prompt_tuning.data_share": 1.0,
        }
    )
    found = 0
    for seed in itertools.count():
        try:
            case = case_of(some_record(seed))
        except AdvisorError:  # random facts may contradict each other
            continue
        yield case
        found += 1
        if found == 4:
            return


def changes_of(case, chosen):
    changes = {}
    for knob, place in zip(knobs_of(case), chosen, strict=True):
        changes |= knob.settings[place].changes
    return changes


def some_combinations(case, seed, count):
    """What the project is, and others at random."""
    chance = random.Random(seed)
    counts = [len(knob.settings) for knob in knobs_of(case)]
    chosen = [[chance.randrange(count) for count in counts] for _ in range(count)]
    return [[knob.here for knob in knobs_of(case)], *chosen]


@functools.cache
def prepared(number):
    """A project and what is offered for it, which takes some seconds."""
    case = next(itertools.islice(some_cases(), number, None))
    rules = rules_as_data(case.engine, VOCABULARY)
    return case, {"rules": plain(rules), "settings": plain(offered(case))}


def ask(browser, script, number, chosen):
    page = browser.new_page()
    page.add_script_tag(content=SCRIPTS)
    given = prepared(number)[1] | {"chosen": chosen}
    answers = page.evaluate(script, given)
    page.close()
    return answers


def expected(case, chosen):
    changes = changes_of(case, chosen)
    values = case.values(changes)
    if values is None:
        return None
    engine = case.engine
    facts = case.facts if not changes else case.altered(changes).facts
    found = decision_of(engine.assess(values).findings, facts, engine.base)
    return {
        "status": found.status.value,
        "recommendation": found.recommendation,
        "variant": found.variant,
        "alternative": found.alternative,
        "scores": {method: entry.score for method, entry in found.tallies.items()},
    }


@pytest.mark.cases
@pytest.mark.parametrize("number", range(6))
def test_an_offered_combination_gets_the_answer_of_the_program(number, browser, cases):
    case, _ = prepared(number)
    chosen = some_combinations(case, number, cases(150))
    for one, answer in zip(chosen, ask(browser, JUDGE, number, chosen), strict=True):
        wanted = expected(case, one)
        assert (answer is None) == (wanted is None), one
        if wanted is not None:
            assert {key: answer[key] for key in wanted} == wanted, one


def matches(found, key, value):
    """Whether the page's ends are the program's: None for what is unknown or without limit."""
    ends = [value.low, value.high] if isinstance(value, Interval) else [value, value]
    most = VOCABULARY[key].range[1]
    return all(
        one is None if other is None or other >= most else one == pytest.approx(other, rel=0.01)
        for one, other in zip(found, ends, strict=True)
    )


@pytest.mark.cases
@pytest.mark.parametrize("number", range(6))
def test_the_page_tells_memory_and_time_of_a_combination_to_a_percent(number, browser, cases):
    case, _ = prepared(number)
    chosen = some_combinations(case, number, cases(150))
    told = 0
    for one, shown in zip(chosen, ask(browser, ESTIMATES, number, chosen), strict=True):
        values = case.values(changes_of(case, one)) or {}
        for method in VOCABULARY.methods:
            for kind in KINDS:
                key = f"estimate.{method}.{kind}"
                found = shown.get(kind, {}).get(method, [None, None])
                if key in values:
                    assert matches(found, key, values[key]), (key, one)
                    told += values[key] is not None
                else:
                    assert found == [None, None]
    assert told
