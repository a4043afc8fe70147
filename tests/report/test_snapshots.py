"""What six people see, word for word, on a terminal and in Markdown.

After a change that is meant to change the reports, look at the difference and rewrite the files::

    UPDATE_SNAPSHOTS=1 python -m pytest tests/report/test_snapshots.py
    git diff tests/report/snapshots
"""

from __future__ import annotations

import functools
import os
from pathlib import Path

import pytest
from report_cases import PERSONAS, blocks, engine, persona, stated

from advisor.reasoning.outlook import outlook_of
from advisor.report.document import RUN_TITLE
from advisor.report.layout import lay_out
from advisor.report.markdown import to_markdown
from advisor.report.part import plain

FOLDER = Path(__file__).parent / "snapshots"
REWRITE = os.environ.get("UPDATE_SNAPSHOTS") == "1"
WIDTH = 100


@functools.cache
def whole(name: str) -> dict:
    """The run as `-o` writes it, with all that would change the answer."""
    return {**persona(name), "outlook": plain(outlook_of(stated(PERSONAS[name]), engine()))}


def compare(path: Path, text: str) -> None:
    """Fail if the text is not that of the file; write the file instead where asked to."""
    if REWRITE:
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), "run with UPDATE_SNAPSHOTS=1 to write it"
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PERSONAS)
def test_the_report_on_a_terminal_is_what_was_agreed_on(name):
    lines = [line.text for line in lay_out(blocks(whole(name)), WIDTH)]
    compare(FOLDER / f"{name}.txt", "\n".join(lines) + "\n")


@pytest.mark.parametrize("name", PERSONAS)
def test_the_report_in_markdown_is_what_was_agreed_on(name):
    compare(FOLDER / f"{name}.md", to_markdown(blocks(whole(name)), RUN_TITLE))


def test_no_snapshot_is_left_over():
    kept = {path.name for path in FOLDER.iterdir()}
    assert kept == {f"{name}.{suffix}" for name in PERSONAS for suffix in ("txt", "md")}
