"""A method that the tables name and no code knows: every command ends in one error about it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import GPT2, PLAN, in_process, refused
from half_added import FAKE, METHODS, VOCABULARY, half_added

RUN = Path("run.json")
COMMANDS = {
    "advise": ["advise", "--facts", "plan.json"],
    "advise, model alone": ["advise", "--model", GPT2, "--offline", "--no-detect"],
    "advise --batch": ["advise", "--batch", "plans.jsonl"],
    "advise --batch --brief": ["advise", "--batch", "plans.jsonl", "--brief"],
    "ask": ["ask", "--no-detect"],
    "check": ["check", "plan.json"],
    "check --expect": ["check", "plan.json", "--expect", FAKE],
    "whatif": ["whatif", "plan.json", "--set", "data.train_examples=500"],
    "whatif --map": ["whatif", "plan.json", "--map"],
    "estimate": ["estimate", GPT2, "--quick", "--gpu", "RTX 4090"],
    "estimate --method": ["estimate", GPT2, "--quick", "--method", FAKE],
    "confirm": ["confirm", "--model", GPT2, "--data", "rows.jsonl", "--method", FAKE],
    "recipe": ["recipe", RUN, "-o", "project"],
    "recipe --method": ["recipe", RUN, "-o", "project", "--method", FAKE],
    "report": ["report", RUN],
    "report as HTML": ["report", RUN, "-o", "again.html"],
    "compare": ["compare", RUN, RUN],
    "explain": ["explain", FAKE],
    "rules list": ["rules", "list"],
}
"""Every command that reads methods, on files of the folder that it is called in."""
WORKING = (
    "advise", "check", "whatif", "estimate", "estimate --method", "confirm", "recipe --method",
)  # fmt: skip
"""Commands that work something out of every method or of this one."""


@pytest.fixture(autouse=True)
def files():
    """A plan, a batch of it, the run that came of it, and data."""
    Path("plan.json").write_text(json.dumps(PLAN), encoding="utf-8")
    Path("plans.jsonl").write_text(2 * (json.dumps(PLAN) + "\n"), encoding="utf-8")
    rows = [json.dumps({"text": f"text {i}", "label": "ab"[i % 2]}) for i in range(200)]
    Path("rows.jsonl").write_text("\n".join(rows), encoding="utf-8")
    done = in_process("advise", "--facts", "plan.json", "-o", RUN)
    assert done.code == 0, done.err


def told(done, *parts):
    """Assert one clear message about the method, whatever a report has shown until then."""
    refused(replace(done, out=""), FAKE, "where: ", "hint: ", *parts)
    assert done.err.count("error:") == 1
    assert "dora_x" not in done.out.lower()
    assert not Path("project").exists()


@pytest.mark.parametrize("name", COMMANDS)
def test_where_no_code_knows_it(name):
    with half_added():
        done = in_process(*COMMANDS[name])
    told(done, f"'{FAKE}' is not known", "where: advisor/catalogue/known.py")


@pytest.mark.parametrize("name", COMMANDS)
def test_where_the_vocabulary_does_not_know_it(name):
    with half_added(left_out=(VOCABULARY,), silenced=True):
        done = in_process(*COMMANDS[name])
    told(done)


@pytest.mark.parametrize("name", COMMANDS)
def test_where_the_table_of_methods_does_not_know_it(name):
    with half_added(left_out=(METHODS,), silenced=True):
        done = in_process(*COMMANDS[name])
    told(done, f"'{FAKE}' is not known", f"where: advisor/{METHODS}")


@pytest.mark.parametrize("name", WORKING)
def test_where_only_the_list_of_methods_knows_it(name):
    with half_added(silenced=True):
        done = in_process(*COMMANDS[name])
    told(done, f"'{FAKE}' is not known", "where: advisor/estimate/sizes.py")


@pytest.mark.parametrize("brief", [[], ["--brief"]])
def test_every_line_of_a_batch_says_so(brief):
    with half_added(silenced=True):
        done = in_process("advise", "--batch", "plans.jsonl", *brief)
    assert (done.code, done.err) == (2, "")
    for line in done.out.splitlines():
        entry = json.loads(line)
        assert f"'{FAKE}' is not known" in entry["error"]
        assert (entry["where"].partition(",")[0], entry["exit_code"]) == (
            "advisor/estimate/sizes.py",
            2,
        )
