"""The report on a terminal and as plain lines: widths, sections, nothing left out."""

from __future__ import annotations

import io

import pytest
from report_cases import PERSONAS, blocks, persona, record_of, stated

from advisor.report.blocks import Bars, Bullets, Heading, Paragraph, Table
from advisor.report.layout import lay_out, plain_lines
from advisor.report.terminal import print_report

WIDTHS = (40, 80, 120)


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PERSONAS)
def test_no_line_is_wider_than_the_terminal_unless_it_is_one_long_word(name, width):
    wide = [
        line.text
        for line in lay_out(blocks(persona(name)), width)
        if len(line.text) > width and len(line.text.split()) > 1
    ]
    assert wide == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PERSONAS)
def test_every_section_stands_in_the_report_at_every_width(name, width):
    headings = [
        line.text for line in lay_out(blocks(persona(name)), width) if line.style == "heading"
    ]
    assert headings == [b.text for b in blocks(persona(name)) if isinstance(b, Heading)]
    assert headings[0] == "Advice"
    assert headings[-1] == "Facts, and where they come from"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PERSONAS)
def test_no_paragraph_or_step_is_cut_short(name, width):
    shown = squeezed("".join(line.text for line in lay_out(blocks(persona(name)), width)))
    for block in blocks(persona(name)):
        if isinstance(block, Paragraph):
            assert squeezed(block.text) in shown
        if isinstance(block, Bullets):
            assert all(squeezed(item) in shown for item in block.items)


@pytest.mark.parametrize("name", PERSONAS)
def test_no_line_of_the_report_has_trailing_blanks(name):
    assert all(line.text == line.text.rstrip() for line in lay_out(blocks(persona(name)), 100))


@pytest.mark.parametrize("name", PERSONAS)
def test_a_bar_points_right_for_the_method_named_first_and_left_against_it(name):
    shown = [line.text for line in lay_out(blocks(persona(name)), 120)]
    for block in blocks(persona(name)):
        for label, value, _ in block.entries if isinstance(block, Bars) else ():
            [line] = [t for t in shown if t.split()[:2] == [label, f"{value:+d}"]]
            left, _, right = line.partition("|")
            assert right.startswith("#") == (value > 0)
            assert left.endswith("#") == (value < 0)


@pytest.mark.parametrize("name", PERSONAS)
def test_plain_lines_have_no_bars_and_no_columns(name):
    for line in plain_lines(blocks(persona(name))):
        assert "##" not in line
        assert "|" not in line
        assert "  " not in line
        assert not line.startswith(" ")


@pytest.mark.parametrize("name", PERSONAS)
def test_plain_lines_say_everything_that_the_report_says(name):
    lines = list(plain_lines(blocks(persona(name))))
    text = "\n".join(lines)
    for block in blocks(persona(name)):
        if isinstance(block, Heading):
            assert f"{block.text}:" in lines
        elif isinstance(block, Paragraph):
            assert block.text in lines
        elif isinstance(block, Bullets):
            assert all(item in text for item in block.items)
        elif isinstance(block, Table):
            assert all(cell in text for row in block.rows for cell in row)
        else:
            assert all(label in text and words in text for label, _, words in block.entries)


def test_a_name_longer_than_the_terminal_is_shown_in_full():
    name = "x" * 300
    project = {**PERSONAS["eight_billion_on_a_24_gib_card"], "model.name": name}
    shown = squeezed("".join(line.text for line in lay_out(blocks(record_of(stated(project))), 80)))
    assert shown.count("x") >= 300


def test_output_that_is_no_terminal_gets_text_without_styles(monkeypatch):
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    stream = io.StringIO()
    print_report(blocks(persona("behind_an_api")), stream)
    assert "\x1b" not in stream.getvalue()
    assert "Advice" in stream.getvalue()


def test_forced_colour_changes_the_styles_and_not_the_words(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    plain, coloured = io.StringIO(), io.StringIO()
    print_report(blocks(persona("behind_an_api")), plain)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    print_report(blocks(persona("behind_an_api")), coloured)
    assert "\x1b[" in coloured.getvalue()
    words = "".join(part.partition("m")[2] for part in f"\x1bm{coloured.getvalue()}".split("\x1b"))
    assert words == plain.getvalue()


def test_square_brackets_in_a_name_are_no_markup_on_a_terminal(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    project = {**PERSONAS["eight_billion_on_a_24_gib_card"], "model.name": "[bold]x[/bold]"}
    stream = io.StringIO()
    print_report(blocks(record_of(stated(project))), stream)
    assert "[bold]x[/bold]" in stream.getvalue()


def test_the_plain_switch_prints_the_plain_lines():
    stream = io.StringIO()
    print_report(blocks(persona("behind_an_api")), stream, plain=True)
    assert stream.getvalue().splitlines() == list(plain_lines(blocks(persona("behind_an_api"))))


def test_a_word_that_is_too_long_for_its_column_is_broken_at_its_hyphen():
    row = (
        "estimate.full_fine_tuning.memory_headroom_optimistic",
        "1.2",
        "micro-benchmark",
        "as measured",
    )
    lines = [
        line.text for line in lay_out([Table(("Fact", "Value", "Source", "Detail"), (row,))], 80)
    ]
    assert any("micro-" in line for line in lines)
    assert any(" benchmark" in line for line in lines)


def test_words_are_not_broken_at_hyphens_where_they_fit():
    row = ("a fact", "leaning to full fine-tuning " * 5)
    lines = [line.text for line in lay_out([Table(("Fact", "Value"), (row,))], 60)]
    assert not any(line.endswith("fine-") for line in lines)
