"""What a run has done so far, on disk, so that it can be killed at any moment and go on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, ValidationError

from advisor.microbench.records import Baselines, Ending, FrozenRecord, Probe
from advisor.support import AdvisorError

VERSION = 1


class Entry(FrozenRecord):
    """One line of a journal; exactly one of the contents is there.

    Attributes:
        begun: what the run was asked for, as plain data; the first line.
        sizes: examples of each split that are used, for baselines and trials alike.
        frozen: plan and sealed prediction, as plain data, once they stand.
    """

    begun: dict[str, Any] | None = None
    probe: Probe | None = None
    sizes: tuple[int, int, int] | None = None
    frozen: dict[str, Any] | None = None
    baselines: Baselines | None = None
    ending: Ending | None = None

    # A diverged trial may hold numbers that are none; they have to come back as they were.
    model_config = ConfigDict(ser_json_inf_nan="constants")


class Journal:
    """Appends entries to a file; each one is on the disk before the next step is taken."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.entries = list(_read(path)) if path.exists() else []

    def add(self, entry: Entry) -> None:
        """Append an entry.

        Raises:
            AdvisorError: if the disk is full or read-only; what was written before stays.
        """
        line = entry.model_dump_json(exclude_none=True) + "\n"
        try:
            with self._path.open("a", encoding="utf-8") as stream:
                stream.write(line)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise AdvisorError(
                f"the journal of the micro-benchmark cannot be written: {error.strerror or error}",
                where=str(self._path),
                hint="make room, then go on with --resume; finished trials are kept",
            ) from None
        self.entries.append(entry)

    def damaged(self, error: Exception) -> AdvisorError:
        """What to raise if the content of an entry is not what it should be."""
        return _damaged(self._path, error)

    def endings(self) -> dict[str, Ending]:
        """How each job ended that has, by its identifier."""
        found = (entry.ending for entry in self.entries if entry.ending is not None)
        return {ending.job: ending for ending in found}


def _read(path: Path) -> list[Entry]:
    """All whole entries; a last line that a kill has cut short is dropped from the file."""
    raw = path.read_bytes()
    whole, _, torn = raw.rpartition(b"\n")
    if torn:
        with path.open("r+b") as stream:
            stream.truncate(len(raw) - len(torn))
    try:
        return [Entry.model_validate_json(line) for line in whole.split(b"\n") if line]
    except ValidationError as error:
        raise _damaged(path, error) from None


def _damaged(path: Path, error: Exception) -> AdvisorError:
    return AdvisorError(
        "the journal of the micro-benchmark is damaged or of another version",
        where=f"{path}: {str(error).splitlines()[0]}",
        hint="start anew without --resume",
    )
