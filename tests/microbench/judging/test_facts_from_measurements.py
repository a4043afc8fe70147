"""Which facts a micro-benchmark states of what it has measured."""

from types import SimpleNamespace

import pytest
from made_trials import FULL, PROMPT, by_count, failed, results

from advisor.confirmation.record import difference_of, earlier_measurements, measured_facts
from advisor.facts import Fact, Source
from advisor.microbench.judging.outcome import compare_methods
from advisor.microbench.records import Metric, TrialStatus

RESULT = SimpleNamespace(score=80.0, peak_memory_bytes=2**30, seconds_per_step=0.5)


def stated(*, difference=None, lengths=(20, 40, 64), cut=64):
    plan = SimpleNamespace(train_size=100, batch_size=16, token_lengths=lengths, max_tokens=cut)
    both = {PROMPT: RESULT, FULL: RESULT}
    differences = {PROMPT: difference or difference_of(compared(), withheld=False)}
    return {fact.key for fact in measured_facts(plan, both, differences, None, reference=FULL)}


def compared(tolerance=1.0):
    """Prompt tuning right on 10 of 200 examples more."""
    own, other = by_count(both=100, first=30, second=20, neither=50)
    return compare_methods(PROMPT, own, FULL, other, Metric.ACCURACY, (), tolerance)


@pytest.mark.parametrize(("lengths", "told"), [((20, 64, 90), True), ((20, 65, 90), False)])
def test_hours_are_not_told_where_many_inputs_were_cut(lengths, told):
    assert (f"measured.{PROMPT}.hours" in stated(lengths=lengths)) is told


def test_a_win_by_default_says_nothing_of_quality():
    lost = compare_methods(
        PROMPT, results([1, 0]), FULL, [failed(TrialStatus.OUT_OF_MEMORY)], Metric.ACCURACY, (), 1.0
    )
    difference = difference_of(lost, withheld=False)
    assert difference.outcome == "better"
    found = stated(difference=difference)
    assert f"measured.{PROMPT}.outcome" not in found
    assert f"measured.{PROMPT}.points_below_full" not in found
    assert f"measured.{PROMPT}.outcome" in stated()


@pytest.mark.parametrize(
    ("first", "second", "within"), [(100, 0, True), (0, 100, False), (30, 20, None)]
)
def test_whether_a_method_came_within_the_tolerance_is_open_where_the_interval_is(
    first, second, within
):
    own, other = by_count(both=100, first=first, second=second)
    found = compare_methods(PROMPT, own, FULL, other, Metric.ACCURACY, (), 1.0)
    assert difference_of(found, withheld=False).within_tolerance is within
    assert difference_of(found, withheld=True).within_tolerance is None


@pytest.mark.parametrize(
    ("model", "rows", "kept"), [("m", 500, True), ("other", 500, False), ("m", 900, False)]
)
def test_earlier_measurements_count_for_the_same_model_and_data_only(model, rows, kept):
    earlier = [
        Fact("model.name", "m", Source.DETECTED),
        Fact("data.train_examples", 500, Source.DETECTED),
        Fact("model.parameters", 7e9, Source.FLAG),  # as one says of 7.24 billion
        Fact("measured.lora.score", 80.0, Source.MEASURED),
    ]
    now = [
        Fact("model.name", model, Source.DETECTED),
        Fact("data.train_examples", rows, Source.DETECTED),
        Fact("model.parameters", 7_241_732_096, Source.DETECTED),
    ]
    notes = []
    found = earlier_measurements([*earlier, *now], notes)
    assert [fact.key for fact in found] == (["measured.lora.score"] if kept else [])
    assert bool(notes) is not kept


def test_another_project_without_measurements_needs_no_note():
    notes = []
    names = [Fact("model.name", name, Source.DETECTED) for name in ("m", "other")]
    assert earlier_measurements(names, notes) == []
    assert notes == []
