"""Facts about the published comparisons, and the figures that the rules cite from them."""

from __future__ import annotations

import csv
from importlib.resources import files
from statistics import median

import pytest

from advisor.catalogue.evidence import load_evidence, rows_near
from advisor.facts import load_vocabulary

ROWS = load_evidence()
TASKS = load_vocabulary()["task.type"].choices
INPUT_ONLY = [row for row in ROWS if row.variant in ("prompt_tuning", "p_tuning")]
DEEP = [row for row in ROWS if row.variant == "prefix"]
TRANSFERRED = [row for row in ROWS if row.variant == "prompt_tuning+transfer"]
EVERYWHERE = 100.0
ROUNDING = 1e-9


def raw_rows() -> list[dict[str, str]]:
    text = (files("advisor.catalogue") / "evidence.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def within(rows, points: float) -> int:
    return sum(row.gap <= points + ROUNDING for row in rows)


def near(method: str, *, parameters=1e9, train_examples=1e4, transferred=False, decades=EVERYWHERE):
    return rows_near(
        method,
        parameters=parameters,
        train_examples=train_examples,
        transferred=transferred,
        decades=decades,
    )


def test_every_row_has_a_task_type_of_the_vocabulary():
    assert {row.task_type for row in ROWS} <= set(TASKS)


def test_every_row_has_a_positive_model_and_data_size():
    assert all(row.parameters > 0 and row.train_examples > 0 for row in ROWS)


def test_every_row_names_its_study_table_and_model():
    assert all(row.study and row.table and row.model for row in ROWS)


def test_only_independent_rows_count():
    marked = [raw for raw in raw_rows() if raw["primary"] == "1"]
    assert {raw["primary"] for raw in raw_rows()} == {"0", "1"}
    assert len(ROWS) == len(marked) < len(raw_rows())


def test_no_independent_row_stands_twice():
    keys = [
        (raw["paper_key"], raw["table_ref"], raw["model"], raw["task"], raw["n_train"],
         raw["metric"], raw["pt_variant"], raw["eval_setting"])
        for raw in raw_rows()
        if raw["primary"] == "1"
    ]  # fmt: skip
    assert len(keys) == len(set(keys))


def test_rows_of_later_days_had_not_been_read_when_the_weights_were_authored():
    assert sum(row.unseen for row in ROWS) == 126
    assert {row.added for row in ROWS if not row.unseen} == {"2026-11-22"}


def test_a_gap_is_full_fine_tuning_minus_the_method_and_turned_round_where_less_is_better():
    for raw, row in zip((r for r in raw_rows() if r["primary"] == "1"), ROWS, strict=True):
        full, soft = float(raw["score_full_ft"]), float(raw["score_prompt_tuning"])
        better = soft > full if raw["higher_is_better"] == "yes" else soft < full
        assert (row.gap < 0) == better


def test_every_row_states_whether_more_or_less_is_better():
    assert {raw["higher_is_better"] for raw in raw_rows()} <= {"yes", "no"}


def test_input_only_prompts_are_within_a_point_in_15_of_130_rows():
    assert len(INPUT_ONLY) == 130
    assert len({row.study for row in INPUT_ONLY}) == 23
    assert [within(INPUT_ONLY, points) for points in (0, 1, 3, 10)] == [8, 15, 40, 83]
    assert round(median(row.gap for row in INPUT_ONLY), 1) == 6.3


def test_input_only_prompts_tie_above_ten_billion_parameters_and_win_nowhere_there():
    large = [row for row in INPUT_ONLY if row.parameters >= 1e10]
    small = [row for row in INPUT_ONLY if row.parameters < 1e10]
    assert (within(small, 1), len(small)) == (11, 114)
    assert (within(large, 1), len(large)) == (4, 16)
    assert within(large, -1) == 0


def test_input_only_prompts_on_encoders_are_within_a_point_in_1_of_58_rows():
    encoders = [row for row in INPUT_ONLY if row.architecture == "encoder"]
    assert [within(encoders, points) for points in (1, 3)] == [1, 6]
    assert len(encoders) == 58


def test_deep_prefixes_are_within_a_point_in_33_of_95_rows():
    assert len(DEEP) == 95
    assert len({row.study for row in DEEP}) == 13
    assert [within(DEEP, points) for points in (0, 1, 3, 10)] == [22, 33, 52, 76]
    plain = [r for r in DEEP if r.task_type != "generation_long" and r.train_examples >= 100]
    assert (within(plain, 1), len(plain)) == (25, 69)


def test_long_generation_suits_deep_prefixes_better_than_other_tasks_do():
    long = [row for row in DEEP if row.task_type == "generation_long"]
    other = [row for row in DEEP if row.task_type != "generation_long"]
    assert (within(long, 1), len(long), len({row.study for row in long})) == (8, 15, 4)
    assert (within(other, 1), len(other)) == (25, 80)
    latest = [row.gap for row in long if row.study == "tang2023_mvp"]
    assert (len(latest), min(latest) > 1) == (6, True)


def test_regression_code_and_maths_are_within_a_point_in_5_of_27_rows():
    hard = [[r for r in ROWS if r.task_type == t] for t in ("regression", "code", "math_reasoning")]
    assert [(within(rows, 1), len(rows)) for rows in hard] == [(2, 9), (3, 12), (0, 6)]


def test_transferred_prompts_are_within_a_point_in_8_of_26_rows_of_two_studies():
    assert (within(TRANSFERRED, 1), len(TRANSFERRED)) == (8, 26)
    by_study = {
        study: sum(row.gap <= 1 for row in TRANSFERRED if row.study == study)
        for study in ("vu2022_spot", "wu2025_ulpt")
    }
    assert by_study == {"vu2022_spot": 5, "wu2025_ulpt": 3}


def test_no_soft_prompt_is_within_a_point_with_a_few_dozen_examples():
    few = [row for row in ROWS if row.train_examples < 100]
    assert (within(few, 1), len(few)) == (0, 27)


@pytest.mark.parametrize(
    ("task", "gap", "count"),
    [("regression", 12.7, 3), ("code", 3.3, 11), ("math_reasoning", 12.4, 4),
     ("classification", 3.4, 21), ("extractive_qa", 4.8, 8), ("nli_pair", 8.2, 65)],
)  # fmt: skip
def test_the_gap_of_input_only_prompts_by_task_is_what_the_rules_cite(task, gap, count):
    gaps = [row.gap for row in INPUT_ONLY if row.task_type == task]
    assert len(gaps) == count
    assert round(median(gaps), 1) == gap


def test_lora_is_within_a_point_in_82_of_124_settings():
    gaps = [row.gap_lora for row in near("lora") if row.gap_lora is not None]
    assert len(gaps) == 124
    assert [sum(g <= p + ROUNDING for g in gaps) for p in (0, 0.5, 1, 3, 10)] == [
        52, 71, 82, 97, 118,
    ]  # fmt: skip
    assert median(gaps) == pytest.approx(0.2, abs=0.005)


def test_lora_beats_input_only_prompts_by_more_than_a_point_in_81_of_101_rows():
    both = [row for row in INPUT_ONLY if row.gap_lora is not None]
    assert len(both) == 101
    assert sum(row.gap - row.gap_lora > 1 for row in both if row.gap_lora is not None) == 81


def test_a_wider_neighbourhood_holds_more_rows():
    counts = [len(near("prefix_tuning", decades=radius)) for radius in (0, 0.5, 1, 2, EVERYWHERE)]
    assert counts == sorted(counts)
    assert counts[-1] == len(DEEP)


def test_rows_near_lie_within_the_radius_on_both_axes():
    for row in near("prefix_tuning", parameters=1e8, train_examples=1e3, decades=0.75):
        assert 1e8 / 5.63 < row.parameters < 1e8 * 5.63
        assert 1e3 / 5.63 < row.train_examples < 1e3 * 5.63


def test_a_transferred_prompt_is_spoken_for_by_transferred_rows_alone():
    assert near("prompt_tuning", transferred=True) == TRANSFERRED
    plain = near("prompt_tuning", transferred=False)
    assert plain
    assert all(row.variant == "prompt_tuning" for row in plain)


def test_rows_of_plain_prompt_tuning_speak_for_p_tuning_but_not_the_other_way_round():
    assert {row.variant for row in near("p_tuning")} == {"p_tuning", "prompt_tuning"}
    assert {row.variant for row in near("prompt_tuning")} == {"prompt_tuning"}


@pytest.mark.parametrize("method", ["ia3", "qlora", "few_shot_prompting", "full_fine_tuning"])
def test_methods_without_rows_of_their_own_have_none(method):
    assert near(method) == []


def test_a_size_of_zero_is_far_from_everything():
    assert near("prefix_tuning", parameters=0, train_examples=0, decades=1) == []
