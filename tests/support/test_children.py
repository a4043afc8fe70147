"""No process of the program's own runs what lies in the folder where the user stands."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from planted import plant, run_in

from advisor.profilers.hardware.torch_child import ask_torch
from advisor.support.children import isolated
from advisor.support.compiled import package_folder

TELL = """
import json, sys, types, yaml, advisor
print(json.dumps({"name": __name__, "path": sys.path, "words": sys.argv[1:],
                  "advisor": advisor.__file__, "yaml": yaml.__file__}))
"""


@pytest.fixture
def hostile(tmp_path, monkeypatch):
    """The current folder, in every way that it can come onto the import path, once it is called."""
    folder = plant(tmp_path / "hostile")
    link = tmp_path / "link"
    link.symlink_to(folder)

    def stand():
        monkeypatch.chdir(folder)
        monkeypatch.setenv("PYTHONPATH", f":{folder}")
        spelt = ["", ".", str(folder), f"{folder}/", str(link)]
        monkeypatch.setattr(sys, "path", [*spelt, *sys.path])
        return folder

    return stand


@pytest.fixture
def own(tmp_path):
    """A folder with a program."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "telling.py").write_text(TELL, encoding="utf-8")
    return tmp_path / "own"


def told(program, *words):
    done = subprocess.run(isolated(program, *words), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("form", ["module", "script"])
def test_a_child_imports_what_its_parent_does_but_nothing_of_the_current_folder(
    form, hostile, own, monkeypatch
):
    hostile = hostile()
    monkeypatch.setattr(sys, "path", [str(own), *sys.path])
    program = "telling" if form == "module" else own / "telling.py"
    found = told(program, "-x", "two words")
    assert run_in(hostile) == []
    assert found["name"] == "__main__"
    assert found["words"] == ["-x", "two words"]
    assert Path(found["advisor"]).parent == package_folder()
    assert found["path"][0] == str(own)
    assert "" not in found["path"]
    assert not any(Path(entry).resolve() == hostile for entry in found["path"])


def test_the_current_folder_stays_where_the_package_itself_lies(own, monkeypatch):
    home = str(package_folder().parent)
    monkeypatch.chdir(home)
    monkeypatch.setattr(sys, "path", [home, *(e for e in sys.path if e != home)])
    assert told(own / "telling.py")["path"][0] == home


def test_a_package_that_is_on_no_path_is_found_all_the_same(hostile, own, monkeypatch):
    hostile()
    home = str(package_folder().parent)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry != home])
    assert Path(told(own / "telling.py")["advisor"]).parent == package_folder()


def test_a_current_folder_that_is_gone_does_not_matter(tmp_path, own, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    monkeypatch.setattr(sys, "path", [str(own), *sys.path])
    command = isolated("telling")
    monkeypatch.chdir(tmp_path)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["path"][0] == str(own)


def test_the_torch_that_answers_is_not_one_of_the_current_folder(hostile):
    torch = pytest.importorskip("torch")
    hostile = hostile()
    assert ask_torch(timeout_s=120).version == torch.__version__
    assert run_in(hostile) == []


def test_the_command_runs_nothing_of_the_current_folder(hostile, tmp_path):
    """The libraries of a tokenizer and of Parquet are imported by the command itself, and late."""
    parquet = pytest.importorskip("pyarrow.parquet")
    tokenizers = pytest.importorskip("tokenizers")
    pyarrow = sys.modules["pyarrow"]
    command = Path(sys.executable).with_name("advisor")
    if not command.exists():
        pytest.skip("the command is not installed beside this Python")
    model = tmp_path / "model"
    model.mkdir()
    words = tokenizers.models.WordLevel({"[UNK]": 0, "good": 1}, "[UNK]")
    tokenizers.Tokenizer(words).save(str(model / "tokenizer.json"))
    config = package_folder().parent / "examples" / "models" / "gpt2" / "config.json"
    (model / "config.json").write_bytes(config.read_bytes())
    hostile = hostile()
    rows = [{"text": f"good {n}", "label": "ab"[n % 2]} for n in range(20)]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "a.parquet")
    done = subprocess.run(
        [command, "advise", "--offline", "--model", model, "--data", tmp_path / "a.parquet",
         "--format", "json"],
        capture_output=True, text=True, check=False,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
    )  # fmt: skip
    assert done.returncode in (0, 3, 5, 8), done.stderr
    assert run_in(hostile) == []
    assert json.loads(done.stdout)["facts"]["data.train_examples"]["value"] == 20


STARTERS = {"asyncio", "concurrent.futures", "multiprocessing", "pty", "subprocess"}
STARTING = ("exec", "fork", "popen", "posix_spawn", "spawn", "startfile", "system")
HOME = "support/children.py"
# Where processes are started, and the first argument of each start there.
KNOWN = {
    "advisor_ray/connecting.py": {"isolated('advisor_ray', address)"},
    "microbench/running/local.py": {
        "isolated(_SERVER, str(self._bench_file), str(self._folder), str(os.getpid()))"
    },
    "microbench/running/server.py": {""},  # a fork
    "profilers/hardware/torch_child.py": {"list(command)"},
}


def starts_of(tree):
    """The first arguments of all calls that start a process."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = ast.unparse(node.func.value)
            if of == "subprocess" or (of == "os" and node.func.attr.startswith(STARTING)):
                yield ast.unparse(node.args[0]) if node.args else ""


def imported_by(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules():
    home = package_folder()
    for folder in (home, home.with_name("advisor_portfolio"), home.with_name("advisor_ray")):
        for path in folder.rglob("*.py"):
            within = home if folder == home else home.parent
            yield path.relative_to(within).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def test_processes_are_started_in_known_places_only():
    found = {name: set(starts_of(tree)) for name, tree in modules()}
    assert {name: starts for name, starts in found.items() if starts} == KNOWN
    for name, tree in modules():
        assert name in KNOWN or not STARTERS & set(imported_by(tree)), name


def test_the_interpreter_is_named_by_the_helper_alone():
    naming = [
        name
        for name, tree in modules()
        if any(
            (isinstance(node, ast.Attribute) and node.attr in ("executable", "_base_executable"))
            or (isinstance(node, ast.alias) and node.name == "executable")
            for node in ast.walk(tree)
        )
    ]
    assert naming == [HOME]


def test_the_general_runner_is_given_no_other_python():
    given = {
        ast.unparse(node.args[0])
        for _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("run_child")
    }
    assert given == {"isolated(_PROBE)", "command"}  # the second is a program of macOS
