"""Models and data that mean harm, and two runs in one folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from confirming import confirmed, left_in


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


def with_own_code(folder):
    """Let a model ask for code of its own to be run; the file that would tell that it ran."""
    ran = folder.parent / "ran"
    (folder / "own.py").write_text(f"open({str(ran)!r}, 'w')\n", encoding="utf-8")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["auto_map"] = {"AutoModel": "own.Own", "AutoConfig": "own.Own"}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return ran


def test_nothing_hostile_is_run_or_printed_raw(tiny_encoder, review_file, state, tmp_path):
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
    ran = with_own_code(model)
    done = confirmed(state, "--model", model, "--data", path, "--budget", "10s")
    assert done.code in (0, 13, 14), done.err
    assert not set("\x1b\x07\x00") & set(done.out + done.err)
    assert not ran.exists()
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
