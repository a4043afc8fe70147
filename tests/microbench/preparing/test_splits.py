"""The splits are disjoint, stratified, deterministic, and never judge by what was trained on."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from userfiles import SPAM, labelled, read_rows, slice_of

from advisor.microbench.preparing.examples import read_examples
from advisor.microbench.preparing.slices import Slice, input_mark
from advisor.microbench.preparing.splits import SplitSizes, split
from advisor.microbench.preparing.tasks import choose_task
from advisor.microbench.records import Example, Metric, Route, Task
from advisor.support.errors import AdvisorError

SIZES = SplitSizes(256, 100, 200)
LIKE = read_examples(SPAM / "train.jsonl", limit=1)


def example(number, target, prefix="text"):
    return Example(inputs=(f"{prefix} number {number}",), target=target)


def of_labels(prefix="text", **counts: int) -> list[Example]:
    return [
        example(f"{label} {n}", label, prefix)
        for label, count in counts.items()
        for n in range(count)
    ]


def made(examples, name="train.jsonl") -> Slice:
    return slice_of(list(examples), LIKE, name)


def classes(*labels: str) -> Task:
    return Task(
        type="classification",
        architecture="encoder",
        route=Route.HEAD,
        metric=Metric.ACCURACY,
        labels=labels,
    )


REGRESSION = Task(
    type="regression", architecture="encoder", route=Route.HEAD, metric=Metric.PEARSON
)
TEXT = Task(
    type="generation_short", architecture="decoder", route=Route.TEXT, metric=Metric.EXACT_MATCH
)


def marks(part):
    return {input_mark(one) for one in part}


def shares(part):
    counts = Counter(one.target for one in part)
    return {label: count / len(part) for label, count in counts.items()}


def parts(found):
    return (found.splits.train, found.splits.dev, found.splits.test)


def require_disjoint(found):
    train, dev, test = map(marks, parts(found))
    assert not train & dev
    assert not train & test
    assert not dev & test
    assert [len(m) for m in (train, dev, test)] == [len(part) for part in parts(found)]


def test_the_spam_slice_with_its_evaluation_file():
    train = read_examples(SPAM / "train.jsonl", limit=5000)
    judged = read_examples(SPAM / "eval.jsonl", limit=5000, train=train)
    task = choose_task(None, "encoder", train, judged)
    found = split(task, train, judged, SIZES, seed=1)
    assert tuple(map(len, parts(found))) == SIZES
    assert (found.overlapping, found.evaluated, found.overlap) == (0, 400, 0.0)
    assert found.notes == ()
    require_disjoint(found)
    for part in parts(found):
        assert shares(part)["spam"] == pytest.approx(0.35, abs=0.01)


def test_the_spam_slice_alone():
    train = read_examples(SPAM / "train.jsonl", limit=5000)
    found = split(classes("ham", "spam"), train, None, SIZES, seed=1)
    assert tuple(map(len, parts(found))) == SIZES
    require_disjoint(found)


COUNTS = st.dictionaries(st.sampled_from("abcdefghij"), st.integers(1, 60), min_size=2).filter(
    lambda counts: sum(count >= 3 for count in counts.values()) >= 2
)


@settings(max_examples=60)
@given(COUNTS, st.integers(1, 99), st.integers(1, 20), st.integers(1, 20), st.integers(0, 5))
def test_any_labels_are_split_fairly(counts, train, dev, test, seed):
    sizes = SplitSizes(train, dev, test)
    examples = made(of_labels(**counts))
    task = classes(*sorted(counts))
    try:
        found = split(task, examples, None, sizes, seed)
    except AdvisorError as error:
        assert error.where
        assert error.hint
        return
    require_disjoint(found)
    assert found == split(task, examples, None, sizes, seed)
    assert set(shares(found.splits.train)) == set(counts)
    for part, most in zip(parts(found), sizes, strict=True):
        assert len(part) <= most
    for label, count in counts.items():
        if count < 3:
            assert label not in {*shares(found.splits.dev), *shares(found.splits.test)}


@settings(max_examples=40)
@given(st.lists(st.integers(60, 400), min_size=2, max_size=5), st.integers(0, 5))
def test_all_splits_have_the_shares_of_the_file(counts, seed):
    names = "abcde"[: len(counts)]
    found = split(
        classes(*names), made(of_labels(**dict(zip(names, counts, strict=True)))), None,
        SplitSizes(60, 30, 30), seed,
    )  # fmt: skip
    for part in parts(found):
        for name, count in zip(names, counts, strict=True):
            due = len(part) * count / sum(counts)
            assert abs(sum(one.target == name for one in part) - due) <= 2


def test_every_prefix_of_the_training_split_is_stratified():
    found = split(classes("a", "b", "c"), made(of_labels(a=300, b=150, c=50)), None, SIZES, 3)
    for length in range(3, len(found.splits.train) + 1):
        counts = Counter(one.target for one in found.splits.train[:length])
        for label, share in (("a", 0.6), ("b", 0.3), ("c", 0.1)):
            assert abs(counts[label] - share * length) <= 2


def test_another_seed_gives_other_splits():
    train = made(of_labels(a=200, b=200))
    one, other = (split(classes("a", "b"), train, None, SIZES, seed) for seed in (1, 2))
    assert marks(one.splits.test) != marks(other.splits.test)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (2000, (256, 100, 200)),
        (556, (256, 100, 200)),
        (400, (185, 72, 143)),
        (120, (56, 21, 43)),
        (80, (20, 20, 40)),
    ],
)
def test_with_fewer_rows_all_shrink_but_never_below_the_minimum(rows, expected):
    found = split(TEXT, made(example(n, f"t{n}") for n in range(rows)), None, SIZES, 0)
    assert tuple(map(len, parts(found))) == expected
    assert bool(found.notes) == (rows < 556)
    if found.notes:
        assert "256, 100 and 200 were asked for" in found.notes[0]


def test_too_few_rows_are_refused():
    with pytest.raises(AdvisorError, match="19 of at least 20 examples are left to train on"):
        split(TEXT, made(example(n, f"t{n}") for n in range(79)), None, SIZES, 0)


def test_rare_labels_are_only_trained_on_and_named():
    found = split(classes("a", "b", "x"), made(of_labels(a=100, b=90, x=2)), None, SIZES, 0)
    assert sum(one.target == "x" for one in found.splits.train) == 2
    assert "Too rare to be spared for choosing or judging: label 'x'." in found.notes


def test_rare_labels_alone_are_refused():
    examples = [example(n, f"label{n // 2}") for n in range(200)]
    labels = sorted({one.target for one in examples})
    with pytest.raises(AdvisorError, match="0 of at least 20 examples are left to choose by"):
        split(classes(*labels), made(examples), None, SIZES, 0)


def test_what_stands_in_both_files_is_judged_by_and_not_trained_on():
    train = of_labels(a=100, b=100)
    both = [
        one.model_copy(update={"inputs": (f"  {one.inputs[0].upper()} ",)}) for one in train[90:110]
    ]
    judged = [*both, *of_labels("other", a=15, b=15)]
    found = split(classes("a", "b"), made(train), made(judged, "eval.jsonl"), SIZES, 0)
    assert (found.overlapping, found.evaluated, found.overlap) == (20, 50, 0.4)
    require_disjoint(found)
    assert len(found.splits.train) + len(found.splits.dev) == 180
    assert len(found.splits.test) == 50
    assert any(note.startswith("20 rows of the training file also stand") for note in found.notes)


def test_the_same_file_twice_leaves_nothing_to_train_on():
    train = made(of_labels(a=100, b=100))
    with pytest.raises(AdvisorError, match="0 of at least 20 examples are left to train on"):
        split(classes("a", "b"), train, train, SIZES, 0)


def test_a_label_of_the_evaluation_file_alone_is_named():
    train, judged = made(of_labels(a=90, b=90)), made(of_labels("other", a=40, x=9, y=1), "e.jsonl")
    with pytest.raises(AdvisorError) as caught:
        split(classes("a", "b"), train, judged, SIZES, 0)
    assert caught.value.message == (
        "the labels 'x', 'y' stand in the evaluation file but not in the training file"
    )
    assert caught.value.where == "e.jsonl"


def test_a_label_whose_rows_all_stand_in_the_evaluation_file_is_named():
    train = of_labels(a=90, b=90, x=5)
    judged = [*of_labels("other", a=30, b=30), *train[-5:]]
    with pytest.raises(AdvisorError, match="label 'x' would be missing in the training split"):
        split(classes("a", "b", "x"), made(train), made(judged), SIZES, 0)


def test_a_training_split_smaller_than_the_number_of_labels_is_refused():
    with pytest.raises(AdvisorError, match="would be missing in the training split of 2 examples"):
        split(classes("a", "b", "c"), made(of_labels(a=9, b=9, c=9)), None, SplitSizes(2, 3, 3), 0)


def test_a_label_that_the_evaluation_file_lacks_is_said():
    train, judged = made(of_labels(a=90, b=90, c=90)), made(of_labels("other", a=40, b=40))
    found = split(classes("a", "b", "c"), train, judged, SIZES, 0)
    assert any("No example in the test split" in n and "label 'c'" in n for n in found.notes)


def test_the_numbers_of_a_regression_are_spread_over_all_splits():
    examples = made(example(n, str((n / 7) ** 3)) for n in range(1000))
    found = split(REGRESSION, examples, None, SIZES, 0)
    require_disjoint(found)
    for part in (*parts(found), found.splits.train[:10]):
        tenths = Counter(int(float(one.target) ** (1 / 3) * 7 / 100 + 1e-9) for one in part)
        assert max(tenths.values()) - min(tenths.values()) <= 1
        assert len(tenths) == 10


def test_many_equal_numbers_can_be_split():
    examples = made(example(n, "0" if n < 290 else str(n)) for n in range(300))
    assert len(split(REGRESSION, examples, None, SplitSizes(100, 50, 50), 0).splits.test) == 50


def test_the_splits_survive_json():
    found = split(TEXT, made(example(n, f"ö{n}") for n in range(90)), None, SIZES, 0).splits
    assert type(found).model_validate_json(found.model_dump_json()) == found


def test_few_rows_read_from_a_file_can_be_split(tmp_path):
    train = read_rows(tmp_path, labelled(80))
    found = split(choose_task(None, "decoder", train), train, None, SIZES, 0)
    assert tuple(map(len, parts(found))) == (20, 20, 40)


@pytest.mark.parametrize(
    ("rows", "wanted"), [(5000, (512, 128, 1000)), (1300, (512, 128, 660)), (1000, (480, 120, 400))]
)
def test_one_file_gives_most_of_its_rows_to_training(rows, wanted):
    examples = made(of_labels(good=rows // 2, bad=rows // 2))
    found = split(classes("bad", "good"), examples, None, SplitSizes(512, 128, 1000), 0)
    assert tuple(map(len, parts(found))) == wanted
