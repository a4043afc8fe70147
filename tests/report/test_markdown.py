"""Markdown: names and data stay text, and tables stay tables."""

from __future__ import annotations

import re

import pytest
from report_cases import PERSONAS, blocks, persona, record_of, stated

from advisor.report.blocks import Heading
from advisor.report.document import RUN_TITLE
from advisor.report.markdown import to_markdown
from advisor.support.errors import AdvisorError

HOSTILE = [
    "a|b|c",
    "*bold* and __more__",
    "<script>alert(1)</script>",
    "`code` ``x``",
    "[click](http://example.org)",
    "![x](y)",
    "# heading",
    "back\\slash\\|",
    "<img src=x onerror=alert(1)>",
]
MARKUP = re.compile(r"(?<!\\)(?:\\\\)*[`*_\[\]<>|#]")


def hostile(text: str) -> str:
    project = {
        **PERSONAS["eight_billion_on_a_24_gib_card"],
        "model.name": text,
        "task.metric": text,
        "model.licence": text,
    }
    return to_markdown(blocks(record_of(stated(project))), RUN_TITLE)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_shows_no_unescaped_markup(text):
    marker = "zqx"
    calm, wild = hostile(marker).splitlines(), hostile(f"{marker}{text}{marker}").splitlines()
    assert len(calm) == len(wild)
    for before, after in zip(calm, wild, strict=True):
        assert len(MARKUP.findall(before)) == len(MARKUP.findall(after)), after


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_breaks_no_table(text):
    lines = hostile(text).splitlines()
    for number, line in enumerate(lines):
        if line.startswith("| ") and set(line) <= set("| -:"):
            columns = line.count("|")
            row = number - 1
            while row < len(lines) and lines[row].startswith("|"):
                unescaped = re.findall(r"(?<!\\)(?:\\\\)*\|", lines[row])
                assert len(unescaped) == columns, lines[row]
                row += 1


@pytest.mark.parametrize("text", ["two\nlines", "a\rb", "bell\x07", "\x1b[31mred", "x\u202ey"])
def test_line_breaks_and_control_characters_cannot_be_stated_at_all(text):
    with pytest.raises(AdvisorError, match="control characters"):
        stated({"model.name": text})


@pytest.mark.parametrize("name", PERSONAS)
def test_every_section_is_a_heading(name):
    text = to_markdown(blocks(persona(name)), RUN_TITLE)
    for block in blocks(persona(name)):
        if isinstance(block, Heading):
            assert f"\n## {block.text}\n" in text


@pytest.mark.parametrize("name", PERSONAS)
def test_the_verdict_itself_is_bold_and_stands_first(name):
    lines = to_markdown(blocks(persona(name)), RUN_TITLE).split("\n\n")
    assert lines[0].startswith("# ")
    assert lines[1] == "## Advice"
    assert lines[2].startswith("**")
    assert lines[2].endswith("**")


@pytest.mark.parametrize("name", PERSONAS)
def test_the_text_ends_with_one_line_break_and_has_no_trailing_blanks(name):
    text = to_markdown(blocks(persona(name)), RUN_TITLE)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert all(line == line.rstrip() for line in text.splitlines())
