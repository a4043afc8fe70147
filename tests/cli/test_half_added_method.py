"""A method with a part missing: every command ends in one error about it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import GPT2, PLAN, in_process, refused
from half_added import FAKE, half_added

from advisor.methods import FOLDER_FILES

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
@pytest.mark.parametrize("part", FOLDER_FILES)
def test_where_a_part_of_its_folder_is_missing(name, part, tmp_path):
    with half_added(tmp_path / "methods", left_out=(part,)):
        done = in_process(*COMMANDS[name])
    told(done, f"'{FAKE}' is not known", f"where: advisor/methods/{FAKE}/{part}")


@pytest.mark.parametrize("name", WORKING)
def test_where_only_its_folder_knows_it(name, tmp_path):
    with half_added(tmp_path / "methods"):
        done = in_process(*COMMANDS[name])
    told(done, f"{FAKE}", "is not known", "where: advisor/catalogue/activations.csv")


@pytest.mark.parametrize("brief", [[], ["--brief"]])
def test_every_line_of_a_batch_says_so(brief, tmp_path):
    with half_added(tmp_path / "methods"):
        done = in_process("advise", "--batch", "plans.jsonl", *brief)
    assert (done.code, done.err) == (2, "")
    for line in done.out.splitlines():
        entry = json.loads(line)
        assert FAKE in entry["error"]
        assert (entry["where"], entry["exit_code"]) == ("advisor/catalogue/activations.csv", 2)
