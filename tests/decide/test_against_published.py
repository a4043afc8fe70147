"""The weights against the published comparisons of advisor/catalogue/evidence.csv.

These are the rows that the weights were fitted to, so this is no proof of accuracy on new
projects. It shows that the rules, added up, still say what the rows behind them say.
"""

from __future__ import annotations

import csv
import functools
from importlib.resources import files
from typing import NamedTuple

import pytest
from verdict_cases import engine, stated

from advisor.catalogue.evidence import Published, load_evidence
from advisor.decide.answer import answer_for
from advisor.rules.rule import RuleKind

METHODS = {
    "prompt_tuning": "prompt_tuning",
    "prompt_tuning+transfer": "prompt_tuning",
    "p_tuning": "p_tuning",
    "prefix": "prefix_tuning",
}
ARCHITECTURES = {"encoder": "encoder", "decoder": "decoder", "enc-dec": "encoder_decoder"}
TOLERANCE = 1.0


class Judged(NamedTuple):
    """A published row, and the probability of parity that the rules gave it."""

    row: Published
    probability: float

    @property
    def within(self) -> bool:
        return self.row.gap <= TOLERANCE

    @property
    def tied(self) -> bool:
        return abs(self.row.gap) <= TOLERANCE

    @property
    def chosen_soft(self) -> bool:
        return self.probability >= 0.5


def raw_rows() -> list[dict[str, str]]:
    text = (files("advisor.catalogue") / "evidence.csv").read_text(encoding="utf-8")
    return [row for row in csv.DictReader(text.splitlines()) if row["primary"] == "1"]


def project(raw: dict[str, str]) -> dict:
    """The facts that a published table states of its setting, and nothing else."""
    return {
        "task.type": raw["task_type"],
        "model.parameters": int(float(raw["params"])),
        "model.architecture": ARCHITECTURES[raw["model_family"]],
        "data.train_examples": int(float(raw["n_train"])),
        "prompt.transfer_available": raw["pt_variant"].endswith("+transfer"),
        "quality.tolerance_points": TOLERANCE,
    }


@functools.cache
def judged() -> tuple[Judged, ...]:
    result = []
    for raw, row in zip(raw_rows(), load_evidence(), strict=True):
        parity = answer_for(stated(project(raw)), engine()).verdict.parity[METHODS[row.variant]]
        assert parity.probability is not None
        result.append(Judged(row, parity.probability))
    return tuple(result)


def brier(rows: list[Judged]) -> float:
    return sum((entry.probability - entry.within) ** 2 for entry in rows) / len(rows)


def base_rate_brier(rows: list[Judged]) -> float:
    rate = sum(entry.within for entry in rows) / len(rows)
    return rate * (1 - rate)


def points_lost(row: Published, *, soft: bool) -> float:
    """Points by which the choice ends below the better of the two methods."""
    return max(0.0, row.gap) if soft else max(0.0, -row.gap)


def test_parity_predicts_the_rows_better_than_their_base_rate():
    rows = list(judged())
    assert brier(rows) < base_rate_brier(rows)


def test_parity_tells_the_rows_of_deep_prefixes_apart_better_than_their_base_rate():
    rows = [entry for entry in judged() if entry.row.variant == "prefix"]
    assert brier(rows) < base_rate_brier(rows)


def test_parity_tells_input_only_prompts_apart_better_than_their_base_rate():
    rows = [e for e in judged() if METHODS[e.row.variant] != "prefix_tuning"]
    assert brier(rows) < base_rate_brier(rows)


def test_parity_is_right_on_average():
    rows = judged()
    mean = sum(entry.probability for entry in rows) / len(rows)
    share = sum(entry.within for entry in rows) / len(rows)
    assert mean == pytest.approx(share, abs=0.1)


def test_rows_that_are_given_a_better_chance_come_true_more_often():
    rows = sorted(judged(), key=lambda entry: entry.probability)
    third = len(rows) // 3
    lowest, highest = rows[:third], rows[-third:]
    assert sum(entry.within for entry in highest) > 2 * sum(entry.within for entry in lowest)


def test_the_choice_by_parity_is_right_no_less_often_than_always_fully_fine_tuning():
    # Not more often either: benchmarks/decision says what is known of skill on other studies.
    rows = [entry for entry in judged() if not entry.tied]
    right = sum(entry.chosen_soft == (entry.row.gap < 0) for entry in rows)
    always_full = sum(entry.row.gap > 0 for entry in rows)
    assert right >= always_full


def test_the_choice_by_parity_loses_no_more_points_than_always_fully_fine_tuning():
    rows = judged()
    chosen = sum(points_lost(entry.row, soft=entry.chosen_soft) for entry in rows)
    always_full = sum(points_lost(entry.row, soft=False) for entry in rows)
    assert chosen <= always_full


def test_the_popular_rule_little_data_so_prompt_tuning_does_worse():
    rows = [entry for entry in judged() if not entry.tied]
    right = sum(entry.chosen_soft == (entry.row.gap < 0) for entry in rows)
    popular = sum((e.row.train_examples < 1000) == (e.row.gap < 0) for e in rows)
    assert popular < right


def test_parity_of_lora_is_level_with_the_base_rate_of_its_rows():
    # No better: since the table has 16 studies with LoRA nothing tells its rows apart.
    outcomes = []
    for raw, row in zip(raw_rows(), load_evidence(), strict=True):
        if row.gap_lora is not None:
            parity = answer_for(stated(project(raw)), engine()).verdict.parity["lora"].probability
            assert parity is not None
            outcomes.append((parity, row.gap_lora <= TOLERANCE))
    rate = sum(within for _, within in outcomes) / len(outcomes)
    score = sum((parity - within) ** 2 for parity, within in outcomes) / len(outcomes)
    assert score == pytest.approx(rate * (1 - rate), abs=0.005)


def test_no_quality_rule_reads_a_name():
    # Without names no published row can be singled out by its model.
    names = {"model.name", "hardware.accelerator_name", "model.licence", "task.metric"}
    for rule in engine().base.rules:
        if rule.kind is RuleKind.QUALITY:
            assert names.isdisjoint(rule.reads), rule.label


def test_every_quality_weight_of_a_stated_fact_covers_a_range_and_no_single_number():
    for rule in engine().base.rules:
        for key, test in rule.when.items():
            spans = getattr(test, "spans", ())
            assert all(high / max(low, 1e-9) > 1.5 for low, high in spans if low > 1), (
                f"{rule.label} tests one number of {key}"
            )


def test_the_models_name_changes_no_parity():
    raw = raw_rows()[0]
    plain = answer_for(stated(project(raw)), engine()).verdict.parity
    named = answer_for(
        stated({**project(raw), "model.name": raw["model"]}), engine()
    ).verdict.parity
    assert plain == named
