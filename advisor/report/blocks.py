"""The blocks that every report is made of; the renderers know these and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar


@dataclass(frozen=True, slots=True)
class Heading:
    """A section's title."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; ``strong`` is the verdict itself."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; numbered where the order matters."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under column titles; the columns named in ``right`` hold numbers."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Bars:
    """Signed contributions, drawn as bars; ``label, value, text`` each."""

    entries: tuple[tuple[str, int, str], ...]
    unit: str


@dataclass(frozen=True, slots=True)
class Stacks:
    """Stacked sizes against a limit; ``label, (letter, size)..., text`` each.

    Attributes:
        entries: the bars.
        kinds: what each letter stands for.
        limit: where the line is drawn, if there is one.
        unit: of sizes and limit.
    """

    entries: tuple[tuple[str, tuple[tuple[str, float], ...], str], ...]
    kinds: Mapping[str, str]
    limit: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A letter for each pair of two numbers, such as a map of answers.

    Attributes:
        across, up: what the numbers are.
        columns: the values across, rising, as they are shown.
        rows: for each value upwards, the highest first, its name and one letter a column.
        meanings: what each letter stands for.
    """

    across: str
    up: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    meanings: Mapping[str, str]


_Run = TypeVar("_Run")


def _nothing(_: object) -> tuple[()]:
    return ()


@dataclass(frozen=True, slots=True)
class ReportSection(Generic[_Run]):
    """A section of a report.

    Attributes:
        id: of its element in the page, kept from version to version so that links to it hold.
        blocks: what it says of a run, its heading first; nothing for a section that is drawn only.
    """

    id: str
    blocks: Callable[[_Run], Iterable[Block]] = _nothing


Block: TypeAlias = "Heading | Paragraph | Bullets | Table | Bars | Stacks | Grid"
