"""Where a run keeps its journal until it has ended."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from pydantic_core import PydanticSerializationError

from advisor.microbench import VERSION, Bench, Entry, Journal
from advisor.support import AdvisorError

_JOURNAL = "journal.jsonl"
_BENCH = "bench.json"
_LOCK = "lock"


class RunFolder:
    """The folder of one run; it is removed when the run has ended, unless it is to be kept.

    Only one process at a time can hold it.

    Attributes:
        path: the folder.
        journal: what has been done so far.
        go_on: how a person goes on with the run if it is stopped; empty if nobody can.
    """

    def __init__(
        self, path: Path, journal: Journal, lock: BinaryIO, *, keep: bool, resumable: bool = True
    ) -> None:
        self.path = path
        self.journal = journal
        self.go_on = "the same command with --resume goes on" if resumable else ""
        self._lock = lock
        self._keep = keep

    @property
    def bench_file(self) -> Path:
        """Where the examples and settings lie for the processes of the trials."""
        return self.path / _BENCH

    def write_bench(self, bench: Bench) -> None:
        """Put the bench where the processes of the trials read it.

        Raises:
            AdvisorError: if the disk refuses.
        """
        try:
            self.bench_file.write_text(bench.model_dump_json(), encoding="utf-8")
        except OSError as error:
            raise _refused(self.bench_file, error) from None
        except PydanticSerializationError as error:
            # So pydantic passes on a Ctrl-C that comes while it works.
            if KeyboardInterrupt.__name__ in str(error):
                raise KeyboardInterrupt from None
            raise

    def leave(self) -> None:
        """Let another process go on with the run; where none can, remove it."""
        if self.go_on:
            _unlock(self.path, self._lock)
        else:
            self.done()

    def done(self) -> None:
        """Remove the folder; whatever was found stands in the report."""
        if self._keep:
            _unlock(self.path, self._lock)
            return
        # Until all is gone nobody else may begin here: it would lose what it writes.
        with contextlib.suppress(OSError):
            _clear(self.path)
        _unlock(self.path, self._lock)
        with contextlib.suppress(OSError):
            self.path.rmdir()

    def failed(self) -> None:
        """Remove the folder unless something has been measured, which a resumed run can use."""
        if len(self.journal.entries) > 1:
            self.leave()
        else:
            self.done()


def open_folder(
    asked: Mapping[str, Any], *, resume: bool, keep: Path | None, resumable: bool = True
) -> RunFolder:
    """The folder for what is asked: a fresh one, or that of an interrupted run.

    Args:
        asked: all that decides the run, as plain data; a resumed run must have been asked for the
            same.
        resume: whether to go on with an interrupted run.
        keep: a folder of the user's, which is kept; None for one under the state folder.
        resumable: whether a later process can ask for the same; else nobody else has the folder.

    Raises:
        AdvisorError: if there is nothing to resume, it was another run, finished trials would be
            lost, or the disk refuses.
    """
    # As one text in ASCII, since names of files need not be text that the journal could hold.
    begun = {"version": VERSION, "asked": json.dumps(asked, sort_keys=True)}
    if not resumable:
        begun["process"] = str(os.getpid())
    path = keep or _state() / hashlib.sha256(str(begun).encode()).hexdigest()[:16]
    try:
        if resume:
            return _resumed(path, begun, keep=keep is not None)
        if keep is not None and keep.exists() and any(keep.iterdir()):
            raise AdvisorError(
                "the folder for the run is not empty",
                where=f"--keep {keep}",
                hint="name a new one, or go on with --resume",
            )
        return _fresh(path, begun, keep=keep is not None, resumable=resumable)
    except OSError as error:
        raise _refused(path, error) from None


def _fresh(path: Path, begun: dict[str, Any], *, keep: bool, resumable: bool) -> RunFolder:
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = _locked(path)
    try:
        _require_no_trials(path)
        _clear(path)
        journal = Journal(path / _JOURNAL)
        journal.add(Entry(begun=begun))
    except BaseException:
        _unlock(path, lock)
        raise
    return RunFolder(path, journal, lock, keep=keep, resumable=resumable)


def _require_no_trials(path: Path) -> None:
    """Refuse to start anew where a run was interrupted that has cost something."""
    try:
        finished = len(Journal(path / _JOURNAL).endings())
    except AdvisorError:
        return  # a damaged journal is of no use to --resume either
    if finished:
        trials = "1 finished trial" if finished == 1 else f"{finished} finished trials"
        raise AdvisorError(
            f"there is an interrupted run of this model, data and options, with {trials}",
            where=str(path),
            hint="go on with --resume, or remove that folder to start anew",
        )


def _clear(path: Path) -> None:
    """Remove what a run has left in its folder, but for the lock."""
    for old in path.iterdir():
        if old.name != _LOCK:
            old.unlink()


def _resumed(path: Path, begun: Mapping[str, Any], *, keep: bool) -> RunFolder:
    file = path / _JOURNAL
    if not file.is_file():
        raise AdvisorError(
            "there is no interrupted run of this model, data and options to go on with",
            where=str(path),
            hint="start it without --resume; every option must be as it was",
        )
    lock = _locked(path)
    try:
        return RunFolder(path, _same_run(file, begun), lock, keep=keep)
    except BaseException:
        _unlock(path, lock)
        raise


def _same_run(file: Path, begun: Mapping[str, Any]) -> Journal:
    """The journal, if it is of what is asked now."""
    journal = Journal(file)
    if not journal.entries or journal.entries[0].begun != dict(begun):
        raise AdvisorError(
            "the interrupted run was asked for something else, or its files have changed since",
            where=str(file),
            hint="start anew without --resume, or give the options as they were",
        )
    return journal


def _locked(path: Path) -> BinaryIO:
    """The lock of a folder; it falls with the process, however that ends.

    Raises:
        AdvisorError: if another process has it.
    """
    lock = (path / _LOCK).open("ab")
    # Not every system has this module; there a second run of the same must not be started.
    with contextlib.suppress(ImportError):
        import fcntl

        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Who held it may have removed it meanwhile, and a third process made another.
            held = os.path.samestat(os.fstat(lock.fileno()), (path / _LOCK).stat())
        except (BlockingIOError, FileNotFoundError):
            held = False
        if not held:
            lock.close()
            raise AdvisorError(
                "the same run is going on in another process",
                where=str(path),
                hint="wait for it, or change an option such as --seed",
            ) from None
    return lock


def _unlock(path: Path, lock: BinaryIO) -> None:
    with contextlib.suppress(OSError):
        (path / _LOCK).unlink()
    lock.close()


def fingerprint_of(path: Path) -> dict[str, Any]:
    """What tells whether a file, or the files of a folder, are as they were."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    seen = [(file.name, file.stat()) for file in files if file.is_file()]
    return {"path": str(path.resolve()), "files": [[n, s.st_size, s.st_mtime_ns] for n, s in seen]}


def _refused(path: Path, error: OSError) -> AdvisorError:
    return AdvisorError(
        f"the folder for the run cannot be used: {error.strerror or error}",
        where=str(path),
        hint="make room, or name another with --keep DIR",
    )


def _state() -> Path:
    root = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(root) / "tuning-advisor" / "confirm"
