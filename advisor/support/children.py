"""The command line of a Python process of the program's own, apart from the current folder."""

from __future__ import annotations

import sys
from pathlib import Path

from advisor.support.compiled import package_folder

_START = """\
import runpy, sys
handed = {path}
sys.path[:] = handed + [entry for entry in sys.path if entry not in handed]
runpy.{run}, run_name="__main__")
"""


def isolated(program: str | Path, *arguments: str) -> list[str]:
    """The command line that runs ``program`` where nothing of the current folder is imported.

    With ``python -m`` the folder in which the user stands comes before Python's own library, so
    that a ``types.py`` or ``tokenizers.py`` of anybody there would be run. The process has the
    import path of this one without that folder instead; of the environment it heeds no setting of
    Python.

    Args:
        program: a module by its name, or a script by its path.
        arguments: what it finds in ``sys.argv`` after its own name.
    """
    named = ascii(str(program))
    run = (
        f"run_path({named}" if isinstance(program, Path) else f"run_module({named}, alter_sys=True"
    )
    return [sys.executable, "-I", "-c", _START.format(path=ascii(_path()), run=run), *arguments]


def _path() -> list[str]:
    """This process's import path without the current folder, unless this package lies there."""
    home, here = package_folder().parent, Path()
    folders = [Path(entry) for entry in sys.path if isinstance(entry, str)]
    kept = [
        folder
        for folder in folders
        if folder.is_absolute() and (_same(folder, home) or not _same(folder, here))
    ]
    found = any(_same(folder, home) for folder in kept)
    return list(map(str, kept if found else [*kept, home]))


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # one of them does not exist
        return False
