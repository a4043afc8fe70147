"""Learning curves: lines in the logarithm of the size, what they claim, and what they do not."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from made_trials import FULL, PROMPT, failed, results

from advisor.microbench.judging.curve import LearningCurve, learning_curve
from advisor.microbench.records import Metric, TrialStatus

SIZES = (64, 256, 1024)
EXAMPLES = 1000


def right(*counts) -> list:
    """One trial for each count, right on the first so many of the examples."""
    return results(*([1] * count + [0] * (EXAMPLES - count) for count in counts))


def curve(first, second, full_size=4096, metric=Metric.ACCURACY, targets=()):
    return learning_curve((PROMPT, FULL), first, second, metric, targets, full_size)


def counted(first, second, sizes=SIZES, full_size=4096):
    """The curve of methods that are right on so many examples at each size, three seeds each."""
    sides = [
        {size: right(count, count, count) for size, count in zip(sizes, counts, strict=True)}
        for counts in (first, second)
    ]
    return curve(*sides, full_size=full_size)


def test_scores_and_differences_are_those_of_the_sizes():
    found = counted((500, 600, 700), (400, 600, 800))
    assert [entry.score.score for entry in found.scores] == [50, 60, 70, 40, 60, 80]
    assert [entry.points for entry in found.differences] == pytest.approx([10, 0, -10])
    assert [entry.train_size for entry in found.differences] == [64, 256, 1024]


def test_a_method_keeps_its_scores_where_the_other_has_none():
    found = curve({64: right(500), 256: right(600)}, {64: [failed(TrialStatus.OUT_OF_MEMORY)]})
    assert [(e.score.method, e.train_size) for e in found.scores] == [(PROMPT, 64), (PROMPT, 256)]
    assert (found.differences, found.line_a, found.crossing) == ((), None, None)


def test_other_methods_have_scores_at_their_sizes_and_move_nothing_else():
    first, second = ({64: right(500), 256: right(600)}, {64: right(400), 256: right(700)})
    alone = learning_curve((PROMPT, FULL), first, second, Metric.ACCURACY, (), 4096)
    lora = {"lora": {64: right(450), 256: [failed(TrialStatus.DIVERGED)], 1024: right(900)}}
    found = learning_curve((PROMPT, FULL), first, second, Metric.ACCURACY, (), 4096, lora)
    *both, small, large = found.scores
    assert (small.score.method, small.train_size, small.score.score) == ("lora", 64, 45)
    assert (large.score.method, large.train_size, large.score.score) == ("lora", 1024, 90)
    assert found.model_copy(update={"scores": tuple(both)}) == alone


def test_a_line_is_read_at_the_full_size():
    found = counted((500, 600, 700), (600, 650, 700))
    assert found.line_a.per_doubling == pytest.approx(5.0)
    assert found.line_b.full_points == pytest.approx(75.0)
    assert found.line_difference.full_points == pytest.approx(5.0)
    low, high = found.line_difference.full_interval
    assert low < 5.0 < high
    assert (found.straight, found.trusted, found.factor) == (True, True, 4.0)
    assert found.note == ""


def test_curves_that_cross_are_said_to_cross():
    found = counted((600, 650, 700), (500, 650, 800))
    assert found.crossing.train_size == 256
    assert 64 < found.crossing.low < 256 < found.crossing.high < 1024
    assert found.crossing_note.startswith(
        "Prompt tuning leads with less data, full fine-tuning with more; they are level at about 2"
    )


def test_a_lead_that_holds_all_along_is_no_crossing():
    found = counted((500, 600, 700), (700, 800, 900))
    assert found.crossing is None
    assert found.crossing_note == (
        "Full fine-tuning leads by the line from 16 to 4,096 training examples; no crossing."
    )


def test_a_difference_within_noise_claims_no_crossing():
    found = counted((601, 700, 800), (600, 700, 801))
    assert found.crossing is None
    assert "cannot be told from noise" in found.crossing_note


def test_a_crossing_beyond_reach_is_not_claimed():
    found = counted((500, 560, 620), (600, 640, 680))
    assert found.line_difference.per_doubling_interval[0] > 0
    assert found.crossing is None
    assert found.crossing_note.startswith("Full fine-tuning leads by the line")


def test_a_crossing_whose_interval_is_not_bounded_within_reach_is_not_claimed():
    found = counted((540, 610, 680), (600, 650, 700))
    assert found.line_difference.per_doubling_interval[0] > 0
    assert found.crossing is None
    assert "cannot be bounded from 16 to 4,096 training examples" in found.crossing_note


def test_two_sizes_claim_no_crossing():
    found = counted((600, 700), (500, 800), sizes=(64, 1024))
    assert found.crossing is None
    assert found.crossing_note == "A crossing is claimed from 3 training sizes on."
    assert found.straight is None
    assert "Two sizes make a line in any case" in found.note


def test_a_bent_difference_claims_nothing():
    found = counted((500, 800, 820), (600, 600, 830))
    assert (found.straight, found.trusted, found.crossing) == (False, False, None)
    assert "bends more than noise explains" in found.note
    assert "does not change evenly" in found.crossing_note


def test_extrapolation_beyond_the_factor_is_said():
    found = counted((500, 600, 700), (600, 650, 700), full_size=102_400)
    assert (found.factor, found.trusted) == (100.0, False)
    assert "100 times the largest measured one" in found.note


def test_scores_read_off_a_line_stay_possible():
    found = counted((500, 700, 900), (100, 500, 900), full_size=10**9)
    assert found.line_a.full_points == 100.0
    assert found.line_a.full_interval[1] == 100.0


def test_a_single_size_makes_no_line():
    found = counted((600,), (700,), sizes=(256,))
    assert (found.line_a, found.line_difference, found.trusted) == (None, None, False)
    assert len(found.differences) == 1


def test_only_sizes_at_which_both_methods_have_a_score_count():
    found = curve(
        {64: right(500), 256: right(600), 1024: [failed(TrialStatus.CRASHED)]},
        {256: right(600), 1024: right(700)},
    )
    assert [entry.train_size for entry in found.differences] == [256]


def test_without_any_common_size_nothing_is_compared():
    found = curve({64: right(500)}, {256: right(600)})
    assert [entry.train_size for entry in found.scores] == [64, 256]
    assert (found.differences, found.factor, found.line_a) == ((), None, None)
    assert found.crossing is None


def test_where_noise_of_seeds_comes_from_is_said():
    once = {size: right(500) for size in SIZES}
    last = once | {1024: right(480, 500, 520)}
    found = curve(last, last)
    assert "Noise of seeds of prompt tuning is taken from the sizes with several" in found.note
    alone = curve(once, last)
    assert "A single seed of prompt tuning at every size" in alone.note


def test_correlations_have_curves_too():
    generator = np.random.default_rng(5)
    truth = generator.normal(size=80)
    sides = [
        {size: results(truth + noise * generator.normal(size=80)) for size, noise in levels}
        for levels in (((64, 3.0), (256, 1.0), (1024, 0.3)), ((64, 2.0), (256, 1.0), (1024, 0.5)))
    ]
    found = curve(*sides, metric=Metric.PEARSON, targets=truth)
    assert found.line_a.per_doubling > 5
    assert found.line_a.full_interval[1] <= 100


def test_swapping_the_methods_mirrors_the_curve():
    first = {64: right(600, 580), 256: right(650), 1024: right(700, 720)}
    second = {64: right(500), 256: right(650, 640), 1024: right(800)}
    one, two = curve(first, second), curve(second, first)
    assert two.line_difference.full_points == pytest.approx(-one.line_difference.full_points)
    low, high = one.line_difference.full_interval
    assert two.line_difference.full_interval == pytest.approx((-high, -low))
    assert two.crossing == one.crossing


def test_the_record_goes_through_json():
    found = counted((600, 650, 700), (500, 650, 800))
    assert LearningCurve.model_validate_json(found.model_dump_json()) == found


class SimulatedCurves:
    """Two methods whose true scores are straight lines in the logarithm of the size."""

    def __init__(self, at_first, per_step, seed, spread=0.06):
        self.at_first, self.per_step, self.spread = at_first, per_step, spread
        self.generator = np.random.default_rng(seed)

    def draw(self, examples=300, seeds=3):
        normal, scale = self.generator.normal, (1.25 + self.spread**2) ** 0.5
        ease = normal(size=examples)
        sides = []
        for first, step in zip(self.at_first, self.per_step, strict=True):
            skills = [scale * NormalDist().inv_cdf((first + step * i) / 100) for i in range(3)]
            sides.append({
                size: results(*(
                    ease + skill + self.spread * normal(size=(seeds, 1))
                    + 0.5 * normal(size=(seeds, examples)) > 0
                ))
                for size, skill in zip(SIZES, skills, strict=True)
            })  # fmt: skip
        return curve(*sides)


def test_the_interval_at_the_full_size_covers():
    made = SimulatedCurves((60, 55), (6, 9), seed=21)
    expected = 60 + 18 - (55 + 27)
    hits = [
        low <= expected <= high
        for low, high in (made.draw().line_difference.full_interval for _ in range(80))
    ]
    assert np.mean(hits) >= 0.91


def test_parallel_curves_are_rarely_said_to_cross():
    made = SimulatedCurves((60, 60), (8, 8), seed=22)
    assert np.mean([made.draw().crossing is not None for _ in range(60)]) <= 0.04


def test_the_interval_of_a_true_crossing_holds_it():
    made = SimulatedCurves((75, 55), (0, 20), seed=23, spread=0.02)
    found = [made.draw(examples=500).crossing for _ in range(40)]
    claimed = [crossing for crossing in found if crossing]
    assert len(claimed) >= 33
    assert np.mean([crossing.low <= 256 <= crossing.high for crossing in claimed]) >= 0.9
