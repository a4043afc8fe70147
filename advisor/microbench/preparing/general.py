"""A general text, to see what a model forgets while it is trained on a task."""

from __future__ import annotations

from advisor.catalogue import load_table


def general_text() -> tuple[str, ...]:
    """Plain English sentences on everyday topics; general_text.yaml says what they are for."""
    return tuple(load_table("general_text.yaml")["sentences"])
