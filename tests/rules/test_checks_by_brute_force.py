"""The static checks against brute force: small random rules over few values, every point tried."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_texts import VETO, fill, rule, rules, table

from advisor.facts import load_vocabulary
from advisor.rules.checking import check_rules
from advisor.rules.checking.gaps import gap_of
from advisor.rules.checking.space import Space
from advisor.rules.engine import Engine
from advisor.rules.loading import load_rules
from advisor.rules.rule import Outcome

ROWS = st.sampled_from(["< 0", "< 2", ">= 2", "[1..3]", "not(2)", "0, 3", "-"])
SHIFT = st.sampled_from(
    ["low", "not(low)", "[low, high]", "medium", '"-"', '"not(low, medium, high)"']
)
POINTS = [
    {"data.train_examples": n, "data.domain_shift": shift}
    for n in range(6)
    for shift in load_vocabulary()["data.domain_shift"].choices
]


@st.composite
def whens(draw) -> str:
    tests = []
    if draw(st.booleans()):
        tests.append(f'data.train_examples: "{draw(ROWS)}"')
    if draw(st.booleans()):
        tests.append(f"data.domain_shift: {draw(SHIFT)}")
    if draw(st.booleans()):
        tests.append("decision.data_adequacy: " + draw(st.sampled_from(["none", "ample", "small"])))
    return "{" + ", ".join(tests) + "}"


SMALL_TABLE = table(
    rows='  - {when: {data.train_examples: "< 2"}, level: none, why: Too few to train on.}\n'
    "  - {when: {data.domain_shift: low}, level: ample, why: Enough to train on.}\n"
    "  - {when: {}, level: small, why: Not quite enough of it.}\n"
)


@pytest.fixture(scope="module")
def load_scratch(tmp_path_factory):
    """Load rules in place of the shipped ones, for many examples in one test."""
    home = tmp_path_factory.mktemp("scratch")

    def load_texts(text: str):
        fill(home, {"own.yaml": text, "table.yaml": SMALL_TABLE})
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("advisor.rules.loading.rules_folder", lambda: home)
            return load_rules()

    return load_texts


@settings(max_examples=150)
@given(whens(), whens(), st.booleans())
def test_the_checks_agree_with_trying_every_point(load_scratch, one, other, opposed):
    second = rule("Q902", when=other, effects="{lora: -3}" if opposed else "{lora: 3}")
    base = load_scratch(rules(rule(when=one), second))
    fired = {"Q901": set(), "Q902": set()}
    for number, point in enumerate(POINTS):
        for finding in Engine(base).assess(point).findings:
            assert finding.outcome is Outcome.FIRES
            fired[finding.rule.code].add(number)
    said = [(r.severity, r.code, r.text.split()[1]) for r in check_rules(base) if r.code in fired]
    dead = {code for code, points in fired.items() if not points}
    assert {code for _, code, word in said if word == "can"} == dead
    if dead:
        return
    for _, code, word in said:
        mine, its = fired[code], fired["Q902" if code == "Q901" else "Q901"]
        assert mine == its if word in ("repeats", "opposes") else mine <= its
    without_levels = "decision" not in one + other
    if without_levels and fired["Q901"] == fired["Q902"]:
        assert ("error", "Q901", "repeats") in said or ("warning", "Q901", "opposes") in said


def assessed(base, point):
    return Engine(base).assess(point).findings


def veto(code: str, when: str) -> str:
    return rule(code, kind="feasibility", when=when, effects="", more=VETO)


@settings(max_examples=100)
@given(st.lists(whens(), min_size=1, max_size=3))
def test_a_method_is_called_never_feasible_where_every_point_vetoes_it(load_scratch, conditions):
    base = load_scratch(rules(*(veto(f"F90{n}", when) for n, when in enumerate(conditions))))
    always = all(any(f.rule.veto for f in assessed(base, point)) for point in POINTS)
    said = [r for r in check_rules(base) if (r.kind, r.code) == ("contradictory", "lora")]
    assert bool(said) == always


RAMP = "{lora: {ramp: data.train_examples, points: {1: -2, 3: 0, 5: 1}}}"


@settings(max_examples=150)
@given(st.lists(st.tuples(whens(), st.sampled_from(["{lora: 3}", "{lora: 0}", RAMP])), max_size=3))
def test_a_gap_is_where_at_every_point_the_prior_alone_speaks(load_scratch, speaking):
    texts = [rule(f"Q91{n}", when=w, effects=e) for n, (w, e) in enumerate(speaking)]
    base = load_scratch(rules(rule(effects="{lora: 4}"), *texts))
    space = Space(base)
    # A rule that always fires and is no ramp belongs to the prior.
    prior = {
        r.label
        for r, (_, effect) in zip(base.rules, [("", ""), *speaking], strict=True)
        if not space.narrowing(space.box(r.when)) and effect != RAMP
    }

    def silent(point) -> bool:
        return not any(
            dict(f.effects)["lora"] for f in assessed(base, point) if f.rule.label not in prior
        )

    gap = gap_of(base.rules, space, lambda effects: effects.get("lora", 0))
    levels = [table.decides for table in base.tables]
    for point in POINTS:
        known = {**point, levels[0]: Engine(base).assess(point).levels[levels[0]][0]}
        assert silent(point) == (gap is not None and within_gap(gap, known, space))
    if gap is not None:
        stated = {key: cell for key, cell in gap.point.items() if key not in levels}
        assert silent({"data.train_examples": 0, "data.domain_shift": "low"} | stated)


def within_gap(gap, known, space: Space) -> bool:
    def lies(box) -> bool:
        return all(cell_of(known[key], key, space) in passed for key, passed in box.items())

    return lies(gap.region) and not any(lies(box) for box in gap.without)


def cell_of(value, key: str, space: Space):
    if not isinstance(value, int):
        return value
    return max(cell for cell in space.cells[key] if cell <= value)
