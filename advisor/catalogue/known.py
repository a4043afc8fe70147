"""The methods that the code can carry out, and the one error for any other.

Tables name methods as data, but what is estimated, built and trained of one is code. A method that
tables name and code does not is refused, so that nothing else is ever built under its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from advisor.support.errors import AdvisorError

KNOWN = (
    "few_shot_prompting",
    "prompt_tuning",
    "p_tuning",
    "prefix_tuning",
    "ia3",
    "lora",
    "qlora",
    "full_fine_tuning",
)
FAMILIES = ("prompting", "soft_prompts", "adapters", "full")
_T = TypeVar("_T")


class UnknownMethodError(AdvisorError):
    """A method or family that some place does not know.

    Args:
        name: of the method or family.
        where: the file that has to name it, as a developer looks for it.
    """

    def __init__(self, name: str, where: str) -> None:
        super().__init__(
            f"the method or family {name[:80]!r} is not known",
            where=where,
            hint="add its branch or row there, or take it out of the tables that name it",
        )


def row_of(rows: Mapping[str, _T], name: str, where: str) -> _T:
    """The row of a method or family.

    Args:
        rows: by method or family.
        name: of the method or family.
        where: as for `UnknownMethodError`.

    Raises:
        UnknownMethodError: if there is none.
    """
    if name not in rows:
        raise UnknownMethodError(name, where)
    return rows[name]
