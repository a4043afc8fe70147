"""The licence as it stands in the model's own files."""

from __future__ import annotations

import re
from pathlib import Path

from advisor.support import AdvisorError, read_text

CARD = "README.md"
_FILES = ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "LICENCE.txt", "LICENCE.md", "COPYING")
_HEAD_CHARACTERS = 600
_FRONT_MATTER = re.compile(r"\s*---[ \t]*\r?\n(?P<body>.*?)\r?\n---", re.DOTALL)
_FIELD = re.compile(r"^(?P<key>license|license_name):[ \t]*(?P<value>[^\r\n#]+)", re.MULTILINE)
_NAME = re.compile(r"[\w.+-][\w.+ -]{0,60}\Z", re.ASCII)
# The first lines of a licence file that leave no doubt, and the identifier of each.
_TEXTS = (
    (r"apache license\s+version 2\.0", "apache-2.0"),
    (r"\bmit license\b", "mit"),
    (r"gnu affero general public license\s+version 3", "agpl-3.0"),
    (r"gnu lesser general public license\s+version 3", "lgpl-3.0"),
    (r"gnu general public license\s+version 3", "gpl-3.0"),
    (r"gnu general public license\s+version 2", "gpl-2.0"),
    (r"bsd 3-clause license", "bsd-3-clause"),
    (r"bsd 2-clause license", "bsd-2-clause"),
    (r"mozilla public license,? version 2\.0", "mpl-2.0"),
    (r"llama 2 community license agreement", "llama2"),
    (r"(meta )?llama 3 community license agreement", "llama3"),
    (r"llama 3\.1 community license agreement", "llama3.1"),
    (r"llama 3\.2 community license agreement", "llama3.2"),
    (r"llama 3\.3 community license agreement", "llama3.3"),
    (r"gemma terms of use", "gemma"),
)


def licence_of_card(text: str) -> str | None:
    """The `license` of a model card's front matter, or None."""
    front = _FRONT_MATTER.match(text)
    if front is None:
        return None
    fields = {m["key"]: m["value"].strip().strip("\"'") for m in _FIELD.finditer(front["body"])}
    named = fields.get("license", "")
    if named.lower() == "other":
        named = fields.get("license_name", named)
    return named if _NAME.match(named) else None


def licence_of_text(text: str) -> str | None:
    """The identifier of a well-known licence whose title stands in the first lines, or None."""
    head = " ".join(text[:_HEAD_CHARACTERS].lower().split())
    found = {name for pattern, name in _TEXTS if re.search(pattern, head)}
    return found.pop() if len(found) == 1 else None


def licence_in_folder(folder: Path, *, card_only: bool = False) -> list[tuple[str, str]]:
    """The licences that the files of a folder name, as (licence, evidence), the card first.

    Args:
        folder: where the model's files lie.
        card_only: leave licence files out; beside a single configuration they may be the
            licence of something else.
    """
    card = licence_of_card(_text(folder / CARD))
    if card:
        return [(card, f"front matter of {CARD}")]
    for name in () if card_only else _FILES:
        known = licence_of_text(_text(folder / name))
        if known:
            return [(known, f"first lines of {name}")]
    return []


def _text(path: Path) -> str:
    """The file's text; a licence is worth knowing, but no damaged card stops the advice."""
    try:
        return read_text(path, what="model card")
    except AdvisorError:
        return ""
