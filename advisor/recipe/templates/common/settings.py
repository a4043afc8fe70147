"""The settings of config.yaml, with what the command line changes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import yaml
from checking import require_sound

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
    settings = _read(FOLDER / "config.yaml")
    for change in arguments.set:
        _change(settings, change)
    settings = _grouped(settings)
    _require_filled(settings)
    require_sound(settings)
    return settings, arguments


class Group(dict):
    """Settings by name; one that is asked for and missing ends in a message."""

    def __missing__(self, name: str) -> Any:
        """Stop: somebody has taken the setting out."""
        raise SystemExit(f"config.yaml: the setting {name!r} is missing")


def _read(file: Path) -> dict:
    try:
        settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise SystemExit(f"{file}: cannot be read: {error}") from None
    if not isinstance(settings, dict):
        raise SystemExit(f"{file}: holds no settings")
    return settings


def _grouped(settings: dict) -> Group:
    groups = {k: _grouped(v) if isinstance(v, dict) else v for k, v in settings.items()}
    return Group(groups)


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
    try:
        place[name] = yaml.safe_load(value)
    except yaml.YAMLError:
        raise SystemExit(f"--set {change}: the value is no YAML; quote a text") from None


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
