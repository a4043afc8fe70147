"""Facts about what packages export, and that a public name has one home."""

from __future__ import annotations

import ast
import importlib
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("advisor", "advisor_portfolio", "advisor_ray")
FACELESS = {"cli", "methods", "tuning"}  # docs/decisions/0034-package-faces.md
FACES = sorted(path.parent.name for path in (ROOT / "advisor").glob("*/__init__.pyi"))
# `advisor` has the functions of its API under their own names.
API = "advisor/api.py"
# Each writes the same names on purpose: files of projects, and one module a method.
ALIKE = ("recipe/templates/", "advisor/methods/")
MAIN = "main"


def modules() -> list[Path]:
    return [path for program in PROGRAMS for path in sorted((ROOT / program).rglob("*.py"))]


def exported(package: str) -> dict[str, str]:
    """The names that a package exports, each with its module."""
    stub = ast.parse((ROOT / "advisor" / package / "__init__.pyi").read_text(encoding="utf-8"))
    return {
        alias.name: node.module or ""
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def documented(package: str) -> str:
    """What the package itself says that other programs may use."""
    return importlib.import_module(f"advisor.{package}").__doc__ or ""


def public_names(path: Path) -> list[str]:
    """The public names that a module binds at its top level, imports left out."""
    names: list[str] = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names.extend(each.id for each in node.targets if isinstance(each, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.append(node.target.id)
    return [name for name in names if not name.startswith("_")]


def test_every_package_has_a_face_but_for_three():
    packages = {path.parent.name for path in (ROOT / "advisor").glob("*/__init__.py")}
    assert packages - set(FACES) == FACELESS


@pytest.mark.parametrize("package", FACES)
def test_what_a_package_exports_is_there_and_is_no_module(package):
    face = importlib.import_module(f"advisor.{package}")
    inside = (ROOT / "advisor" / package).iterdir()
    below = {path.stem for path in inside if path.is_dir() or path.suffix == ".py"}
    names = exported(package)
    assert sorted(face.__all__) == sorted(names)
    assert not below & set(names)
    assert [name for name in names if getattr(face, name, face) is face] == []


def test_each_exported_name_is_used_by_another_package_or_described():
    used = defaultdict(set)
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                used[node.module].update(alias.name for alias in node.names)
    unused = {
        f"advisor.{package}.{name}"
        for package in FACES
        for name in exported(package)
        if name not in used[f"advisor.{package}"] and f"`{name}" not in documented(package)
    }
    assert unused == set()


def test_a_public_name_has_one_home():
    homes = defaultdict(set)
    for path in modules():
        place = path.relative_to(ROOT).as_posix()
        if place == API or any(alike in place for alike in ALIKE):
            continue
        for name in public_names(path):
            homes[name].add(place)
    assert {
        name: places for name, places in homes.items() if len(places) > 1 and name != MAIN
    } == {}
