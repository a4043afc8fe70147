"""Hub ids: the local cache, a Hub that answers on 127.0.0.1, and all the ways in which it fails."""

import json
import os
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from model_files import (
    LLAMA_PAIRS,
    LLAMA_TENSORS,
    TINY_LLAMA,
    TINY_LLAMA_PARAMETERS,
    facts,
    gguf_bytes,
    refuse,
    write_config,
)

from advisor.profilers.model import hub

MODEL = "org/tiny.model-1"
CONFIG = json.dumps(TINY_LLAMA)
CARD = "---\nlicense: apache-2.0\n---\n# Tiny\n"


class Hub:
    """A server with scripted answers, by the file asked for."""

    def __init__(self):
        self.answers = {}
        self.asked = []
        self.release = threading.Event()
        script = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                script.asked.append(self.path)
                script.answer(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self.thread.start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, handler):
        status, body, headers = self.answers.get(handler.path.split("/")[-1], (404, "", {}))
        if status == "hang":
            self.release.wait(5)
            return
        handler.send_response(status)
        for key, value in headers.items():
            handler.send_header(key, value)
        handler.end_headers()
        handler.wfile.write(body.encode() if isinstance(body, str) else body)

    def close(self):
        self.release.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def served(monkeypatch, tmp_path):
    server = Hub()
    for variable in ("HF_HUB_OFFLINE", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HF_ENDPOINT", server.address + "/")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("no_proxy", "*")
    yield server
    server.close()


def test_a_model_of_the_hub(served):
    served.answers = {"config.json": (200, CONFIG, {}), "README.md": (200, CARD, {})}
    found = facts(MODEL)
    assert found["name"].value == MODEL
    assert found["parameters"].value == TINY_LLAMA_PARAMETERS
    assert found["licence"].value == "apache-2.0"
    assert found["weights_access"].value == "open"
    assert served.asked == [f"/{MODEL}/resolve/main/{n}" for n in ("config.json", "README.md")]


def test_the_card_is_optional(served):
    served.answers = {"config.json": (200, CONFIG, {})}
    assert "licence" not in facts(MODEL)


def test_redirects_on_the_same_footing_are_followed(served):
    target = {"Location": f"{served.address}/elsewhere/moved.json"}
    served.answers = {"config.json": (307, "", target), "moved.json": (200, CONFIG, {})}
    assert facts(MODEL)["parameters"].value == TINY_LLAMA_PARAMETERS


@pytest.mark.parametrize("location", ["ftp://127.0.0.1/x", "file:///etc/passwd"])
def test_other_redirects_are_not(served, location):
    served.answers = {"config.json": (302, "", {"Location": location})}
    refuse(MODEL, "unsafe address|status 302|cannot be reached")


@pytest.mark.parametrize(
    ("answer", "match"),
    [
        ((404, "", {}), "no such model"),
        ((401, "", {}), "asks for a login"),
        ((403, "", {}), "gated"),
        ((429, "", {}), "refuses more requests"),
        ((503, "", {}), "status 503"),
        ((200, "<!doctype html><html>", {}), "web page"),
        ((200, "\n <html>", {}), "web page"),
        ((200, "", {}), "empty"),
        ((200, '{"model_type": "ll', {}), "not valid JSON"),
        ((200, "[]", {}), "not a JSON object"),
        ((200, " " * (hub.MAX_REPLY_BYTES + 1), {}), "more than a configuration"),
        ((200, b"\xff\xfe", {}), "not valid JSON"),
        ((200, "{", {"Content-Length": "500"}), "cut off"),
    ],
)
def test_failures_are_one_clear_error(served, answer, match):
    served.answers = {"config.json": answer}
    assert refuse(MODEL, match).hint


def test_a_hub_that_hangs(served):
    served.answers = {"config.json": ("hang", "", {})}
    started = time.monotonic()
    refuse(MODEL, "in time|timed out", timeout_s=0.1)
    assert time.monotonic() - started < 2


def test_a_card_that_hangs_costs_only_the_licence(served):
    served.answers = {"config.json": (200, CONFIG, {}), "README.md": ("hang", "", {})}
    assert facts(MODEL, timeout_s=0.5)["parameters"].value == TINY_LLAMA_PARAMETERS


def test_a_refused_connection(monkeypatch, served):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{free.getsockname()[1]}")
        refuse(MODEL, "cannot be reached")


@pytest.mark.parametrize("endpoint", ["file:///etc", "ftp://host", "nonsense", "http://"])
def test_an_endpoint_that_is_none(monkeypatch, served, endpoint):
    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    refuse(MODEL, "HF_ENDPOINT")


def test_something_that_is_not_http(served, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def babble():
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"\0\1\2 not http at all\r\n\r\n")

        thread = threading.Thread(target=babble, daemon=True)
        thread.start()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{listener.getsockname()[1]}")
        refuse(MODEL, "cannot be reached")
        thread.join()


@pytest.mark.parametrize("by_environment", [True, False])
def test_offline_never_touches_the_network(served, monkeypatch, by_environment):
    served.answers = {"config.json": (200, CONFIG, {})}
    if by_environment:
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    error = refuse(MODEL, "local cache", offline=not by_environment)
    assert "model.parameters" in error.hint
    assert "--offline" in error.hint
    assert served.asked == []


def snapshot(tmp_path, revision, model=MODEL):
    repository = tmp_path / "hf" / "hub" / ("models--" + model.replace("/", "--"))
    folder = repository / "snapshots" / revision
    folder.mkdir(parents=True)
    return repository, folder


@pytest.mark.parametrize("offline", [True, False])
def test_the_local_cache_comes_first(served, tmp_path, offline):
    _, folder = snapshot(tmp_path, "a" * 40)
    write_config(folder, TINY_LLAMA)
    (folder / "README.md").write_text(CARD, encoding="utf-8")
    found = facts(MODEL, offline=offline)
    assert (found["name"].value, found["licence"].value) == (MODEL, "apache-2.0")
    assert served.asked == []
    assert facts(folder)["name"].value == MODEL


def test_the_cached_main_branch_is_preferred_to_a_newer_snapshot(served, tmp_path):
    repository, main = snapshot(tmp_path, "a" * 40)
    _, newer = snapshot(tmp_path, "b" * 40)
    write_config(main, TINY_LLAMA)
    write_config(newer, {**TINY_LLAMA, "num_hidden_layers": 9})
    os.utime(main, (1, 1))
    assert facts(MODEL, offline=True)["layer_count"].value == 9
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("a" * 40, encoding="ascii")
    assert facts(MODEL, offline=True)["layer_count"].value == 3


def test_a_cached_snapshot_without_a_model_does_not_count(served, tmp_path):
    _, folder = snapshot(tmp_path, "a" * 40)
    (folder / "README.md").write_text(CARD, encoding="utf-8")
    refuse(MODEL, "local cache", offline=True)


def test_a_snapshot_that_is_only_partly_there_is_told_by_its_configuration(served, tmp_path):
    _, folder = snapshot(tmp_path, "a" * 40)
    write_config(folder, TINY_LLAMA)
    (folder / "model-00001-of-00002.safetensors").write_bytes(b"the second part is missing")
    found = facts(MODEL, offline=True)
    assert found["parameters"].value == TINY_LLAMA_PARAMETERS
    assert found["weights_access"].value == "open"
    refuse(folder, "a file of the model is missing")


def test_a_cached_gguf_keeps_the_hub_id_reachable(served, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hf" / "hub"))
    _, folder = snapshot(tmp_path, "a" * 40)
    (folder / "tiny.gguf").write_bytes(gguf_bytes(LLAMA_PAIRS, LLAMA_TENSORS))
    assert facts(MODEL, offline=True)["architecture"].value == "decoder"
