"""Facts about the wheel: it is complete, and what it installs needs nothing of the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from importlib.metadata import distribution, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"advisor", "advisor_portfolio", "advisor_ray"}
PLAN = {
    "model.parameters": 8_030_000_000,
    "model.architecture": "decoder",
    "task.type": "classification",
    "data.train_examples": 5000,
    "data.label_count": 4,
    "data.median_tokens": 120,
    "data.p95_tokens": 400,
    "hardware.accelerator": "cuda",
    "hardware.accelerator_name": "RTX 4090",
    "hardware.accelerator_memory_gib": 23.5,
    "hardware.accelerator_count": 1,
    "hardware.disk_free_gib": 500,
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from the checkout with the build tools at hand."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
        timeout=300,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel):
    """The paths of the files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """An environment that holds the wheel and the declared run-time dependencies, and no more.

    The dependencies are linked in from here, so that no index is asked for them.
    """
    home = tmp_path_factory.mktemp("env")
    venv.create(home, with_pip=False, symlinks=True)
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(home)}))
    subprocess.run(
        [
            sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check",
            "--python", home / "bin" / "python", "install", "--no-deps", "--no-index", wheel,
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )  # fmt: skip
    for name in declared("tuning-advisor"):
        for path in distribution(name).files or ():
            top = path.parts[0]
            source = Path(str(distribution(name).locate_file(top)))
            if top not in ("..", "__pycache__") and not (site / top).exists():
                (site / top).symlink_to(source.resolve())
    return home


def declared(name: str, found: set[str] | None = None) -> set[str]:
    """The distributions that ``name`` needs without extras, and what these need."""
    found = set() if found is None else found
    for text in requires(name) or ():
        requirement = Requirement(text)
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if wanted and requirement.name not in found:
            found.add(requirement.name)
            declared(requirement.name, found)
    return found


@pytest.fixture
def command(installed, tmp_path):
    """Run the installed command outside the checkout, with nothing of this environment in reach."""

    def run(*arguments, stdin=b""):
        env = {
            "PATH": os.defpath,
            "HOME": str(tmp_path),
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return subprocess.run(
            [installed / "bin" / "advisor", *arguments],
            input=stdin,
            capture_output=True,
            cwd=tmp_path,
            env=env,
            timeout=60,
            check=False,
        )

    return run


def shipped(folder: str, *suffixes: str) -> set[str]:
    """The files of a folder of the checkout that the program reads when it runs."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.suffix in suffixes
    }


def test_every_module_table_and_marker_of_the_package_is_in_the_wheel(names):
    expected = shipped("advisor", ".py", ".yaml", ".csv", ".json", ".typed", ".j2")
    expected |= shipped("advisor_portfolio", ".py", ".typed")
    expected |= shipped("advisor_ray", ".py", ".typed")
    assert {"advisor/compiled.json", "advisor/py.typed", "advisor/catalogue/gpus.yaml"} <= names
    assert {"advisor/report/html/style.css", "advisor/report/html/templates/page.html.j2"} <= names
    assert sorted(expected - names) == []


def test_every_rule_file_is_in_the_wheel_inside_the_package(names):
    expected = {f"advisor/_{name}" for name in shipped("rules", ".yaml")}
    assert "advisor/_rules/settings.yaml" in expected
    assert sorted(expected - names) == []


def test_nothing_else_is_in_the_wheel(names):
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == PACKAGES
    assert [name for name in names if "__pycache__" in name or name.endswith(".pyc")] == []


def test_the_metadata_has_the_licence_and_the_command(wheel, names):
    with zipfile.ZipFile(wheel) as archive:
        (entry_points,) = (n for n in names if n.endswith("dist-info/entry_points.txt"))
        assert b"advisor = advisor.cli.main:run" in archive.read(entry_points)
    assert any(name.endswith("/LICENSE") for name in names)


def test_the_installed_package_reads_its_own_rules_and_tables(installed, tmp_path):
    code = (
        "import advisor, json, sys\n"
        "from advisor.support.compiled import package_folder, rules_folder, _compiled\n"
        "print(json.dumps([advisor.__file__, str(rules_folder()), len(_compiled()), sys.path]))\n"
    )
    done = subprocess.run(
        [installed / "bin" / "python", "-I", "-c", code],
        capture_output=True, cwd=tmp_path, timeout=60, check=True,
    )  # fmt: skip
    module, rules, compiled, paths = json.loads(done.stdout)
    assert Path(module).is_relative_to(installed)
    assert Path(rules) == Path(module).parent / "_rules"
    assert compiled > 0
    assert not any(Path(path) == ROOT for path in paths)


def test_the_installed_command_gives_the_advice_that_the_checkout_gives(command, tmp_path):
    plan = json.dumps(PLAN).encode()
    done = command("advise", "--facts", "-", "--format", "json", stdin=plan)
    assert done.stderr == b""
    assert done.returncode == 0
    here = subprocess.run(
        [sys.executable, "-c", "from advisor.cli.main import run; run()",
         "advise", "--facts", "-", "--format", "json"],
        input=plan, capture_output=True, cwd=tmp_path, timeout=60, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == json.loads(here.stdout)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["advise", "--gpu", "RTX 4090", "--set", "model.weights_access=open", "--format", "json"],
        ["advise", "--set", "model.weights_access=open", "--format", "html"],
        ["explain", "soft prompt"],
        ["explain", "F201"],
        ["rules", "check"],
        ["rules", "test"],
        ["rules", "schema"],
        ["doctor"],
    ],
    ids=" ".join,
)
def test_every_command_works_with_the_declared_dependencies_alone(command, arguments):
    done = command(*arguments)
    told = done.stderr.decode()
    assert "internal error" not in told
    assert "Traceback" not in told
    assert done.returncode in (0, 3), told + done.stdout.decode()


def test_a_data_file_is_read_by_the_installed_command(command, tmp_path):
    (tmp_path / "d.jsonl").write_text('{"text": "a b", "label": "x"}\n' * 3, encoding="utf-8")
    done = command("advise", "--data", "d.jsonl", "--no-detect", "--format", "json")
    assert done.returncode == 3, done.stderr
    assert json.loads(done.stdout)["facts"]["data.train_examples"]["value"] == 3
