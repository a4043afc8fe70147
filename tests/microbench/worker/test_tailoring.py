"""A job can cut the inputs further than the bench does."""

from __future__ import annotations

import pytest
from tiny_benches import REVIEW, WORDS, bench_of
from trial_settings import a_trial

from advisor.microbench.records import Example, Job, JobKind, Prompt, Route, Splits
from advisor.microbench.running.server import _Server
from advisor.microbench.worker.tailoring import coded, tailored
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


def trial_job(prompt, max_tokens=6):
    job = a_trial("prompt_tuning", prompt=prompt, dev_size=1, test_size=1)
    return Job(
        id="t", kind=JobKind.TRIAL, trial=job, batch_size=2, max_tokens=max_tokens, time_limit=60.0
    )


def test_rows_that_a_job_wants_are_made_once_for_all_that_want_them(model_folder):
    prompts = (REVIEW, Prompt(before="Is it good ? ", after=" Answer :", words=REVIEW.words))
    rows = Splits(train=(LONG, SHORT), dev=(LONG, SHORT), test=(LONG, SHORT))
    bench = bench_of(
        model_folder("llama"), "llama", Route.LABEL_WORDS, splits=rows, prompts=prompts
    )
    whole = load_workbench(bench)
    made = coded(whole, trial_job(1))
    assert made.wording.prompt == prompts[1]
    assert len(made.test) == 2
    assert coded(made, trial_job(1)) is made
    mine = tailored(made, trial_job(1))
    assert mine.train is made.train
    assert (mine.dev, mine.test) == (made.dev[:1], made.test[:1])
    again = coded(made, trial_job(0, max_tokens=32))
    assert (again.train, again.dev, again.wording) == (whole.train, whole.dev, whole.wording)


def test_the_server_makes_rows_once_and_children_share_them(model_folder, tmp_path):
    whole = load_workbench(bench_of(model_folder("llama"), "llama", Route.LABEL_WORDS))
    server = _Server(whole, tmp_path, None)
    made = []
    for tokens in (6, 6, None, None):
        server._code(trial_job(0, tokens))
        made.append(server._workbench)
    assert made[0] is made[1]
    assert made[2] is made[3]
    assert [one.bench.max_tokens for one in made] == [6, 6, 32, 32]


def films(row):
    return [WORDS[i] for i in row.sequences[0]].count("film")


def rest(row):
    return [WORDS[i] for i in row.sequences[0] if WORDS[i] != "film"]
