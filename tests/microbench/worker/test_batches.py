"""The order of training, and rates along the way."""

from __future__ import annotations

import itertools

import pytest
from tiny_benches import bench_of
from trial_settings import a_trial

from advisor.methods import load_methods
from advisor.microbench.records import Route
from advisor.microbench.worker.methods import equip
from advisor.microbench.worker.optimizing import RecipeOptimizer, linear_decay
from advisor.microbench.worker.rows import training_batches
from advisor.microbench.worker.workbench import load_workbench
from advisor.tuning.rows import Row, sorted_batches

ROWS = [Row(([7] * (1 + i * 37 % 50),), target=str(i)) for i in range(70)]


def epoch(seed, number=0):
    """The batches of one pass over the rows."""
    count = 18  # 70 rows are two pools of 8 batches of 4, and one of 6 rows
    batches = training_batches(ROWS, 4, 8, seed)
    return list(itertools.islice(batches, number * count, (number + 1) * count))


def test_every_row_comes_once_in_each_epoch():
    for number in range(3):
        seen = [row.target for batch in epoch(0, number) for row in batch]
        assert sorted(seen) == sorted(row.target for row in ROWS)


def test_the_seed_decides_and_epochs_differ():
    assert epoch(1) == epoch(1)
    assert epoch(1) != epoch(2)
    assert epoch(1, 0) != epoch(1, 1)


def test_rows_of_a_batch_are_of_like_length():
    padding = sum(
        max(row.length for row in batch) - row.length for batch in epoch(0) for row in batch
    )
    assert padding < 0.15 * sum(row.length for row in ROWS)


def test_batches_do_not_come_in_the_order_of_their_lengths():
    lengths = [batch[0].length for batch in epoch(0)[:8]]
    assert lengths not in (sorted(lengths), sorted(lengths, reverse=True))


def test_evaluation_sees_each_row_once_and_knows_its_place():
    seen = {}
    for places, rows in sorted_batches(ROWS, 16):
        seen |= dict(zip(places, rows, strict=True))
    assert [seen[place] for place in range(len(ROWS))] == ROWS


def test_the_rate_rises_and_falls_to_nothing():
    shares = [linear_decay(done, 100, 10) for done in range(100)]
    assert 0 < shares[0] < 0.2
    assert shares[10] == 1.0
    assert shares == sorted(shares[:11]) + sorted(shares[11:], reverse=True)
    assert 0 < shares[-1] < 0.02
    assert linear_decay(0, 1, 0) == 1.0


def test_a_new_head_has_a_rate_of_its_own_and_biases_do_not_decay(model_folder):
    workbench = load_workbench(bench_of(model_folder("bert"), "bert", Route.HEAD))
    for method in ("full_fine_tuning", "prefix_tuning"):
        learner = equip(workbench, method, 0)
        trial = a_trial(method, learning_rate=1e-4, head_rate=1e-2)
        optimizer = RecipeOptimizer(learner, trial, load_methods()[method])
        names = {id(parameter): name for name, parameter in learner.trained().items()}
        for group in optimizer.groups:
            for parameter in group["params"]:
                name = names.pop(id(parameter))
                assert group["lr"] == (1e-2 if "classifier" in name else 1e-4)
                plain = name.endswith("bias") or "LayerNorm" in name
                assert group["weight_decay"] == (0.0 if plain else 0.01)
        assert not names
        workbench = load_workbench(bench_of(model_folder("bert"), "bert", Route.HEAD))


def test_without_a_rate_for_the_head_there_is_one_rate(model_folder):
    workbench = load_workbench(bench_of(model_folder("bert"), "bert", Route.HEAD))
    learner = equip(workbench, "lora", 0)
    trial = a_trial("lora", learning_rate=1e-4, head_rate=None)
    optimizer = RecipeOptimizer(learner, trial, load_methods()["lora"])
    assert {group["lr"] for group in optimizer.groups} == {1e-4}
    optimizer.step(0)
    assert optimizer.rate == pytest.approx(1e-4 / 2)
