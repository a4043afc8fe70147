"""Where the facts of a project are to come from, as a command line or a caller names it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DataFiles:
    """The data that a project is trained and evaluated on, as named by the data flags."""

    train: Path | None = None
    evaluation: Path | None = None
    text_columns: tuple[str, ...] = ()
    label_column: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """Where the facts of one project are to come from."""

    facts_files: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    data: DataFiles = field(default_factory=DataFiles)
    gpu: str | None = None
    gpus: int = 1
    offline: bool = False
    detect: bool = True


def lies_on_disk(spec: str) -> bool:
    """Whether the text names a file or folder; one too long for any is no reason to fail."""
    try:
        return bool(spec) and Path(spec).exists()
    except (OSError, ValueError):
        return False
