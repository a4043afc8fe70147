"""Runs that the disk, the model or the data make hard: nothing is lost, run or printed raw."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from confirming import confirmed, left_in

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


def test_a_report_that_cannot_be_written_is_not_lost(tiny_encoder, review_file, state, tmp_path):
    words = ["--model", tiny_encoder, "--data", review_file, "--budget", "2s"]
    done = confirmed(state, *words, "-o", "/dev/full", "--format", "json")
    assert done.code == 2
    assert "No space left" in done.err
    assert "--resume" in done.err
    assert left_in(state)
    again = confirmed(state, *words, "--resume", "-o", tmp_path / "run.json")
    assert again.code in (0, 13, 14)
    assert "measuring" not in again.err
    assert "agreement" in json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert left_in(state) == []


def test_code_of_a_model_never_runs_and_pickled_weights_are_not_read(
    tiny_encoder, review_file, state, tmp_path
):
    folder = shutil.copytree(tiny_encoder, tmp_path / "model")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    ran = tmp_path / "ran"
    (folder / "own.py").write_text(f"open({str(ran)!r}, 'w')\n", encoding="utf-8")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["auto_map"] = {"AutoModel": "own.Own", "AutoConfig": "own.Own"}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    done = confirmed(state, "--model", folder, "--data", review_file)
    assert done.code == 2
    assert done.out == ""
    assert "pickled weights are not read" in done.err
    assert not ran.exists()
    assert left_in(state) == []


def test_text_of_the_data_never_reaches_the_terminal_raw(
    tiny_encoder, review_file, state, tmp_path
):
    """Labels, columns, texts and names of files with escapes; one text is longer than the model."""
    evil = "\x1b[31m\x07\x00"
    rows = [json.loads(line) for line in review_file.read_text(encoding="utf-8").splitlines()]
    rows[0]["text"] = " ".join([rows[0]["text"]] * 40)
    path = tmp_path / "da \x1b[31mtä.jsonl"
    with path.open("w", encoding="utf-8") as stream:
        for row in rows:
            changed = {f"text{evil}": row["text"] + evil, f"label{evil}": row["label"] + evil}
            stream.write(json.dumps(changed) + "\n")
    model = shutil.copytree(tiny_encoder, tmp_path / "mö \x1b[31mdel")
    done = confirmed(state, "--model", model, "--data", path, "--budget", "10s")
    assert done.code in (0, 13, 14), done.err
    assert not set("\x1b\x07\x00") & set(done.out + done.err)
    assert "Inputs were cut to 44 tokens" in " ".join(done.out.split())
    assert left_in(state) == []


def test_two_of_the_same_run_do_not_share_a_folder(tmp_path, monkeypatch):
    from advisor.confirmation.folder import open_folder
    from advisor.support.errors import AdvisorError

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    folder = open_folder({"seed": 0}, resume=False, keep=None)
    for resume in (False, True):
        with pytest.raises(AdvisorError, match="going on in another process"):
            open_folder({"seed": 0}, resume=resume, keep=None)
    folder.leave()
    resumed = open_folder({"seed": 0}, resume=True, keep=None)
    assert resumed.journal.entries == folder.journal.entries
    resumed.done()
    assert list(Path(tmp_path).rglob("journal*")) == []
