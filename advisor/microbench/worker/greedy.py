"""Greedy writing: the most likely token of each answer again and again, until all have ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def greedy(
    logits: Any,
    following: Callable[[Any], Any],
    over: Callable[[list[int]], bool],
    most: int,
) -> list[list[int]]:
    """Let several answers grow side by side.

    Args:
        logits: scores of the first tokens (B x W).
        following: gives the scores of the next tokens (B x W) behind tokens (B).
        over: whether an answer has ended with the last of its tokens.
        most: tokens of an answer.

    Returns:
        Token ids of each answer, with those that ended it.
    """
    answers: list[list[int]] = [[] for _ in logits]
    ended = [False] * len(answers)
    for written in range(1, most + 1):
        best = logits.argmax(dim=-1)
        for place, token in enumerate(best.tolist()):
            if not ended[place]:
                answers[place].append(token)
                ended[place] = over(answers[place])
        if all(ended) or written == most:
            break
        logits = following(best)
    return answers
