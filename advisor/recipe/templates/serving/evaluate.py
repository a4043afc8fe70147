"""Judge the saved artefact on the test split and print its points.

The settings are those it was trained with: with others, training rows might get into the test
split.
"""

from __future__ import annotations

import argparse

from artefact import load
from data import read_splits
from evaluation import final_score
from settings import FOLDER


def main() -> None:
    """Load the artefact and print the score."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    settings, task, answering = load(FOLDER / "artefact")
    splits = read_splits(settings)
    points = final_score(task, answering, splits.test, settings)
    print(f"{settings['task']['metric']}: {points!r} points on {len(splits.test)} test examples")


if __name__ == "__main__":
    main()
