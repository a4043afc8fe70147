"""The README and the pages it links to say what the program does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ADVISOR = [sys.executable, "-c", "from advisor.cli.main import run; run()"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*ADVISOR, *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


def block_after(command: str) -> list[str]:
    """The lines of output that the README shows under a command, up to what it leaves out."""
    block = README[README.index(f"$ {command}\n") :].split("```", 1)[0].split("\n...\n", 1)[0]
    lines = block.splitlines()[1:]
    return [line.rstrip() for line in lines if line.strip() and not line.startswith("$")]


def test_the_sample_answer_is_what_the_program_says():
    shown = block_after("advisor advise --facts examples/project.yaml")
    said = [
        line.rstrip()
        for line in run("advise", "--facts", "examples/project.yaml").stdout.splitlines()
    ]
    assert len(shown) > 20
    assert shown == [line for line in said if line][: len(shown)]


def test_the_sample_of_the_fewest_changes_is_what_the_program_says():
    shown = README[README.index("The fewest changes\n") :].split("\n...\n", 1)[0]
    assert shown.count("\n") > 4
    assert shown in run("whatif", "examples/project.yaml").stdout


def test_the_sample_check_is_what_the_program_says():
    done = run("check", "examples/project.yaml", "--expect", "lora")
    shown = block_after("advisor check examples/project.yaml --expect lora")
    assert shown == [*done.stdout.splitlines(), str(done.returncode)]


def test_the_python_sample_prints_what_the_readme_says():
    code = re.search(r"```python\n(import advisor\n.*?)```", README, re.DOTALL)
    printed = re.search(r"prints\n\n```\n(.*?)```", README, re.DOTALL)
    assert code and printed
    done = subprocess.run(
        [sys.executable, "-c", code[1]], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == printed[1]


def test_the_number_of_rules_is_right():
    count = re.search(r"- (\d+) rules in YAML", README)
    assert count
    assert run("rules", "check").stdout.splitlines()[-1].startswith(f"{count[1]} rules")


@pytest.mark.parametrize("page", sorted(p.relative_to(ROOT).as_posix() for p in (
    ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"),
)))  # fmt: skip
def test_every_relative_link_leads_somewhere(page):
    path = ROOT / page
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    relative = [link for link in links if "://" not in link]
    assert [link for link in relative if not (path.parent / link).exists()] == []
