"""The report of the bundled example, made once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from advisor.decide.answer import answer_for
from advisor.facts.factsfile import load_facts
from advisor.reasoning.illustrating import illustration
from advisor.reasoning.outlook import outlook_of
from advisor.report.document import RUN_TITLE
from advisor.report.html.page import run_page
from advisor.report.record import run_record
from advisor.rules.engine import load_engine

PROJECT = Path(__file__).parents[2] / "examples" / "project.yaml"


@cache
def project_page() -> str:
    """The page that `advisor advise --facts examples/project.yaml -o report.html` writes."""
    engine, facts = load_engine(), load_facts(str(PROJECT))
    run = run_record(answer_for(facts, engine), engine.base, outlook_of(facts, engine))
    return run_page(run, RUN_TITLE, illustration(run, engine))
