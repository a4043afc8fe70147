"""Where the weights of a Hub id are taken from, without the Hub."""

from __future__ import annotations

import json
import shutil

import huggingface_hub
import pytest

from advisor.confirmation.bench import weights_of
from advisor.support.errors import AdvisorError, ExitCode

MODEL = "org/tiny"
PARTS = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")


@pytest.fixture
def snapshot(tmp_path, monkeypatch, tiny_encoder):
    """A cached model in two files."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    folder = tmp_path / "models--org--tiny" / "snapshots" / ("a" * 40)
    shutil.copytree(tiny_encoder, folder)
    (folder / "model.safetensors").rename(folder / PARTS[0])
    shutil.copy(folder / PARTS[0], folder / PARTS[1])
    index = {"metadata": {}, "weight_map": {"a": PARTS[0], "b": PARTS[1]}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    return folder


@pytest.fixture
def fetched(snapshot, tmp_path, monkeypatch):
    """The ids that were asked for; the Hub then gives what the cached model lacks."""
    asked, whole = [], shutil.copytree(snapshot, tmp_path / "whole")

    def fetch(model_id, **_):
        asked.append(model_id)
        return str(shutil.copytree(whole, snapshot, dirs_exist_ok=True))

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetch)
    return asked


def test_a_whole_model_of_the_cache_is_not_fetched_again(snapshot, fetched):
    assert weights_of(MODEL, download=True) == snapshot
    assert fetched == []


@pytest.mark.parametrize("missing", [PARTS[1], "tokenizer*"])
def test_what_is_missing_of_a_cached_model_is_fetched(snapshot, fetched, missing):
    for file in snapshot.glob(missing):
        file.unlink()
    with pytest.raises(AdvisorError, match="not all, on this machine") as caught:
        weights_of(MODEL, download=False)
    assert "--download" in caught.value.hint
    assert fetched == []
    assert weights_of(MODEL, download=True) == snapshot
    assert fetched == [MODEL]


def test_a_hub_that_still_lacks_a_part(snapshot, monkeypatch):
    (snapshot / PARTS[1]).unlink()
    monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda *_, **__: str(snapshot))
    with pytest.raises(AdvisorError, match=PARTS[1]):
        weights_of(MODEL, download=True)


def test_a_hub_that_cannot_be_reached(snapshot, monkeypatch):
    (snapshot / PARTS[1]).unlink()

    def refuse(*_, **__):
        raise TimeoutError

    monkeypatch.setattr(huggingface_hub, "snapshot_download", refuse)
    with pytest.raises(AdvisorError, match="cannot be fetched: TimeoutError") as caught:
        weights_of(MODEL, download=True)
    assert caught.value.exit_code is ExitCode.MICROBENCH_FAILED


def test_a_cached_model_with_an_adapter_beside_it_is_refused(snapshot, fetched):
    (snapshot / "adapter_config.json").write_text("{}")
    with pytest.raises(AdvisorError, match="an adapter lies beside the model"):
        weights_of(MODEL, download=True)
