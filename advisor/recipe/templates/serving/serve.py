"""Answer lines of standard input by the saved artefact.

A line is a text, or a JSON object with the columns of the data; a pair of texts, or a question with
choices, is always such an object.
"""

from __future__ import annotations

import argparse
import json
import sys

from artefact import load
from data import Example, columns_of, example_of
from settings import FOLDER


def main() -> None:
    """One line in, one line out; a line break in an answer becomes a blank."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    settings, task, answering = load(FOLDER / "artefact")
    for line in sys.stdin:
        if line.strip():
            answer = task.answers(answering, [example_in(line, settings["data"])], 1)[0]
            print(" ".join(answer.split()), flush=True)


def example_in(line: str, data: dict) -> Example:
    """The example of a line."""
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        row = {data["text"][0]: line}
    needed = columns_of(data, asked=True)
    if not (all if data["pair"] or data["choices"] else any)(name in row for name in needed):
        raise SystemExit(f"the line has to be a JSON object with {', '.join(needed)}")
    try:
        return example_of({**row, data["label"]: ""}, data)
    except (ValueError, TypeError) as error:
        raise SystemExit(f"the line cannot be answered: {error}") from None


if __name__ == "__main__":
    main()
