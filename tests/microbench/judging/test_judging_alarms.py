"""Each alarm: when it is raised, how loudly, and when it keeps quiet."""

from __future__ import annotations

import numpy as np
import pytest
from made_trials import FULL, PROMPT, looks, result, trial

from advisor.methods import load_methods
from advisor.microbench.judging.alarms import Alarm, AlarmLevel, alarms
from advisor.microbench.records import Baselines, Example, Metric, Purpose, TrialStatus

TEST_SIZE = 100
GOOD = [1] * 80 + [0] * 20
NO_LOSSES = ()


def example(text, target="a"):
    return Example(inputs=(text,), target=target)


TEST = tuple(example(f"test {i}") for i in range(TEST_SIZE))
BASELINES = Baselines(majority=50.0)


def run(
    outcomes=GOOD, seed=0, rate=0.01, head=None, method=PROMPT, purpose=Purpose.FINAL, **fields
):
    """A trial and its result; by default a final one of prompt tuning with 80 points."""
    fields.setdefault("predicted", ("a", "b") * (TEST_SIZE // 2))
    id_ = f"{method} {purpose.value} {rate} {head} {seed}"
    return (
        trial(id_, method, purpose, rate, head, seed),
        result(outcomes, trial=id_, **fields),
    )


def searched(rate, head=None, **fields):
    return run((), rate=rate, head=head, purpose=Purpose.SEARCH, **fields)


SEARCH = [searched(rate) for rate in (0.003, 0.01, 0.03)]


def raised(*runs, baselines=BASELINES, test=TEST, metric=Metric.ACCURACY, search=SEARCH):
    trials, results = zip(*search, *runs, strict=True)
    return alarms(metric, test, baselines, trials, results)


def ids(found) -> list[str]:
    return [alarm.id for alarm in found]


def only(found) -> Alarm:
    assert len(found) == 1, found
    return found[0]


def test_a_sound_run_raises_no_alarm():
    baselines = Baselines(
        majority=50.0, zero_shot=60.0, zero_shot_test=tuple([1.0] * 60 + [0.0] * 40),
        head_only=60.0, head_only_test=tuple([1.0] * 60 + [0.0] * 40), general_loss=3.0,
    )  # fmt: skip
    fields = {
        "curve": looks(1.0, 0.55, 0.55, 0.55), "train_score": 84.0, "dev_score": 80.0,
        "general_loss": 3.05,
    }  # fmt: skip
    assert raised(run(**fields), run(seed=1, **fields), baselines=baselines) == ()


# Scores that mean nothing


def test_the_same_answer_to_everything():
    found = raised(run(predicted=("a",) * TEST_SIZE), run(seed=1))
    assert only(found).level is AlarmLevel.SERIOUS
    assert only(found).sentence == (
        "Prompt tuning gives the same answer to every test example in 1 of 2 seeds."
    )


def test_the_same_number_for_everything():
    test = tuple(example(f"test {i}", str(i)) for i in range(TEST_SIZE))
    found = raised(
        run([3.0] * TEST_SIZE, predicted=()),
        baselines=Baselines(majority=0.0), test=test, metric=Metric.PEARSON,
    )  # fmt: skip
    assert ids(found) == ["same_answer_always", "stuck_at_majority"]


@pytest.mark.parametrize(
    ("right", "level"),
    [
        (45, AlarmLevel.SERIOUS),
        (50, AlarmLevel.SERIOUS),
        (55, AlarmLevel.WARNING),
        (58, AlarmLevel.WARNING),
    ],
)
def test_a_score_that_is_not_above_the_majority_class(right, level):
    alarm = only(raised(run([1] * right + [0] * (TEST_SIZE - right))))
    assert (alarm.id, alarm.level) == ("stuck_at_majority", level)


@pytest.mark.parametrize("right", [65, 90])
def test_a_score_above_the_majority_class_beyond_noise(right):
    assert raised(run([1] * right + [0] * (TEST_SIZE - right))) == ()


@pytest.mark.parametrize(("zero_shot", "alarmed"), [(95, True), (84, False), (60, False)])
def test_worse_than_the_untrained_model(zero_shot, alarmed):
    outcomes = tuple(map(float, [1] * zero_shot + [0] * (TEST_SIZE - zero_shot)))
    baselines = Baselines(majority=50.0, zero_shot=zero_shot, zero_shot_test=outcomes)
    found = raised(run(), baselines=baselines)
    assert ids(found) == ["worse_than_zero_shot"] * alarmed
    if alarmed:
        assert found[0].sentence.startswith(
            "Prompt tuning is worse than the untrained model with the best prompt (-15.0 points, 95"
        )


@pytest.mark.parametrize(("head_only", "said"), [(95, "is worse"), (78, "not shown"), (60, None)])
def test_no_better_than_a_linear_head(head_only, said):
    outcomes = tuple(map(float, [1] * head_only + [0] * (TEST_SIZE - head_only)))
    baselines = Baselines(majority=50.0, head_only=head_only, head_only_test=outcomes)
    found = raised(run(), baselines=baselines)
    assert ids(found) == ["no_better_than_head_only"] * (said is not None)
    if said is not None:
        assert said in found[0].sentence
        assert found[0].level is (AlarmLevel.SERIOUS if said == "is worse" else AlarmLevel.WARNING)


# Training


def test_a_method_without_a_score():
    found = raised(run((), status=TrialStatus.OUT_OF_MEMORY, message="Asked for 9 GB."))
    assert only(found).level is AlarmLevel.SERIOUS
    assert only(found).sentence == (
        "Prompt tuning does not fit into the memory here (Asked for 9 GB)."
    )


def test_a_method_that_failed_in_the_search():
    found = raised(search=[searched(rate, status=TrialStatus.CRASHED) for rate in (0.1, 0.2)])
    assert only(found).sentence == "Prompt tuning crashes here."


def test_a_method_that_was_not_tried_to_the_end():
    assert only(raised()).sentence == "No trial of prompt tuning came as far as the test."


def test_single_failures_are_a_warning():
    found = raised(run(), run((), seed=1, status=TrialStatus.TIMED_OUT))
    assert (only(found).id, only(found).level) == ("failed", AlarmLevel.WARNING)
    assert "1 of 2 trials of prompt tuning have no score (1 out of time)" in only(found).sentence


def test_divergence_in_a_final_run():
    found = raised(run(), run((), seed=1, status=TrialStatus.DIVERGED))
    assert (only(found).id, only(found).level) == ("diverged", AlarmLevel.SERIOUS)
    assert only(found).sentence == (
        "Prompt tuning diverged in 1 of 2 final trials, at a rate of 0.01."
    )


def test_divergence_in_the_search_is_what_a_search_is_for():
    assert raised(run(), search=[*SEARCH, searched(0.3, status=TrialStatus.DIVERGED)]) == ()


@pytest.mark.parametrize(
    ("losses", "status", "alarmed"),
    [
        ((1.0, 0.9, 0.8, 0.7), TrialStatus.FINISHED, True),
        ((1.0, 0.9, 0.8, 0.7), TrialStatus.STOPPED_EARLY, False),
        ((1.0, 0.7, 0.695, 0.69), TrialStatus.FINISHED, False),
        ((1.0, 0.5, 0.9, 0.7), TrialStatus.FINISHED, False),
        ((1.0, 0.5), TrialStatus.FINISHED, False),
        (NO_LOSSES, TrialStatus.FINISHED, False),
    ],
)
def test_a_loss_that_was_still_falling(losses, status, alarmed):
    found = raised(run(curve=looks(*losses), status=status))
    assert ids(found) == ["still_falling"] * alarmed


def test_a_loss_that_still_fell_in_few_seeds_is_no_alarm():
    falling, level = looks(1.0, 0.9, 0.8), looks(0.8, 0.8, 0.8)
    runs = [run(seed=i, curve=falling if i == 0 else level) for i in range(3)]
    assert raised(*runs) == ()
    assert ids(raised(*runs[:2])) == ["still_falling"]


@pytest.mark.parametrize(
    ("train", "dev", "losses", "alarmed"),
    [
        (99.0, 80.0, (1.0, 0.5, 0.6), True),
        (99.0, 80.0, (1.0, 0.5, 0.51), False),
        (85.0, 80.0, (1.0, 0.5, 0.6), False),
        (None, 80.0, (1.0, 0.5, 0.6), False),
        (99.0, 80.0, NO_LOSSES, False),
    ],
)
def test_overfitting_shows_in_score_and_loss(train, dev, losses, alarmed):
    found = raised(run(train_score=train, dev_score=dev, curve=looks(*losses)))
    assert ids(found) == ["overfitting"] * alarmed


@pytest.mark.parametrize(
    ("after", "level"),
    [(2.9, None), (3.1, None), (3.3, AlarmLevel.WARNING), (4.0, AlarmLevel.SERIOUS), (None, None)],
)
def test_what_is_forgotten(after, level):
    baselines = Baselines(majority=50.0, general_loss=3.0)
    search = [searched(rate, method=FULL) for rate in (0.003, 0.01, 0.03)]
    found = raised(run(general_loss=after, method=FULL), baselines=baselines, search=search)
    assert [(a.id, a.level) for a in found] == ([("over_adaptation", level)] if level else [])


@pytest.mark.parametrize(("method", "part"), [(PROMPT, "prompt"), ("lora", "adapter")])
def test_a_frozen_model_forgets_nothing(method, part):
    baselines = Baselines(majority=50.0, general_loss=3.0)
    search = [searched(rate, method=method) for rate in (0.003, 0.01, 0.03)]
    found = raised(run(general_loss=9.0, method=method), baselines=baselines, search=search)
    assert only(found).level is AlarmLevel.WARNING
    assert only(found).sentence.endswith(
        f"predicts general text worse with its {part} attached: the loss on general text rose from "
        "3.00 to 9.00. Without it the model is unchanged."
    )


@pytest.mark.parametrize(
    ("scores", "level"),
    [((80, 80, 80), None), ((80, 84, 82), None), ((70, 80, 80), AlarmLevel.WARNING),
     ((95, 70, 80), AlarmLevel.SERIOUS)],
)  # fmt: skip
def test_seeds_that_disagree(scores, level):
    runs = [run([1] * n + [0] * (TEST_SIZE - n), seed=i) for i, n in enumerate(scores)]
    found = raised(*runs, baselines=Baselines(majority=10.0))
    assert [(a.id, a.level) for a in found] == ([("seeds_disagree", level)] if level else [])


def test_chance_on_single_examples_is_no_disagreement():
    generator = np.random.default_rng(6)
    runs = [run(generator.random(TEST_SIZE) < 0.8, seed=i) for i in range(3)]
    assert raised(*runs, baselines=Baselines(majority=10.0)) == ()


# Search


@pytest.mark.parametrize(
    ("rates", "chosen", "said"),
    [
        ((0.01, 0.03, 0.1), 0.03, None),
        ((0.01, 0.03, 0.1), 0.1, "did best at the highest rate of 3, 0.1; a higher one was not"),
        ((0.01, 0.03, 0.1), 0.01, "did best at the lowest rate of 3, 0.01; a lower one was not"),
        ((0.03,), 0.03, "was tried at one rate only, 0.03."),
    ],
)
def test_a_best_rate_at_the_edge(rates, chosen, said):
    found = raised(run(rate=chosen), search=[searched(rate) for rate in rates])
    assert [a.sentence.startswith(f"Prompt tuning {said}") for a in found] == [True] * bool(said)


@pytest.mark.parametrize(
    ("status", "alarmed"), [(TrialStatus.DIVERGED, False), (TrialStatus.CRASHED, True)]
)
def test_a_rate_that_diverged_bounds_the_range_and_one_that_crashed_does_not(status, alarmed):
    found = raised(run(rate=0.03), search=[*SEARCH, searched(0.1, status=status)])
    assert ids(found) == ["rate_at_edge"] * alarmed


@pytest.mark.parametrize(
    ("heads", "alarmed"), [((0.01, 0.03, 0.03), False), ((0.01, 0.003, 0.03), True)]
)
def test_the_rate_of_a_head_is_judged_from_three_rates_on(heads, alarmed):
    tried = zip((0.003, 0.01, 0.03), heads, strict=True)
    found = raised(run(rate=0.01, head=0.03), search=[searched(*pair) for pair in tried])
    assert ids(found) == ["rate_at_edge"] * alarmed
    if alarmed:
        assert "at the highest rate of the head of 3, 0.03" in found[0].sentence


@pytest.mark.parametrize("method", [PROMPT, FULL])
@pytest.mark.parametrize(
    ("tried", "best", "alarmed"), [(8, max, True), (8, None, False), (4, max, False)]
)
def test_the_rate_of_a_head_is_judged_in_a_search_of_all_pairs_of_the_recipe(
    method, tried, best, alarmed
):
    pairs = load_methods()[method].recipe["search"][:tried]
    body, head = best(pairs, key=lambda pair: pair[1]) if best else pairs[0]
    search = [searched(*pair, method=method) for pair in pairs]
    found = raised(run(rate=body, head=head, method=method), search=search)
    assert [a.id for a in found if "rate of the head" in a.sentence] == ["rate_at_edge"] * alarmed


# All together


def test_serious_alarms_come_first_and_methods_in_the_order_of_the_plan():
    found = raised(
        run(rate=0.03), run(predicted=("a",) * TEST_SIZE, method=FULL),
        run((), seed=1, status=TrialStatus.KILLED),
    )  # fmt: skip
    assert [(alarm.method, alarm.id) for alarm in found] == [
        (FULL, "same_answer_always"),
        (PROMPT, "failed"),
        (PROMPT, "rate_at_edge"),
        (FULL, "rate_at_edge"),
    ]


def test_a_trial_that_was_not_run_is_no_alarm():
    trials, results = zip(*SEARCH, run(), run(seed=1), strict=True)
    assert alarms(Metric.ACCURACY, TEST, BASELINES, trials, results[:-1]) == ()


def test_search_runs_that_failed_do_not_tell_why_there_is_no_final_run_while_others_succeeded():
    found = raised(search=[searched(0.1, status=TrialStatus.KILLED), searched(0.01)])
    assert only(found).sentence == "No trial of prompt tuning came as far as the test."


def test_an_alarm_goes_through_json():
    alarm = only(raised(run((), status=TrialStatus.CRASHED)))
    assert Alarm.model_validate_json(alarm.model_dump_json()) == alarm
