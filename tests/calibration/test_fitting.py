"""Fits on made-up evidence whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from advisor.calibration.fitting import Samples, Weight, fitted_shares, studies_of
from advisor.calibration.validation import FitChoice, Validation, log_loss, study_draws, tempered

COLUMNS = 3


def made_up(shares: tuple[float, ...], *, studies: int = 12, rows: int = 60, seed: int = 1):
    """Samples whose outcomes follow the authored effects times some shares."""
    chance = np.random.default_rng(seed)
    count = studies * rows
    effects = chance.choice([-1.5, -0.5, 0.0, 0.5, 1.5], size=(count, COLUMNS))
    odds = effects @ np.array(shares)
    near = chance.random(count) < 1 / (1 + np.exp(-odds))
    return Samples(
        comparisons=(),
        weights=tuple(Weight(f"Q{number}", ("lora",)) for number in range(COLUMNS)),
        base=np.zeros(COLUMNS, dtype=bool),
        effects=effects,
        near=near,
        comparison=np.arange(count),
        tolerance=np.ones(count),
        study=np.repeat(np.arange(studies), rows),
        unseen=np.zeros(count, dtype=bool),
        studies=tuple(f"study {number}" for number in range(studies)),
    )


def fit(samples: Samples, strength: float = 0.01, prior: float = 1.0) -> np.ndarray:
    return fitted_shares(samples, np.ones(len(samples.near)), strength, prior)


@pytest.mark.parametrize("truth", [(1.0, 1.0, 1.0), (0.4, 1.0, 2.0), (0.0, 0.5, 1.5)])
def test_the_share_of_each_weight_is_found_again(truth):
    assert fit(made_up(truth, rows=400)) == pytest.approx(truth, abs=0.2)


def test_a_claim_is_never_turned_round():
    found = fit(made_up((-1.0, 1.0, 1.0), rows=200))
    assert found[0] == 0
    assert found[1] > 0.5


@pytest.mark.parametrize("prior", [0.0, 1.0])
def test_a_firm_hand_leaves_the_prior_as_it_is(prior):
    found = fit(made_up((0.3, 2.0, 1.0)), strength=1e6, prior=prior)
    assert found == pytest.approx([prior] * COLUMNS, abs=1e-2)


def test_rows_that_do_not_count_change_nothing():
    samples = made_up((1.0, 0.5, 0.2))
    counted = (samples.study < 6).astype(float)
    spoilt = Samples(**{
        name: getattr(samples, name) for name in Samples.__slots__
    } | {"near": np.where(samples.study < 6, samples.near, ~samples.near)})  # fmt: skip
    assert fitted_shares(samples, counted, 1.0) == pytest.approx(
        fitted_shares(spoilt, counted, 1.0), abs=1e-4
    )


def test_a_study_that_is_drawn_twice_counts_as_twice_as_much():
    samples = made_up((1.0, 0.5, 0.2))
    once = np.ones(len(samples.near))
    assert fitted_shares(samples, once, 1e-6) == pytest.approx(
        fitted_shares(samples, 2 * once, 1e-6), abs=1e-3
    )
    twice = np.where(samples.study == 0, 2.0, 1.0)
    assert fitted_shares(samples, twice, 1e-6) != pytest.approx(
        fitted_shares(samples, once, 1e-6), abs=1e-6
    )


def test_every_draw_has_as_many_studies_as_there_are():
    samples = made_up((1.0, 1.0, 1.0), rows=5)
    for counted in study_draws(samples, 20, seed=3):
        by_study = counted.reshape(len(samples.studies), 5)
        assert (by_study == by_study[:, :1]).all()
        assert by_study[:, 0].sum() == len(samples.studies)


def test_a_left_out_study_is_predicted_by_the_others_alone():
    samples = made_up((1.0, 0.5, 0.2), studies=5, rows=40)
    before = Validation(samples).predict()
    turned = np.where(samples.study == 2, ~samples.near, samples.near)
    fields = {name: getattr(samples, name) for name in Samples.__slots__}
    after = Validation(Samples(**fields | {"near": turned})).predict()
    held = samples.study == 2
    assert after.probability[held] == pytest.approx(before.probability[held])
    assert after.choices["study 2"] == before.choices["study 2"]
    assert after.probability[~held] != pytest.approx(before.probability[~held])


def test_authored_weights_are_judged_on_studies_that_their_authors_had_not_seen():
    samples = made_up((1.0, 1.0, 1.0), studies=6, rows=30)
    fields = {name: getattr(samples, name) for name in Samples.__slots__}
    late = samples.study >= 4
    # In the late studies the opposite of the rules holds; in the others they hold.
    near = np.where(late, ~samples.near, samples.near)
    seen = Validation(Samples(**fields | {"near": near})).choose()
    unseen = Validation(Samples(**fields | {"near": near, "unseen": late})).choose()
    assert unseen.loss > seen.loss


def test_a_sure_and_wrong_claim_costs_more_than_an_unsure_one():
    loss = log_loss(np.array([0.9, 0.5, 0.1, 0.0]), np.array([True, True, True, True]))
    assert list(loss) == sorted(loss)
    assert np.isfinite(loss).all()


def test_what_few_studies_say_is_drawn_towards_nothing_but_not_the_base_rate():
    samples = made_up((1.0, 1.0, 1.0))
    fields = {name: getattr(samples, name) for name in Samples.__slots__}
    samples = Samples(**fields | {"base": np.array([True, False, False])})
    found = tempered(samples, np.ones(3), np.array([1, 1, 8]), FitChoice(1.0, lone_study=4.0))
    assert list(found) == pytest.approx([1.0, 1 / 5, 8 / 12])


def test_a_study_speaks_of_a_weight_if_one_of_its_rows_that_count_does():
    samples = made_up((1.0, 1.0, 1.0), studies=4, rows=10)
    effects = np.zeros_like(samples.effects)
    effects[0, 0] = effects[39, 0] = effects[12, 1] = 1.0
    fields = {name: getattr(samples, name) for name in Samples.__slots__}
    samples = Samples(**fields | {"effects": effects})
    everything = np.ones(40)
    assert list(studies_of(samples, everything)) == [2, 1, 0]
    assert list(studies_of(samples, np.where(samples.study == 3, 0.0, everything))) == [1, 1, 0]
