"""What a page shows beside the record, worked out by the caller: the report decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from advisor.report.inpage.rules_as_data import RulesAsData
from advisor.report.outlook import MapEntry
from advisor.report.part import Part, part_class


@dataclass(frozen=True, slots=True)
class Nearby:
    """One published comparison near the project.

    Attributes:
        methods: names of the methods that it speaks for.
        study, table: where it stands.
        model, task: what was trained, on what.
        examples: training examples.
        points: the method less full fine-tuning; negative where the method ended below.
    """

    methods: tuple[str, ...]
    study: str
    table: str
    model: str
    task: str
    examples: int
    points: float


@part_class
class OfferedSetting(Part):
    """One position of a knob."""

    value: Any
    facts: dict[str, Any]
    """Those that rules read and that are others there; null for unknown."""


@part_class
class OfferedKnob(Part):
    """A fact, or a device with all its facts, and its positions."""

    fact: str
    here: int
    """The project's own position."""
    settings: list[OfferedSetting]


@part_class
class OfferedChoice(Part):
    """A fact with its choices, which changes no estimate; `here` is -1 for none of them."""

    fact: str
    values: list[Any]
    here: int


@part_class
class OfferedGroup(Part):
    """Computed facts that mostly move together.

    A place is the number of the step that a fact lies on, counted from below, a range of them, or
    empty for unknown.
    """

    facts: list[str]
    places: list[str]
    """Each once."""
    width: int
    cells: str
    """For every combination the number of its place, in `width` digits of base 36; dots where the
    values contradict each other."""


@part_class
class OfferedEstimate(Part):
    """Memory or time of the methods that have it, for every combination of the knobs.

    A code of `width` digits in base 36 is a place on a scale from `first` in equal ratios:
    ``first * ratio ** code``. Dots stand for unknown, and for an end without limit.
    """

    kind: str
    methods: list[str]
    columns: list[int]
    """Of each method, the place in a row of cells; methods that are alike share one."""
    knobs: list[int]
    """Those that it depends on, by number."""
    first: float
    ratio: float
    ends: int
    """Codes of each number: two where some estimate is a range."""
    width: int
    cells: str


@part_class
class Offered(Part):
    """What a page lets its reader try out."""

    facts: dict[str, Any]
    """The values that rules read, as they are."""
    knobs: list[OfferedKnob]
    """In the order in which combinations count them, the last one fastest."""
    direct: list[OfferedChoice]
    groups: list[OfferedGroup]
    estimates: list[OfferedEstimate]


@dataclass(frozen=True, slots=True)
class Illustration:
    """The decision map and the published rows near the project.

    Attributes:
        map: as `advisor whatif --map` writes it; None where there is none.
        no_map: then why, as a sentence.
        published: rows near the project, in order.
        rules: as data, for trying out other values; None where that is not offered.
        offered: the values, and the estimates for each combination of them.
    """

    map: MapEntry | None
    no_map: str = ""
    published: tuple[Nearby, ...] = ()
    rules: RulesAsData | None = None
    offered: Offered | None = None
