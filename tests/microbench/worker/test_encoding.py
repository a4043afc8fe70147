"""Long inputs are cut where it hurts least."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_benches import REVIEW, WORDS, bench_of, reviews, splits, writing_bench

from advisor.microbench.records import Example, Prompt, Route
from advisor.microbench.worker.rows import quantiles
from advisor.microbench.worker.wording import prompted, word_labels
from advisor.microbench.worker.workbench import load_workbench
from advisor.support.errors import AdvisorError
from advisor.tuning.encoding import answer_lengths, fair_shares, without_middle


def spelled(ids):
    return " ".join(WORDS[i] for i in ids)


def encoder(model_folder, family="llama", **changes):
    bench = bench_of(model_folder(family), family, Route.LABEL_WORDS, **changes)
    return load_workbench(bench).encoder


def test_the_end_of_the_prompt_stays(model_folder):
    found = encoder(model_folder, max_tokens=5)
    long = Example(inputs=("good " * 3 + "film " * 40,), target="positive")
    text = spelled(prompted(found, REVIEW, long))
    assert text == "Review : good good good film film . Is it good ? Answer :"


def test_the_longer_of_two_inputs_is_cut(model_folder):
    found = encoder(model_folder, max_tokens=6)
    pair = Example(inputs=("man dog", "film " * 40), target="positive")
    text = spelled(prompted(found, REVIEW, pair))
    assert text == "Review : man dog film film film film . Is it good ? Answer :"


def test_virtual_tokens_and_prompt_leave_less_room(model_folder):
    # 64 positions, 50 of them for virtual tokens and 9 for the prompt.
    found = encoder(model_folder, max_tokens=60, virtual_tokens=50)
    long = Example(inputs=("film " * 40,), target="positive")
    text = spelled(prompted(found, REVIEW, long))
    assert text == "Review : film film film film film . Is it good ? Answer :"


def test_a_prompt_that_is_too_long_loses_its_middle(model_folder):
    found = encoder(model_folder, max_tokens=60, virtual_tokens=58)
    long = Example(inputs=("film " * 40,), target="positive")
    text = spelled(prompted(found, REVIEW, long))
    assert text == "Review : . ? Answer :"


def test_a_text_that_is_not_fast_to_tokenise_is_cut_as_well(model_folder):
    found = encoder(model_folder, max_tokens=5)

    class Slow:
        is_fast = False
        eos_token_id = found.tokenizer.eos_token_id

        def __call__(self, *arguments, **options):
            return found.tokenizer(*arguments, **options)

        def decode(self, ids):
            return spelled(ids)

    slow = dataclasses.replace(found, tokenizer=Slow())
    long = Example(inputs=("good film " * 20,), target="positive")
    assert prompted(slow, REVIEW, long) == prompted(found, REVIEW, long)


def test_an_encoder_keeps_its_marks(model_folder):
    bench = bench_of(model_folder("bert"), "bert", Route.HEAD, max_tokens=6)
    ids, segments = load_workbench(bench).encoder.pair("film " * 40, "man dog")
    assert spelled(ids) == "[CLS] film film [SEP] man [SEP]"
    assert segments == [0, 0, 0, 0, 1, 1]


@pytest.mark.parametrize("family", ["llama", "bert", "t5"])
def test_an_empty_input(model_folder, family):
    route = Route.HEAD if family == "bert" else Route.LABEL_WORDS
    empty = (Example(inputs=("",), target="positive"),)
    made = splits(reviews)
    bench = bench_of(
        model_folder(family),
        family,
        route,
        splits=made.model_copy(update={"dev": empty}),
        prompts=(Prompt(words=REVIEW.words),),
    )
    assert len(load_workbench(bench).dev[0].sequences[0]) >= 1


def test_a_written_answer_leaves_less_room_for_a_decoder(model_folder):
    long = (Example(inputs=("film " * 90,), target="good"),)
    made = splits(reviews).model_copy(update={"dev": long})
    lengths = {}
    for family in ("llama", "bart"):
        bench = writing_bench(model_folder(family), family, splits=made, max_tokens=99)
        lengths[family] = len(load_workbench(bench).dev[0].sequences[0])
    assert lengths == {"llama": 64 - 4 - 2, "bart": 64 - 4}


def test_the_padding_rows_of_a_position_table_are_not_usable(model_folder):
    bench = bench_of(model_folder("roberta"), "roberta", Route.HEAD, max_tokens=99)
    ids, _ = load_workbench(bench).encoder.pair("film " * 90, None)
    assert len(ids) == 64 - 1 - 4


def test_an_answer_that_is_cut_has_no_end_mark(model_folder):
    many = tuple(e.model_copy(update={"target": "good " * 9}) for e in reviews(4))
    made = splits(reviews).model_copy(update={"train": many, "dev": many})
    bench = writing_bench(model_folder("llama"), "llama", splits=made)
    assert spelled(load_workbench(bench).dev[0].written) == "good good good good"


@pytest.mark.parametrize("most", [0, 30])
def test_no_more_is_written_than_the_longest_target_needs(model_folder, most):
    bench = writing_bench(model_folder("llama"), "llama", max_new_tokens=most)
    workbench = load_workbench(bench)
    assert workbench.coder.most_written == workbench.coder.answer_lengths[2] == 3


def test_no_look_is_taken_at_the_length_of_answers_to_judge_by(model_folder):
    long = tuple(e.model_copy(update={"target": "good " * 9}) for e in reviews(4))
    made = splits(reviews).model_copy(update={"dev": long, "test": long})
    bench = writing_bench(model_folder("llama"), "llama", splits=made, max_new_tokens=30)
    assert load_workbench(bench).coder.most_written == 2


def test_an_answer_has_room_for_its_tokens_behind_a_blank():
    def in_pieces(texts, **_):
        """A token for each letter, and for each blank."""
        return {"input_ids": [list(text) for text in texts]}

    assert answer_lengths(in_pieces, ["abc", "a"]) == [5, 3]


def test_long_answers_leave_half_of_the_positions_to_the_inputs(model_folder):
    long = tuple(e.model_copy(update={"target": "good " * 99}) for e in reviews(4))
    made = splits(reviews).model_copy(update={"train": long})
    bench = writing_bench(model_folder("llama"), "llama", splits=made, max_new_tokens=500)
    coder = load_workbench(bench).coder
    assert (coder.most_written, coder.encoder.longest) == (30, 30)


def test_more_labels_than_words(model_folder):
    labels = [f"no {i}" for i in range(60)]
    with pytest.raises(AdvisorError, match="60 words"):
        word_labels(encoder(model_folder), REVIEW, labels)


def test_blanks_at_the_end_of_a_prompt_do_not_matter(model_folder):
    found = encoder(model_folder)
    trailing = REVIEW.model_copy(update={"after": REVIEW.after + "  "})
    labels = ("positive", "negative")
    assert word_labels(found, trailing, labels) == word_labels(found, REVIEW, labels)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=4), st.integers(0, 120))
def test_shares_are_fair(lengths, allowed):
    shares = fair_shares(lengths, allowed)
    assert all(share <= length for share, length in zip(shares, lengths, strict=True))
    assert sum(shares) == min(sum(lengths), allowed)
    cut = [s for s, length in zip(shares, lengths, strict=True) if s < length]
    assert all(max(shares) - share <= len(lengths) for share in cut)


def test_small_helpers():
    assert without_middle([1, 2, 3, 4, 5], 3) == [1, 4, 5]
    assert without_middle([1, 2], 3) == [1, 2]
    assert quantiles([]) == (0, 0, 0)
    assert quantiles(list(range(100))) == (50, 95, 99)
