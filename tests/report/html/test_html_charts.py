"""What the drawings say is what the record says."""

from __future__ import annotations

import copy
import re

import pytest
from html_pages import DRAWN, TITLE, Page, drawn, golden, measured, pages, parsed, run_page
from report_cases import PERSONAS, persona

from advisor.report.html.charts.curve import curve_chart
from advisor.report.html.charts.decision_map import ROW, map_chart
from advisor.report.html.charts.memory import memory_chart
from advisor.report.html.charts.parity import parity_chart
from advisor.report.html.charts.scale import LinearScale, ticks
from advisor.report.html.charts.waterfall import waterfall_chart
from advisor.report.measured import CurveEntry
from advisor.report.runfile import part_from, run_from


def curve_of(curve):
    return curve_chart(part_from(CurveEntry, curve))


def bars_of(record):
    return {bar.name: bar for bar in memory_chart(run_from(record)).bars}


def test_memory_says_in_words_what_fits():
    says = {name: bar.says for name, bar in bars_of(golden()).items()}
    assert says["LoRA"].endswith("GiB, fits")
    assert says["Prefix tuning"].endswith("tight: fits only with savings")
    assert says["Full fine-tuning"].endswith("does not fit")


def test_the_limit_lies_where_a_need_of_that_size_would_end():
    chart = memory_chart(run_from(persona(DRAWN)))
    fits = [b for b in chart.bars if b.says.endswith(", fits")]
    assert "23.5 GiB of accelerator memory free" in chart.limit_text
    assert all(b.segments[-1].left + b.segments[-1].width < chart.limit for b in fits)
    full = bars_of(persona(DRAWN))["Full fine-tuning"]
    assert full.cut
    assert full.segments[-1].left + full.segments[-1].width > chart.limit


@pytest.mark.parametrize("record", [golden(), persona(DRAWN)], ids=["old", "new"])
def test_the_parts_of_a_bar_lie_side_by_side_and_make_up_the_need(record):
    for name, bar in bars_of(record).items():
        assert bar.parts, name
        for one, other in zip(bar.segments, bar.segments[1:], strict=False):
            assert other.left == pytest.approx(one.left + one.width, abs=1e-6)


def test_no_stroke_covers_a_letter_and_every_letter_lies_in_its_part():
    chart = memory_chart(run_from(persona(DRAWN)))
    letters = [
        (bar, part) for bar in chart.bars for part in bar.segments if part.letter is not None
    ]
    assert any(part.mark == "G" for _, part in letters)  # the stroke of the least need is near
    for bar, part in letters:
        assert part.left <= part.letter < part.left + part.width
        strokes = [at for at in (bar.least, chart.limit) if at is not None]
        assert not any(part.letter < at < part.letter + 5 for at in strokes)


def test_parts_that_do_not_add_up_are_not_drawn():
    record = copy.deepcopy(persona(DRAWN))
    record["facts"]["estimate.lora.memory_gib"]["value"] *= 1.5
    bar = bars_of(record)["LoRA"]
    assert bar.parts == ""
    assert len(bar.segments) == 1


def test_without_a_limit_nothing_is_said_to_fit():
    chart = memory_chart(run_from(persona("three_facts_only")))
    assert chart.limit is None
    assert not [bar for bar in chart.bars if "fit" in bar.says]
    assert all(bar.low is not None for bar in chart.bars)


@pytest.mark.parametrize("name", PERSONAS)
def test_each_step_begins_where_the_one_before_it_ended(name):
    chart = waterfall_chart(run_from(persona(name)))
    if chart is None:
        assert persona(name)["compared"] is None
        return
    at = chart.zero
    for step in chart.steps:
        near = step.left if step.favours else step.left + step.width
        assert near == pytest.approx(at)
        at = step.left + step.width if step.favours else step.left
    far = chart.total.left + (chart.total.width if chart.total.favours else 0)
    assert at == pytest.approx(far)
    assert int(chart.total.says) == persona(name)["margin_decibans"]


def test_parity_dots_lie_within_their_range():
    for name in PERSONAS:
        chart = parity_chart(run_from(persona(name)))
        for dot in chart.dots:
            assert dot.low <= dot.high
            assert dot.place is None or dot.low <= dot.place <= dot.high


def test_the_cells_of_the_map_cover_it_once():
    chart = map_chart(drawn().map)
    for top in range(0, chart.height, ROW):
        runs = sorted((r.left, r.width) for r in chart.runs if r.top <= top < r.top + r.height)
        assert runs[0][0] == 0
        assert sum(width for _, width in runs) == pytest.approx(100)
    assert {run.mark for run in chart.runs} == {mark for mark, _ in chart.legend}


def test_you_are_here_lies_on_the_answer_of_the_run():
    chart = map_chart(drawn().map)
    across, top, _ = chart.here
    (cell,) = [
        run for run in chart.runs
        if run.top <= top < run.top + run.height and run.left <= across < run.left + run.width
    ]  # fmt: skip
    assert dict(chart.legend)[cell.mark] == "prompt-tuning"
    assert "you are here" in parsed(DRAWN).by_id("map").words


def test_every_answer_but_a_decided_one_has_a_pattern_that_the_legend_names():
    for mark, text in map_chart(drawn().map).legend:
        assert (mark in "PF") is (re.search(r"\((hatched|dotted|crossed)\)$", text) is None)


def test_the_published_rows_are_those_that_the_record_counted():
    counted = {m: p["rows"] for m, p in persona(DRAWN)["parity"].items() if p["rows"]}
    names = {"lora": "LoRA", "prefix_tuning": "prefix tuning", "p_tuning": "P-tuning",
             "prompt_tuning": "prompt tuning"}  # fmt: skip
    for method, rows in counted.items():
        assert sum(names[method] in row.methods for row in drawn().published) == rows
    table = parsed(DRAWN).by_id("parity").words
    assert all(row.study in table.replace(" ", "") for row in drawn().published)


def test_the_learning_curve_stands_with_its_intervals():
    chart = curve_of(measured()["curve"])
    assert [len(curve.points) for curve in chart.curves] == [3, 3]
    for curve in chart.curves:
        assert all(p.high <= p.y <= p.low for p in curve.points)  # pixels run downwards
        assert [p.x for p in curve.points] == sorted(p.x for p in curve.points)
    assert len({curve.shape for curve in chart.curves}) == 2


def test_a_method_beside_the_two_is_in_the_table_alone():
    record = measured()
    curve = record["curve"]
    lora = [
        {**e, "score": {**e["score"], "method": "lora", "interval": [0.0, 100.0]}}
        for e in curve["scores"]
        if e["score"]["method"] == curve["method_a"]
    ]
    more = {**curve, "scores": [*curve["scores"], *lora]}
    assert curve_of(more) == curve_of(curve)


def test_a_method_without_scores_has_no_curve():
    record = measured()
    curve = record["curve"]
    scores = [e for e in curve["scores"] if e["score"]["method"] == curve["method_a"]]
    chart = curve_of({**curve, "scores": scores})
    assert [len(one.points) for one in chart.curves] == [3]


def test_a_single_size_is_no_curve():
    record = measured()
    size = record["curve"]["scores"][0]["train_size"]
    scores = [e for e in record["curve"]["scores"] if e["train_size"] == size]
    assert curve_of({**record["curve"], "scores": scores}) is None


def test_a_measured_run_says_how_to_measure_again():
    words = parsed("measured").by_id("reproduce").words
    assert "advisor confirm --facts report.html --model MODEL --data FILE --budget 180s" in words
    assert "advisor confirm" not in parsed("an old run").by_id("reproduce").words


def test_alarms_are_announced_beside_the_verdict():
    assert "3 alarms to read before the figures" in parsed("measured").by_id("verdict").words


def test_a_map_that_says_otherwise_than_the_run_is_explained():
    other = {**persona(DRAWN), "recommendation": "full_fine_tuning"}
    words = Page(run_page(other, TITLE, drawn())).by_id("map").words
    assert "answer here: prompt-tuning. The run itself says: full fine-tuning." in words
    assert "The run itself says" not in pages()[DRAWN]


def test_scales_and_ticks():
    scale = LinearScale(0, 50, 10, 90)
    assert [scale.place(v) for v in (-5, 0, 25, 50, 99)] == [10, 10, 50, 90, 90]
    assert ticks(0, 62.7) == (0, 20, 40, 60)
    assert ticks(36.0, 73.1) == (40, 50, 60, 70)
    assert ticks(3.0, 3.0) == (3.0,)
