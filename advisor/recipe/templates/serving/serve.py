"""Answer lines of standard input by the saved artefact.

    echo "a text" | python serve.py

A line is a text, or a JSON object with the columns of the data.
"""

from __future__ import annotations

import json
import sys

from artefact import load
from data import Example, example_of
from settings import FOLDER


def main() -> None:
    """One line in, one line out; a line break in an answer becomes a blank."""
    settings, task, tuned = load(FOLDER / "artefact")
    for line in sys.stdin:
        if line.strip():
            answer = task.answers(tuned, [example_in(line, settings["data"])], 1)[0]
            print(" ".join(answer.split()), flush=True)


def example_in(line: str, data: dict) -> Example:
    """The example of a line."""
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        row = {data["text"][0]: line}
    try:
        return example_of({**row, data["label"]: ""}, data)
    except KeyError as error:
        raise SystemExit(f"the line needs the columns of the data, such as {error}") from None


if __name__ == "__main__":
    main()
