"""Whole runs of ``advisor confirm`` with a tiny model, from the flags to the run file."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys

import pytest
from confirming import confirmed, ended, endings, entries, left_in, started
from processes import children_of, processes_of, wait_for

from advisor.cli.main import run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and /dev/full")

# The most that takes as many examples as 20 s, so that a plan for these ends on a busy machine.
ROOMY = ("--budget", "90s")
RUN_KEYS = {"schema_version", "facts", "recommendation", "status", "assumptions"}
MEASURED_KEYS = {
    "agreement", "alarms", "baselines", "complete", "curve", "difference", "differences", "outcome",
    "plan", "prediction", "results",
}  # fmt: skip
# What a trial came to, apart from what the machine's load decides.
REPEATABLE = (
    "curve", "dev_score", "general_loss", "predicted", "status", "steps_done", "test",
    "train_score",
)  # fmt: skip


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def words(tiny_encoder, review_file):
    """Model, data and budget: what all these runs have in common."""
    return ["--model", tiny_encoder, "--data", review_file, "--budget", "20s", "--format", "json"]


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("kept") / "run"


@pytest.fixture(scope="module")
def first(state, words, kept):
    """An uninterrupted run whose journal is kept."""
    return confirmed(state, *words, "--keep", kept)


def planned_again(kept, folder, **changes):
    """A folder whose journal ends with the frozen plan of another run, with changes."""
    folder.mkdir()
    with (folder / "journal.jsonl").open("w", encoding="utf-8") as stream:
        for entry in entries(kept):
            if "begun" in entry:
                entry["begun"]["asked"] = entry["begun"]["asked"].replace("20s", ROOMY[1])
            if "frozen" in entry:
                entry["frozen"]["plan"].update(changes)
            if "ending" not in entry:
                stream.write(json.dumps(entry) + "\n")
    return folder


def outcomes(folder):
    """By trial, what must be the same in every run of a plan; how many spare seeds fit is not."""
    [plan] = [entry["frozen"]["plan"] for entry in entries(folder) if "frozen" in entry]
    return {
        ending["job"]: {name: ending["answer"].get(name) for name in REPEATABLE}
        for ending in endings(folder)
        if int(ending["job"].rpartition("-s")[2]) <= plan["seeds"]
    }


def test_examples_in_both_files_raise_an_alarm(state, words, review_file, tmp_path):
    lines = review_file.read_text(encoding="utf-8").splitlines(keepends=True)
    train, evaluation = tmp_path / "train.jsonl", tmp_path / "evaluation.jsonl"
    train.write_text("".join(lines[:220]), encoding="utf-8")
    evaluation.write_text("".join(lines[200:]), encoding="utf-8")
    found = confirmed(state, *words, "--data", train, "--eval-data", evaluation).json
    [alarm] = [alarm for alarm in found["alarms"] if alarm["id"] == "train_test_overlap"]
    assert alarm["sentence"].startswith("20.0% of the evaluation examples also stand in")
    assert found["plan"]["test_size"] == 100
    assert found["facts"]["data.train_eval_overlap"]["value"] == 0.2


def test_a_run_gives_one_run_file_with_all_that_was_measured(first):
    found = first.json
    assert first.code in (0, 13, 14)
    assert set(found) >= RUN_KEYS
    assert set(found) >= MEASURED_KEYS
    assert set(found["results"]) == {"prompt_tuning", "full_fine_tuning"}
    for result in found["results"].values():
        assert 0 <= result["score"] <= 100
        assert result["failed"] == []
    assert found["facts"]["measured.prompt_tuning.score"]["source"] == "measured"
    codes = {"overturned": 13, "unsettled": 14}
    assert first.code == codes.get(found["agreement"]["verdict"], 0)


def test_each_note_is_told_once(first):
    notes = [line for line in first.err.splitlines() if line.startswith("note: ")]
    assert notes
    assert len(notes) == len(set(notes))


def test_the_prediction_is_sealed_before_the_first_trial_ends(first, kept):
    kinds = [next(iter(entry)) for entry in entries(kept)]
    assert kinds.index("frozen") < kinds.index("ending")
    assert kinds.count("frozen") == 1
    sealed = next(entry["frozen"] for entry in entries(kept) if "frozen" in entry)["prediction"]
    assert sealed == first.json["prediction"]
    said = {key: value for key, value in sealed.items() if key != "sha256"}
    text = json.dumps(said, sort_keys=True)
    assert hashlib.sha256(text.encode()).hexdigest() == sealed["sha256"]
    assert first.json["agreement"]["seal_intact"] is True


def test_a_kept_folder_holds_journal_and_log_and_nothing_half_done(first, kept, state):
    assert {path.name for path in kept.iterdir()} == {"journal.jsonl", "server.log", "bench.json"}
    assert left_in(state) == []


def test_a_run_can_be_advised_on_again(first, tmp_path, monkeypatch, capsys):
    path = tmp_path / "run.json"
    path.write_text(first.out, encoding="utf-8")
    words = ["advisor", "advise", "--facts", str(path), "--format", "json"]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as stop:
        run()
    assert stop.value.code in (0, None)
    assert json.loads(capsys.readouterr().out)["recommendation"] == first.json["recommendation"]


def test_an_earlier_run_gives_way_and_a_full_disk_loses_nothing(
    first, kept, words, state, tmp_path
):
    earlier = first.json
    for name in ("score", "hours"):
        earlier["facts"][f"measured.prompt_tuning.{name}"]["value"] = 0.123
    earlier["facts"]["measured.prompt_tuning.points_below_full"] = {
        **earlier["facts"]["measured.prompt_tuning.score"], "value": 77.7,
    }  # fmt: skip
    earlier["facts"]["measured.lora.score"] = {
        **earlier["facts"]["measured.prompt_tuning.score"], "value": 66.6,
    }  # fmt: skip
    path = tmp_path / "run.json"
    path.write_text(json.dumps(earlier), encoding="utf-8")
    again = [*words, "--facts", path, "--budget", "2s"]
    process = started(state, *again)
    wait_for(lambda: processes_of(state) or process.poll() is not None)
    process.send_signal(signal.SIGINT)
    stopped = ended(process)
    assert stopped.code == 130
    assert stopped.out == ""
    assert "--resume" in stopped.err

    refused = confirmed(state, *again, "--resume", "-o", "/dev/full")
    assert refused.code == 2
    assert "No space left" in refused.err
    assert "--resume" in refused.err
    out = tmp_path / "again.json"
    done = confirmed(state, *again, "--resume", "-o", out)
    assert done.code in (0, 13, 14)
    assert "measuring" not in done.err
    facts = json.loads(out.read_text(encoding="utf-8"))["facts"]
    assert not {0.123, 77.7} & {f["value"] for f in facts.values() if f["source"] == "measured"}
    assert facts["measured.lora.score"]["value"] == 66.6  # which this run does not train
    assert left_in(state) == []


def test_a_dry_run_of_an_earlier_run_plans_and_trains_nothing(first, words, tmp_path):
    path, state = tmp_path / "run.json", tmp_path / "state"
    path.write_text(first.out, encoding="utf-8")
    done = confirmed(state, *words, "--facts", path, "--dry-run")
    assert done.code == 0
    assert set(done.json["plan"]["methods"]) == {"prompt_tuning", "full_fine_tuning"}
    assert "results" not in done.json
    assert "seed 1" not in done.err
    assert left_in(state) == []


def test_killed_and_interrupted_it_ends_like_a_run_of_one_go(first, kept, words, state, tmp_path):
    whole = planned_again(kept, tmp_path / "whole", seeds=3, spare_seeds=0)
    broken = planned_again(kept, tmp_path / "broken", seeds=3, spare_seeds=0)
    straight = confirmed(state, *words, *ROOMY, "--resume", "--keep", whole)
    again = [*words, *ROOMY, "--resume", "--keep", broken]

    killed = started(state, *again)
    wait_for(lambda: endings(broken))
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    wait_for(lambda: not processes_of(broken))

    known = len(endings(broken))
    stopped = started(state, *again)
    wait_for(lambda: len(endings(broken)) > known or stopped.poll() is not None)
    stopped.send_signal(signal.SIGINT)
    interrupted = ended(stopped)
    assert processes_of(broken) == []
    assert interrupted.code == 130
    assert interrupted.json["complete"] is False
    assert "--resume" in interrupted.err

    going_on = started(state, *again)
    [server] = wait_for(lambda: [pid for pid in processes_of(broken) if children_of(pid)])
    os.kill(server, signal.SIGKILL)
    final = ended(going_on)
    assert final.code == straight.code
    assert final.json["complete"] is True

    jobs = [ending["job"] for ending in endings(broken)]
    assert len(jobs) == len(set(jobs))
    assert sum("-final-" in job for job in outcomes(broken)) == 6
    assert outcomes(broken) == outcomes(whole)
    first_seeds = outcomes(kept)
    assert first_seeds == {job: outcomes(whole)[job] for job in first_seeds}
    for method, result in straight.json["results"].items():
        told = final.json["results"][method]
        same = ("score", "interval", "seeds", "dev_score", "learning_rate", "head_rate", "steps")
        assert {name: told[name] for name in same} == {name: result[name] for name in same}


def test_a_method_that_does_not_fit_loses_by_default(first, kept, words, state, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    begun, probe = entries(kept)[:2]
    fields = {"status": "out_of_memory", "message": "you tried to allocate 3145728 bytes"}
    probe["probe"]["methods"]["full_fine_tuning"].update(fields)
    text = f"{json.dumps(begun)}\n{json.dumps(probe)}\n"
    (folder / "journal.jsonl").write_text(text, encoding="utf-8")
    done = confirmed(state, *words, "--resume", "--keep", folder)
    assert done.code == 14
    found = done.json
    assert "measured.prompt_tuning.outcome" not in found["facts"]
    assert found["difference"]["by_default"] is True
    assert "does not fit into the memory" in found["difference"]["sentence"]
    assert found["results"]["full_fine_tuning"]["score"] is None
    assert found["alarms"][0]["id"] == "left_out"
    assert found["results"]["prompt_tuning"]["score"] is not None
