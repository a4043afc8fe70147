"""How many questions are asked, and is the answer that of the full questionnaire?

``python benchmarks/questions/ask.py`` asks 10,000 simulated people, half an hour on two cores;
``--respondents 500`` asks fewer. The people are described in respondents.yaml.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from measuring import table, write_results
from person import Person
from respondents import respondent

from advisor.decide.answer import answer_for
from advisor.decide.decide import Status
from advisor.facts import Fact, FactBase, Source, Value
from advisor.questionnaire.questions import open_questions
from advisor.reasoning.asking import Agenda
from advisor.rules.engine import load_engine

_MODEL = ("model.parameters", "model.architecture", "model.weights_access", "model.name")
FOUND: dict[str, tuple[str, ...]] = {
    "machine found": ("hardware.",),
    "nothing known": (),
    "model and machine found": (*_MODEL, "hardware."),
    "data found as well": (*_MODEL, "hardware.", "data.train_examples", "data.label_count"),
}


_USUAL = "machine found"
"""How the program starts by itself, and the scenario in which everybody is asked."""


class Asked(NamedTuple):
    """One person: prompts answered, questions of the full questionnaire, and whether it matters.

    What is taken for granted is shown at one prompt, which counts as one question.
    """

    put: int
    full: int
    same: bool
    status: str


def main() -> None:
    """Ask everybody, with and without what can be found out, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--respondents", type=int, default=10_000)
    count = parser.parse_args().respondents
    rows, record = [], {"respondents": count}
    for title, found in FOUND.items():
        people_asked = count if title == _USUAL else count // 10
        with ProcessPoolExecutor(2) as pool:
            jobs = [(seed, found) for seed in range(people_asked)]
            people = list(pool.map(_asked, jobs, chunksize=50))
        figures = _figures(people)
        record[title] = figures
        rows.append((title, *(f"{value:g}" for value in figures.values())))
    head = (
        "",
        "people",
        "mean",
        "median",
        "90th percentile",
        "of (mean)",
        "other answers",
        "undetermined %",
    )
    text = table(head, rows)
    print(text)
    write_results("questions", record, text)


def _figures(people: list[Asked]) -> dict[str, float]:
    put = sorted(person.put for person in people)
    open_ = sum(person.status == Status.UNDETERMINED.value for person in people)
    return {
        "people": len(people),
        "mean": round(statistics.fmean(put), 2),
        "median": statistics.median(put),
        "p90": put[int(0.9 * len(put))],
        "full": round(statistics.fmean(person.full for person in people), 2),
        "other": sum(not person.same for person in people),
        "undetermined": round(100 * open_ / len(people), 1),
    }


_ENGINE = load_engine()
_AGENDA = Agenda(_ENGINE)


def _asked(job: tuple[int, tuple[str, ...]]) -> Asked:
    seed, found = job
    truth = respondent(seed)
    known = [Fact(key, value, Source.FLAG) for key, value in truth.items()
             if key.startswith(found)] if found else []  # fmt: skip
    person = Person(truth)
    facts = person.answer(known, _AGENDA)
    whole, full = _one_by_one(known, truth)
    answers = [_answer(one) for one in (facts, whole)]
    return Asked(person.prompts, full, answers[0] == answers[1], answers[1][0])


def _one_by_one(known: list[Fact], truth: dict[str, Value]) -> tuple[FactBase, int]:
    """Every question that applies, each by itself, and how many there are."""
    facts = FactBase(known)
    put = 0
    while questions := list(open_questions(facts)):
        key = questions[0].key
        facts.replace(Fact(key, truth.get(key), Source.ANSWERED))
        put += 1
    return facts, put


def _answer(facts: FactBase) -> tuple[str, str | None, str | None, str | None]:
    verdict = answer_for(facts.statements(), _ENGINE).verdict
    return verdict.status.value, verdict.recommendation, verdict.variant, verdict.alternative


if __name__ == "__main__":
    main()
