"""Run files of every schema version still open; one of each is kept here as it was written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from advisor.decide.answer import answer_for
from advisor.facts.factsfile import RUN_SCHEMAS, load_facts
from advisor.report.document import blocks_of
from advisor.report.part import plain
from advisor.report.runfile import json_schema, load_record, run_from

GOLDEN = Path(__file__).parent / "golden"
SCHEMA = Path(__file__).parent.parent / "docs" / "schema" / "run-1.json"


def test_there_is_a_golden_run_of_every_schema_version():
    assert {path.name for path in GOLDEN.iterdir()} == {f"run-{v}.json" for v in RUN_SCHEMAS}


@pytest.mark.parametrize("version", RUN_SCHEMAS)
def test_an_old_run_is_judged_again(version):
    verdict = answer_for(load_facts(GOLDEN / f"run-{version}.json")).verdict
    assert verdict.recommendation == "prompt_tuning"


@pytest.mark.parametrize("version", RUN_SCHEMAS)
def test_an_old_run_is_shown_again(version):
    run, _ = load_record(GOLDEN / f"run-{version}.json")
    assert len(list(blocks_of(run))) > 10


def test_a_run_has_the_published_form():
    written = json.loads((GOLDEN / "run-1.json").read_text(encoding="utf-8"))
    kept = plain(run_from(written))
    added = {"advice": None, "evidence": None, "bounds": None, "outlook": None}
    ranking = [{**entry, "waterfall": None} for entry in written["ranking"]]
    assert kept == {**written, **added, "ranking": ranking}


def test_the_published_schema_is_the_one_of_the_code():
    assert SCHEMA.read_text(encoding="utf-8") == json_schema()
