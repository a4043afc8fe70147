"""Every point of a decision map holds what the whole pipeline says there."""

from __future__ import annotations

import random

import pytest
from cases import ENGINE, LLAMA, llama, stated

from advisor.app.whatif import whatif_record
from advisor.decide.answer import answer_for
from advisor.decide.decide import Gist
from advisor.facts import Fact, Source
from advisor.reasoning.document import whatif_blocks
from advisor.reasoning.map import draw_map
from advisor.report.blocks import Grid
from advisor.report.layout import lay_out, plain_lines
from advisor.support.errors import AdvisorError

AXES = ("quality.tolerance_points", "hardware.accelerator_count")


def test_points_are_exact_and_the_project_is_one_of_them():
    found = draw_map(llama(), "model.parameters", "hardware.accelerator_memory_gib")
    assert found.across.values[found.across.here] == 8 * 10**9
    assert found.up.values[found.up.here] == 23.5
    assert found.outcomes[found.up.here][found.across.here] == llama().outcome()
    dice = random.Random(1)
    for _ in range(40):
        row, column = dice.randrange(len(found.outcomes)), dice.randrange(len(found.outcomes[0]))
        said = {found.across.key: found.across.values[column], found.up.key: found.up.values[row]}
        kept = {key: raw for key, raw in LLAMA.items() if key not in said}
        facts = [Fact(key, value, Source.ANSWERED) for key, value in said.items()]
        verdict = answer_for([*stated(kept), *facts], ENGINE).verdict
        assert found.outcomes[row][column] == Gist(verdict.status, verdict.recommendation)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_grid_fits_and_every_letter_is_explained(width):
    record = whatif_record(llama(), axes=AXES)
    [grid] = [block for block in whatif_blocks(record) if isinstance(block, Grid)]
    letters = {letter for _, row in grid.rows for letter in row}
    assert letters == set(grid.meanings)
    assert sum(row.count("@") for _, row in grid.rows) == 1
    lines = [line.text for line in lay_out([grid], width)]
    assert max(map(len, lines)) <= width


def test_rows_that_are_the_same_make_one_sentence_in_words():
    rows = (("9", "FFP"), ("5", "FFP"), ("2", "FFP"), ("1", "FPP"))
    grid = Grid("size", "rows", ("10", "20", "30"), rows, {"F": "full", "P": "prompts"})
    assert list(plain_lines([grid])) == [
        "- rows 2 to 9: size 10 to 20 full, 30 prompts.",
        "- rows 1: size 10 full, 20 to 30 prompts.",
    ]


def test_an_unknown_number_has_no_place_on_the_map():
    found = draw_map(llama(**{"quality.tolerance_points": "unknown"}), *AXES)
    assert found.across.here is None
    assert 1 in found.across.values  # the example of the vocabulary


@pytest.mark.parametrize(
    "axes",
    [("task.type", AXES[0]), (AXES[0], AXES[0]), ("estimate.lora.hours", AXES[0]), ("no", AXES[0])],
)
def test_what_is_no_axis_is_refused(axes):
    with pytest.raises(AdvisorError):
        draw_map(llama(), *axes)
