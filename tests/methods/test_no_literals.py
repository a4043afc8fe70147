"""Nothing outside of the methods' folders tells methods apart by their names."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from advisor.methods import FULL, SOFT_PROMPT, load_methods
from advisor.support.compiled import package_folder

ROOT = package_folder().parent
FOLDERS = ("advisor", "advisor_portfolio", "advisor_ray")
SOURCES = [
    path
    for name in FOLDERS
    for path in sorted((ROOT / name).rglob("*.py"))
    if package_folder() / "methods" not in path.parents
]
IDS = frozenset(load_methods())


def named(path: Path) -> list[tuple[int, str]]:
    """Lines on which a text is the identifier of a method."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in IDS and isinstance(node.value, str)
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_names_a_method(path):
    assert named(path) == []


def test_a_name_would_be_found(tmp_path):
    (tmp_path / "branch.py").write_text('def f(m):\n    return m == "lora"\n', encoding="utf-8")
    assert named(tmp_path / "branch.py") == [(2, "lora")]


def test_scripts_of_pages_name_only_the_two_sides_which_are_answers_as_well():
    others = IDS - {SOFT_PROMPT, FULL}
    for path in (package_folder() / "report").rglob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert not [id_ for id_ in others if f'"{id_}"' in text or f"'{id_}'" in text], path
