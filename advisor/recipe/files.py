"""The Python files of a project: copied as they are, chosen by route, family and target."""

from __future__ import annotations

from typing import NamedTuple

from advisor.recipe.choosing import Choice
from advisor.support.compiled import package_folder


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
    "batches",
    "scoring",
    "evaluation",
)
# It needs nothing of the package, so that projects and micro-benchmarks write alike.
_GREEDY = "../../microbench/worker/greedy"
_FAMILIES = {
    "soft_prompts": "soft_prompts",
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
    return _read({**first, **_serving(), **_modules(choice)})


def _serving() -> dict[str, str]:
    return {f"{name}.py": f"serving/{name}" for name in ("evaluate", "serve", "artefact")}


def _modules(choice: Choice) -> dict[str, str]:
    names = {
        "method.py": f"families/{_FAMILIES[choice.method.family]}",
        "task.py": f"routes/{choice.route}",
        "prompts.py": "common/prompts",
    }
    if choice.route == "text" or choice.method.family == "soft_prompts":
        names["writing.py"] = "common/writing"
        names["greedy.py"] = _GREEDY
    return {**names, **{f"{name}.py": f"common/{name}" for name in _COMMON}}


def _read(names: dict[str, str]) -> dict[str, PythonFile]:
    folder = package_folder() / "recipe" / "templates"
    found = {}
    for name, source in names.items():
        text = (folder / f"{source}.py").read_text(encoding="utf-8")
        purpose = text.removeprefix('"""').split("\n", 1)[0].removesuffix('"""')
        found[name] = PythonFile(text, purpose)
    return found
