"""Make the data sets of the micro-benchmark's cells from package lists and a public mail corpus.

``python benchmarks/microbench/data.py FOLDER`` writes ``<set>.train.jsonl`` and
``<set>.test.jsonl``.
The descriptions come from ``apt-cache dumpavail``, so a Debian system with package lists is needed
(results in this repository: bookworm, amd64, main); each row's copyright is that of its package.
The mails are those of examples/spam.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SECTIONS = ("admin", "games", "graphics", "net", "science", "sound", "text", "utils", "web", "x11")
LANGUAGES = ("haskell", "java", "javascript", "perl", "php", "python", "ruby", "rust")
INTERFACES = ("commandline", "daemon", "x11")
DEVELOPMENT = {
    "roles": (
        "role", ("shared-lib", "program", "devel-lib", "documentation", "app-data", "plugin"),
    ),
    "uses": (
        "use",
        (
            "gameplaying", "converting", "editing", "checking", "viewing", "monitor",
            "configuring", "analysing", "playing", "learning",
        ),
    ),
}  # fmt: skip
"""Sets on which settings were tried; in no cell. Each a kind of tag and the tags that count."""
TEST_ROWS = 1000
SEED = 20261125
_DEVELOPMENT_TEST_ROWS = 500
_DEVELOPMENT_SEED = 7
_ROOT = Path(__file__).resolve().parents[2]


def packages() -> Iterator[dict[str, str]]:
    """The fields of each available package."""
    listed = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, text=True, check=True)
    for stanza in listed.stdout.split("\n\n"):
        joined = re.sub(r"\n\s+", " ", stanza)
        fields = dict(line.split(": ", 1) for line in joined.splitlines() if ": " in line)
        if "Description" in fields:
            yield fields


def described() -> Iterator[tuple[dict[str, str], str, str]]:
    """Packages with a short description of three words or more: fields, source, description."""
    for fields in packages():
        source = fields.get("Source", fields["Package"]).split(" ")[0]
        text = re.sub(r"\s*\([^)]*\)$", "", fields["Description"]).strip()
        if len(text.split()) >= 3:
            yield fields, source, text


def descriptions() -> dict[str, list[dict[str, str]]]:
    """Short descriptions with three kinds of label; one package a source and a wording."""
    seen: set[str] = set()
    found: dict[str, list[dict[str, str]]] = {"sections": [], "languages": [], "interfaces": []}
    for fields, source, text in described():
        if source in seen or text.lower() in seen:
            continue
        seen |= {source, text.lower()}
        section = fields["Section"].split("/")[-1]
        if section in SECTIONS:
            found["sections"].append({"text": text, "label": section})
        if section in LANGUAGES:
            found["languages"].append({"text": text, "label": section})
        faces = re.findall(r"interface::([a-z0-9]+)", fields.get("Tag", ""))
        faces = [face for face in faces if face in INTERFACES]
        if len(faces) == 1:
            found["interfaces"].append({"text": text, "label": faces[0]})
    return found


def development() -> dict[str, list[dict[str, str]]]:
    """Short descriptions with exactly one of a set's tags; one package a source and a wording."""
    seen: set[object] = set()
    found: dict[str, list[dict[str, str]]] = {name: [] for name in DEVELOPMENT}
    for fields, source, text in described():
        if text.lower() in seen:
            continue
        for name, (kind, tags) in DEVELOPMENT.items():
            labels = re.findall(rf"{kind}::([a-z-]+)", fields.get("Tag", ""))
            labels = [label for label in labels if label in tags]
            if len(labels) == 1 and (name, source) not in seen:
                seen |= {(name, source), text.lower()}
                found[name].append({"text": text, "label": labels[0]})
    return found


def mails() -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The mails of examples/spam, cut to their first 40 words."""

    def read(name: str) -> list[dict[str, str]]:
        lines = (_ROOT / "examples" / "spam" / name).read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        return [{**row, "text": " ".join(row["text"].split()[:40])} for row in rows]

    return read("train.jsonl"), read("eval.jsonl")


def write(folder: Path, name: str, rows: list[dict[str, str]]) -> None:
    """One JSON object a line."""
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / name).write_text(text, encoding="utf-8")


def main() -> None:
    """Write all sets."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in descriptions().items():
        random.Random(SEED).shuffle(rows)
        write(folder, f"{name}.test.jsonl", rows[:TEST_ROWS])
        write(folder, f"{name}.train.jsonl", rows[TEST_ROWS:])
    for name, rows in development().items():
        random.Random(_DEVELOPMENT_SEED).shuffle(rows)
        write(folder, f"{name}.test.jsonl", rows[:_DEVELOPMENT_TEST_ROWS])
        write(folder, f"{name}.train.jsonl", rows[_DEVELOPMENT_TEST_ROWS:])
    train, test = mails()
    write(folder, "mails.train.jsonl", train)
    write(folder, "mails.test.jsonl", test)


if __name__ == "__main__":
    main()
