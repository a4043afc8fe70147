"""A folder of files with the names of modules, each of which tells that it was run."""

from __future__ import annotations

from pathlib import Path

NAMES = (
    "ctypes", "json", "numpy", "psutil", "pyarrow", "pydantic", "ray", "runpy", "safetensors",
    "sitecustomize", "tokenizers", "torch", "transformers", "types", "typing", "usercustomize",
    "yaml",
)  # fmt: skip


def plant(folder: Path) -> Path:
    """The folder, with a module of every name that leaves a file behind and fails."""
    folder.mkdir()
    for name in NAMES:
        text = f"open({str(folder / name)!r} + '.ran', 'w')\nraise SystemExit('{name} was run')\n"
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return folder


def run_in(folder: Path) -> list[str]:
    """The planted modules that have been run."""
    return sorted(path.stem for path in folder.glob("*.ran"))
