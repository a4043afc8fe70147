"""Write a folder of files: complete or not at all, and never over anything."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from advisor.support.errors import AdvisorError


def require_free(folder: Path) -> None:
    """Raise AdvisorError unless the folder is missing or empty, and its parent is there."""
    try:
        taken = folder.is_symlink() or (
            folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
        )
        missing = not folder.absolute().parent.is_dir()
    except (OSError, ValueError) as error:
        raise _refused(folder, str(error)) from None
    if taken:
        raise AdvisorError(
            "there is something already, and nothing is overwritten",
            where=f"-o {folder}",
            hint="name a new or an empty folder",
        )
    if missing:
        raise AdvisorError(
            "the folder that it goes into does not exist", where=f"-o {folder}", hint="make it"
        )


def write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files into the folder, through one beside it.

    Raises:
        AdvisorError: if the disk refuses, or somebody was faster; nothing is left behind then.
    """
    target = folder.absolute()
    temporary = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        temporary.mkdir()
        for name, text in files.items():
            (temporary / name).write_text(text, encoding="utf-8")
        # An empty folder is replaced by this, one that has been filled meanwhile is not.
        temporary.replace(target)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        raise _refused(folder, error.strerror or str(error)) from None
    except BaseException:  # an interruption, too, must leave nothing behind
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _refused(folder: Path, reason: str) -> AdvisorError:
    return AdvisorError(
        f"the project cannot be written: {reason}",
        where=f"-o {folder}",
        hint="name a new folder in an existing, writable one",
    )
