"""A job can cut the inputs further than the bench does."""

from __future__ import annotations

import pytest
from tiny_benches import WORDS, bench_of

from advisor.microbench.spec import Example, Job, JobKind, Route, Splits
from advisor.microbench.worker.tailoring import tailored
from advisor.microbench.worker.workbench import load_workbench

LONG = Example(inputs=("film " * 20,), target="positive")
SHORT = Example(inputs=("good film",), target="negative")


@pytest.mark.parametrize(
    ("family", "route"), [("bert", Route.HEAD), ("llama", Route.LABEL_WORDS), ("t5", Route.TEXT)]
)
def test_every_split_is_cut_and_the_prompt_stays(model_folder, family, route):
    rows = Splits(train=(LONG, SHORT), dev=(LONG, SHORT), test=(LONG, SHORT))
    whole = load_workbench(bench_of(model_folder(family), family, route, splits=rows))
    job = Job(id="j", kind=JobKind.BASELINE, batch_size=2, max_tokens=6, time_limit=60.0)
    cut = tailored(whole, job)
    for before, after in ((whole.train, cut.train), (whole.dev, cut.dev), (whole.test, cut.test)):
        assert films(before[0]) > 6 >= films(after[0]) > 0
        assert after[1] == before[1]
        assert rest(after[0]) == rest(before[0])


def test_without_a_limit_of_its_own_a_job_takes_the_rows_as_they_are(model_folder):
    whole = load_workbench(bench_of(model_folder("bert"), "bert", Route.HEAD))
    job = Job(id="j", kind=JobKind.BASELINE, batch_size=2, time_limit=60.0)
    assert tailored(whole, job).train is whole.train


def films(row):
    return [WORDS[i] for i in row.sequences[0]].count("film")


def rest(row):
    return [WORDS[i] for i in row.sequences[0] if WORDS[i] != "film"]
