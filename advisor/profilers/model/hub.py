"""A model's config.json and card: from the Hub's cache on disk, or fetched, small and bounded."""

from __future__ import annotations

import http.client
import os
import re
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlsplit

from advisor.support import AdvisorError, excerpt

MAX_REPLY_BYTES = 1024 * 1024
"""Largest file fetched; a config.json has a few kilobytes."""

_CHUNK = 64 * 1024
_ELSEWHERE = (
    "no such folder is on disk either; pass a local folder or config.json, or state "
    "model.parameters yourself; --offline keeps the program off the network"
)
_STATUS = {
    401: "the Hub asks for a login, or has no such model",
    403: "the model is gated: its owner wants terms accepted first",
    404: "the Hub has no such model, or the model has no config.json",
    429: "the Hub refuses more requests for now",
}


@dataclass(frozen=True, slots=True)
class HubFiles:
    """What was fetched of a model.

    Attributes:
        config: the text of its config.json.
        card: the text of its README.md, empty if that could not be had.
    """

    config: str
    card: str


class _SameSafety(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but never from https to something else."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        before, after = urlsplit(req.full_url).scheme, urlsplit(newurl).scheme
        if after not in ("https", before):
            fp.close()
            raise urllib.error.URLError("a redirect leads to an unsafe address")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch_model(model_id: str, *, timeout_s: float) -> HubFiles:
    """Fetch the config.json and, if it comes in time, the card of a Hub id.

    Args:
        model_id: owner and name, such as `org/name`.
        timeout_s: seconds for both files together, name resolution included.

    Raises:
        AdvisorError: on any failure to get the config.json.
    """
    base = f"{_endpoint()}/{quote(model_id)}/resolve/main"
    deadline = time.monotonic() + timeout_s
    config = _fetch(f"{base}/config.json", deadline)
    try:
        card = _fetch(f"{base}/README.md", deadline)
    except AdvisorError:
        card = ""
    return HubFiles(config, card)


def _endpoint() -> str:
    endpoint = os.environ.get("HF_ENDPOINT") or "https://huggingface.co"
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise AdvisorError(
            "HF_ENDPOINT is not the address of a Hub",
            where=f"HF_ENDPOINT={excerpt(endpoint)}",
            hint="unset it, or write https://host",
        )
    return endpoint.rstrip("/")


def _fetch(url: str, deadline: float) -> str:
    """The text at `url`; a thread, because no timeout of urllib covers name resolution."""
    outcome: list[str | AdvisorError] = []

    def work() -> None:
        try:
            outcome.append(_download(url, deadline))
        except AdvisorError as error:
            outcome.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(max(0.0, deadline - time.monotonic()))
    if not outcome:
        raise _failure("the Hub did not answer in time", url)
    if isinstance(outcome[0], AdvisorError):
        raise outcome[0]
    return outcome[0]


def _download(url: str, deadline: float) -> str:
    opener = urllib.request.build_opener(_SameSafety)
    left = max(0.01, deadline - time.monotonic())
    try:
        with opener.open(url, timeout=left) as answer:
            return _body(answer, url, deadline)
    except urllib.error.HTTPError as error:
        reason = _STATUS.get(error.code, f"the Hub answered with status {error.code}")
        error.close()
        raise _failure(reason, url) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        cause = error.reason if isinstance(error, urllib.error.URLError) else error
        raise _failure(f"the Hub cannot be reached: {excerpt(str(cause))}", url) from None


def _body(answer: http.client.HTTPResponse, url: str, deadline: float) -> str:
    parts, size = [], 0
    while chunk := answer.read1(_CHUNK):
        size += len(chunk)
        if size > MAX_REPLY_BYTES:
            raise _failure("the Hub sent more than a configuration can hold", url)
        if time.monotonic() > deadline:
            raise _failure("the Hub did not answer in time", url)
        parts.append(chunk)
    stated = answer.headers.get("Content-Length", "")
    if stated.isdecimal() and stated != str(size):
        raise _failure("the Hub's answer was cut off", url)
    text = b"".join(parts).decode("utf-8", errors="replace")
    if text.lstrip()[:1] == "<":
        raise _failure("a web page came back in place of the file", url)
    return text


def _failure(reason: str, url: str) -> AdvisorError:
    return AdvisorError(reason, where=excerpt(url, 200), hint=_ELSEWHERE)


_REVISION = re.compile(r"[0-9a-f]{40}\Z")
_TRUE = frozenset({"1", "ON", "YES", "TRUE"})


def offline_by_environment() -> bool:
    """Whether HF_HUB_OFFLINE forbids the network."""
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in _TRUE


def cached_folder(model_id: str) -> Path | None:
    """The cached snapshot of a Hub id that has a configuration or weights, or None.

    The snapshot of the branch `main` is preferred, then the newest.
    """
    repository = _cache() / ("models--" + model_id.replace("/", "--"))
    snapshots = repository / "snapshots"
    try:
        folders = sorted(
            (path for path in snapshots.iterdir() if path.is_dir()),
            key=lambda path: (path.name == _main(repository), path.stat().st_mtime, path.name),
            reverse=True,
        )
    except OSError:
        return None
    return next((folder for folder in folders if _holds_model(folder)), None)


def _holds_model(folder: Path) -> bool:
    patterns = ("config.json", "*.safetensors", "*.gguf")
    return any(path.exists() for pattern in patterns for path in folder.glob(pattern))


def _main(repository: Path) -> str:
    try:
        text = (repository / "refs" / "main").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return text.strip() if _REVISION.match(text.strip()) else ""


def _cache() -> Path:
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if os.environ.get(variable):
            return Path(os.environ[variable]).expanduser()
    if os.environ.get("HF_HOME"):
        return Path(os.environ["HF_HOME"]).expanduser() / "hub"
    general = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(general).expanduser() / "huggingface" / "hub"
