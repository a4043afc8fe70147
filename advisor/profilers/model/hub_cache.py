"""Finds a model in the local cache of the Hugging Face Hub, without any network."""

from __future__ import annotations

import os
import re
from pathlib import Path

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
