"""The files of a project: which ones, and written complete or not at all, never over anything."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from advisor.methods import row_of
from advisor.recipe.choosing import Choice
from advisor.support import AdvisorError, package_folder


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
            file = temporary / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
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


class PythonFile(NamedTuple):
    """The text of a file, and its first docstring line, for the README."""

    text: str
    purpose: str


_COMMON = (
    "settings",
    "checking",
    "data",
    "cells",
    "rows",
    "models",
    "evaluation",
)
# How a file of a project, or one in its tuning/, names a module of advisor/tuning/.
_USED = re.compile(r"^from (?:tuning)?\.(\w+) import ", re.MULTILINE)
_FAMILIES = {
    "soft_prompts": "adapters",
    "adapters": "adapters",
    "full": "full",
    "prompting": "few_shot",
}


def python_files(choice: Choice, target: str) -> dict[str, PythonFile]:
    """The files by name: those that are run first, then what they import."""
    loop = "trl" if target == "trl" else "training"
    first = {
        "train.py": "training/train",
        "trainer.py": f"{loop}/trainer",
        "best.py": "training/best",
    }
    if not choice.method.trained:
        first = {"choose.py": "few_shot/choose"}
    files = _read({**first, **_serving(), **_modules(choice)})
    return files | _tuning(files)


def _serving() -> dict[str, str]:
    return {f"{name}.py": f"serving/{name}" for name in ("evaluate", "serve", "artefact")}


def _modules(choice: Choice) -> dict[str, str]:
    family = row_of(_FAMILIES, choice.method.family, "advisor/recipe/folder.py, _FAMILIES")
    names = {
        "method.py": f"families/{family}",
        "adapter.py": f"../../methods/{choice.method.id}/adapter",
        "task.py": f"routes/{choice.route}",
        "prompts.py": "common/prompts",
    }
    return {**names, **{f"{name}.py": f"common/{name}" for name in _COMMON}}


def _tuning(files: Mapping[str, PythonFile]) -> dict[str, PythonFile]:
    """The modules of advisor/tuning/ that the files use, and what these use themselves."""
    found = dict.fromkeys(["tuning/__init__.py"])
    names = [name for file in files.values() for name in _USED.findall(file.text)]
    while names:
        name = f"tuning/{names.pop()}.py"
        if name not in found:
            found[name] = None
            text = (package_folder() / name).read_text(encoding="utf-8")
            names += _USED.findall(text)
    return _read({name: f"../../{name.removesuffix('.py')}" for name in sorted(found)})


def _read(names: Mapping[str, str]) -> dict[str, PythonFile]:
    folder = package_folder() / "recipe" / "templates"
    found = {}
    for name, source in names.items():
        text = (folder / f"{source}.py").read_text(encoding="utf-8")
        purpose = text.removeprefix('"""').split("\n", 1)[0].removesuffix('"""')
        found[name] = PythonFile(text, purpose)
    return found
