"""Run the files of a project in forked processes, which spares the imports of each."""

from __future__ import annotations

import contextlib
import os
import runpy
import sys
import traceback
import warnings
from pathlib import Path

import torch
import transformers

torch.set_num_threads(1)
# Weights whose format changes are read by threads of the library, which a fork may not bear.
os.environ["HF_DEACTIVATE_ASYNC_LOAD"] = "1"
transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()


def forked_file(folder: Path, name: str, *words: str, stdin: str = "", code: int = 0) -> str:
    """Run a file of a project in its folder; what it prints, or its error with another code."""
    return forked(folder, lambda: run_main(name, words), stdin=stdin, code=code)


def run_main(name: str, words: tuple[str, ...]) -> None:
    """Run the file as its user does."""
    sys.argv = [name, *words]
    runpy.run_path(name, run_name="__main__")


def forked(folder: Path, work, *, stdin: str = "", code: int = 0) -> str:
    """Do ``work`` in a process of its own, inside the folder; its modules are importable there."""
    texts = [folder.parent / f"{folder.name}.{end}" for end in ("in", "out", "err")]
    texts[0].write_text(stdin, encoding="utf-8")
    with warnings.catch_warnings():
        # Some libraries keep threads of their own, which the child does without.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        _in_the_child(folder, work, texts)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    out, err = (path.read_text(encoding="utf-8") for path in texts[1:])
    assert status == code, f"{status}\n{out[-500:]}\n{err[-3000:]}"
    return err if code else out


def _in_the_child(folder: Path, work, texts: list[Path]) -> None:
    status = 1
    try:
        for number, (path, mode) in enumerate(zip(texts, ("r", "w", "w"), strict=True)):
            with path.open(mode) as file:
                os.dup2(file.fileno(), number)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        out = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        err = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        os.chdir(folder)
        sys.path.insert(0, str(folder))
        # Other tests have imported modules of the same names, such as that of the benchmarks' data.
        for file in folder.glob("*.py"):
            sys.modules.pop(file.stem, None)
        for name in [name for name in sys.modules if name.split(".")[0] == "tuning"]:
            del sys.modules[name]
        sys.dont_write_bytecode = True
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            warnings.simplefilter("ignore")
            try:
                work()
                status = 0
            except SystemExit as stop:
                status = stop.code if isinstance(stop.code, int) else int(bool(stop.code))
                err.write(str(stop.code))
            except BaseException:  # noqa: BLE001 - shown to the test
                err.write(traceback.format_exc())
            out.flush()
            err.flush()
    finally:
        os._exit(status)
