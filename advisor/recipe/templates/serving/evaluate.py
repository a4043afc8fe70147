"""Judge the saved artefact on the test split and print its points."""

from __future__ import annotations

from artefact import load
from data import read_splits
from evaluation import final_score
from settings import FOLDER, command_line


def main() -> None:
    """Load the artefact and print the score."""
    command_line(__doc__)
    settings, task, tuned = load(FOLDER / "artefact")
    splits = read_splits(settings)
    points = final_score(task, tuned, splits.test, settings)
    print(f"{settings['task']['metric']}: {points!r} points on {len(splits.test)} test examples")


if __name__ == "__main__":
    main()
