"""Words as sentences want them."""

from __future__ import annotations


def capital(text: str) -> str:
    """The text with a capital first letter, as at the head of a sentence."""
    return text[:1].upper() + text[1:]
