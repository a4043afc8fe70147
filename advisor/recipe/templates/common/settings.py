"""The settings of config.yaml, with what the command line changes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent
FILL_IN = "FILL_IN"


def command_line(description: str, *, flags: dict[str, str] | None = None) -> tuple[dict, Any]:
    """The settings, and the flags of the command line by name."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE",
        help="change a setting of config.yaml, such as train.learning_rate=0.001",
    )  # fmt: skip
    for name, told in (flags or {}).items():
        parser.add_argument(f"--{name}", action="store_true", help=told)
    arguments = parser.parse_args()
    settings = yaml.safe_load((FOLDER / "config.yaml").read_text(encoding="utf-8"))
    for change in arguments.set:
        _change(settings, change)
    _require_filled(settings)
    return settings, arguments


def path_of(value: str) -> Path:
    """A file of the settings; a relative one is looked up from this folder."""
    return FOLDER / value


def model_of(settings: dict) -> str:
    """The base model: a folder, or a name on the Hub."""
    folder = path_of(settings["model"])
    return str(folder) if folder.is_dir() else settings["model"]


def _change(settings: dict, change: str) -> None:
    key, sign, value = change.partition("=")
    *groups, name = key.split(".")
    place: Any = settings
    for group in groups:
        place = place.get(group) if isinstance(place, dict) else None
    if not sign or not isinstance(place, dict) or name not in place:
        raise SystemExit(f"--set {change}: config.yaml has no setting {key!r}")
    place[name] = yaml.safe_load(value)


def _require_filled(settings: Any, key: str = "") -> None:
    if settings == FILL_IN:
        raise SystemExit(
            f"config.yaml: {key} is still {FILL_IN}. Write it there, or --set {key}=..."
        )
    items = settings.items() if isinstance(settings, dict) else ()
    for name, value in items:
        _require_filled(value, f"{key}.{name}" if key else str(name))
    if isinstance(settings, list) and FILL_IN in settings:
        _require_filled(FILL_IN, key)
