"""Facts about precedence between sources, conflicts, and unknown values."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from advisor.facts import Fact, FactBase, Interval, Source, load_vocabulary
from advisor.support.errors import AdvisorError

SIZE = "model.parameters"
ROWS = "data.train_examples"
TASKS = "deployment.tasks_per_base"


def fact(value, source, key=ROWS) -> Fact:
    return Fact(key, value, source)


def test_the_sources_stand_in_the_order_of_their_precedence():
    order = [
        Source.FLAG,
        Source.MEASURED,
        Source.ANSWERED,
        Source.DETECTED,
        Source.READ_FROM_FILE,
        Source.CATALOGUE,
        Source.ESTIMATED,
        Source.DEFAULT,
    ]
    assert sorted(Source, key=lambda s: s.rank) == order


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(Source, 2)))
def test_the_higher_source_wins_in_whatever_order_they_speak(first, second):
    base = FactBase([fact(1, first), fact(2, second)])
    assert base.value(ROWS) == (1 if first.rank < second.rank else 2)


def test_the_earlier_of_two_statements_of_one_source_wins():
    base = FactBase([fact(1, Source.ANSWERED), fact(2, Source.ANSWERED)])
    assert base.value(ROWS) == 1


SPOKEN = [s for s in Source if s is not Source.DEFAULT]


@pytest.mark.parametrize("source", SPOKEN)
def test_unknown_never_hides_what_another_source_knows(source):
    said = fact(None, Source.ANSWERED)
    assert FactBase([said, fact(7, source)]).value(ROWS) == 7
    assert FactBase([fact(7, source), said]).value(ROWS) == 7


def test_unknown_said_as_a_flag_wins_over_every_other_source():
    said = fact(None, Source.FLAG)
    assert FactBase([fact(7, Source.ANSWERED), said, fact(8, Source.DETECTED)]).get(ROWS) is said


def test_unknown_beats_a_default():
    unknown = Fact(TASKS, None, Source.ANSWERED)
    base = FactBase([unknown]).with_defaults()
    assert base.value(TASKS) is None
    assert base.get(TASKS) is unknown


def test_defaults_stand_only_for_what_nobody_spoke_about():
    base = FactBase([Fact(TASKS, 5, Source.ESTIMATED)]).with_defaults()
    assert base.value(TASKS) == 5
    assert base.get("quality.tolerance_points").source is Source.DEFAULT
    assert base.get(SIZE) is None


def test_adding_defaults_leaves_the_original_alone_and_twice_is_once():
    base = FactBase()
    filled = base.with_defaults()
    assert TASKS not in base
    assert list(filled.with_defaults()) == list(filled)


def test_a_partial_answer_is_a_value_but_not_known():
    base = FactBase([fact(Interval(1, 9), Source.ANSWERED)])
    assert base.value(ROWS) == Interval(1, 9)
    assert not base.known(ROWS)
    assert base.number(ROWS) is None


def test_a_truth_is_no_number():
    base = FactBase([Fact("prompt.transfer_available", True, Source.FLAG)])
    assert base.number("prompt.transfer_available") is None
    assert base.known("prompt.transfer_available")


def test_what_nobody_spoke_about_is_absent():
    base = FactBase()
    assert base.get(SIZE) is None
    assert base.value(SIZE) is None
    assert not base.known(SIZE)
    assert SIZE not in base
    assert list(base) == []
    assert base.conflicts(SIZE) == []


def test_a_statement_about_an_unknown_fact_is_refused():
    with pytest.raises(AdvisorError, match="there is no fact named"):
        FactBase([Fact("data.rows", 1, Source.FLAG)])


def test_a_source_that_contradicts_the_winner_is_a_conflict():
    stated, counted = fact(800, Source.FLAG), fact(500, Source.DETECTED)
    base = FactBase([counted, stated])
    assert base.get(ROWS) is stated
    assert base.conflicts(ROWS) == [counted]


def test_conflicts_come_best_source_first():
    facts = [fact(n, s) for n, s in enumerate((Source.CATALOGUE, Source.MEASURED, Source.FLAG))]
    assert FactBase(facts).conflicts(ROWS) == [facts[1], facts[0]]


def test_a_rounded_size_agrees_with_the_exact_count():
    exact = Fact(SIZE, 6_738_415_616, Source.DETECTED)
    assert FactBase([Fact(SIZE, 7 * 10**9, Source.FLAG), exact]).conflicts(SIZE) == []
    assert FactBase([Fact(SIZE, 8 * 10**9, Source.FLAG), exact]).conflicts(SIZE) == [exact]


@pytest.mark.parametrize("value", [None, Interval(1, 5)])
def test_unknown_and_partial_statements_are_no_conflict(value):
    facts = [fact(800, Source.FLAG), fact(value, Source.ANSWERED)]
    assert FactBase(facts).conflicts(ROWS) == []


def test_a_default_is_no_conflict():
    base = FactBase([Fact(TASKS, 50, Source.FLAG)]).with_defaults()
    assert base.conflicts(TASKS) == []


def test_a_different_choice_is_a_conflict():
    facts = [
        Fact("task.type", t, s) for t, s in (("code", Source.FLAG), ("regression", Source.DETECTED))
    ]
    assert FactBase(facts).conflicts("task.type") == [facts[1]]


def test_a_new_answer_replaces_the_old_one_and_nothing_else():
    base = FactBase([fact(1, Source.ANSWERED), fact(2, Source.DETECTED)])
    base.replace(fact(3, Source.ANSWERED))
    assert [f.value for f in base.statements()] == [2, 3]
    assert base.value(ROWS) == 3


def test_forgetting_the_last_statement_leaves_nothing():
    base = FactBase([fact(1, Source.ANSWERED), fact(2, Source.DETECTED)])
    base.forget(ROWS, Source.ANSWERED)
    assert base.value(ROWS) == 2
    base.forget(ROWS, Source.DETECTED)
    assert ROWS not in base
    base.forget(ROWS, Source.FLAG)
    assert base.get(ROWS) is None


VALUES = st.none() | st.integers(0, 5) | st.just(Interval(1, 3))
STATEMENTS = st.lists(
    st.builds(Fact, st.just(ROWS), VALUES, st.sampled_from(list(Source))), max_size=6
)


@given(STATEMENTS)
def test_the_winner_is_the_best_source_with_a_value(statements):
    flags = [f.value for f in statements if f.source is Source.FLAG]
    assume(flags.count(None) == 0 or any(value is not None for value in flags))
    base = FactBase(statements)
    winner = base.get(ROWS)
    valued = [f for f in statements if f.value is not None]
    spoken = [f for f in statements if f.source is not Source.DEFAULT]
    if not statements:
        assert winner is None
    elif any(f.value is not None for f in spoken):
        best = min(f.source.rank for f in valued)
        assert winner == next(f for f in valued if f.source.rank == best)
    else:
        assert winner.value is None or not spoken


def test_the_facts_come_in_the_order_of_the_vocabulary():
    keys = [key for key, t in load_vocabulary().items() if t.type == "integer"][:8]
    base = FactBase(Fact(key, 5000, Source.FLAG) for key in reversed(keys))
    assert [f.key for f in base] == keys
