"""Prompts as people write them: ``{text}`` stands for the input, and the answer follows.

Only the known words in braces are replaced, each by its own text and once; all other braces are
text. Nothing is ever formatted with a row's text as a format.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from advisor.catalogue import preparation
from advisor.microbench.preparing.rendering import CHOICES
from advisor.microbench.records import Prompt
from advisor.support import did_you_mean
from advisor.tuning.encoding import spoken

LABELS = "{labels}"
"""Stands in a template where the words of all labels go."""

_FIRST, _SECOND, _LABEL = "{text}", "{text2}", "{label}"
_TOKEN = re.compile(r"\{\w+\}")


class TemplateError(ValueError):
    """What is wrong with a template, as one sentence."""


def parse_template(template: str, words: Mapping[str, str], *, pair: bool, choices: bool) -> Prompt:
    """The prompt that a template around the input stands for.

    What stands in front of the input gets a space at its end if there is none, and what stands
    behind it loses its own, since words of an answer begin with one.

    Args:
        template: with ``{text}``, for pairs ``{text2}`` behind it; maybe ``{choices}``, or
            ``{labels}`` where there are words.
        words: how each label is said, without a space in front.
        pair: whether an input has two texts.
        choices: whether ``{choices}`` has a meaning.

    Raises:
        TemplateError: if a part is missing, stands twice, or is not known.
    """
    needed = (_FIRST, _SECOND) if pair else (_FIRST,)
    _check(template, needed, (CHOICES,) * choices + (LABELS,) * bool(words))
    before, rest = template.split(_FIRST)
    between, after = "\n", rest
    if pair:
        if _SECOND in before:
            raise TemplateError(f"{_SECOND} stands in front of {_FIRST}")
        between, after = rest.split(_SECOND)
    # Only now, as the name of a label may hold braces of its own.
    before, between, after = (
        piece.replace(LABELS, _listed(list(words.values()))) for piece in (before, between, after)
    )
    if before and not before[-1].isspace():
        before += " "
    after = after.rstrip(" \t")
    said = {label: spoken(after, word) for label, word in words.items()}
    return Prompt(before=before, between=between, after=after, words=said)


def parse_label_template(template: str, words: Mapping[str, str]) -> Prompt:
    """The prompt that says each label in words, for models that compare texts.

    Raises:
        TemplateError: if ``{label}`` is missing or stands twice, or there are other parts.
    """
    _check(template, (_LABEL,), ())
    return Prompt(words={label: template.replace(_LABEL, word) for label, word in words.items()})


def _listed(words: Sequence[str]) -> str:
    """``ham, spam or other``."""
    return " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _check(template: str, needed: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    most = preparation().most_template_characters
    if len(template) > most:
        raise TemplateError(f"it is longer than {most:,} characters")
    found = _TOKEN.findall(template)
    known = (*needed, *allowed)
    for token in found:
        if token not in known:
            meant = did_you_mean(token, known)
            hint = meant or f"known here: {', '.join(known)}"
            raise TemplateError(f"{token[:40]} has no meaning here ({hint})")
        if found.count(token) > 1:
            raise TemplateError(f"{token} stands twice")
    for token in needed:
        if token not in found:
            raise TemplateError(f"{token} is missing")
