"""The parts of a run file that say what would change the answer."""

from __future__ import annotations

from typing import Annotated, Any, Protocol

from advisor.report.part import Part, Probability, Side, StatusWord, Words, part_class


class Answered(Protocol):
    """What an answer comes down to."""

    @property
    def status(self) -> str:
        """How far it goes."""

    @property
    def recommendation(self) -> str | None:
        """The side that it names, if any."""


@part_class
class OtherAnswer(Part):
    """An answer that the project could have."""

    status: StatusWord
    recommendation: Side | None


@part_class
class Flip(Part):
    """The nearest value of a number with another answer, exact to the adjacent value."""

    value: int | float
    status: StatusWord
    recommendation: Side | None


@part_class
class NumberOutlook(Part):
    """What a known number would change, everything else as it is; null if nothing."""

    fact: str
    now: int | float
    below: Flip | None
    above: Flip | None


@part_class
class ChoiceOutlook(Part):
    """Another choice of a known fact that gives another answer."""

    fact: str
    value: Any
    status: StatusWord
    recommendation: Side | None


@part_class
class FindOut(Part):
    """A fact that is unknown or assumed and can change the answer."""

    fact: str
    question: str
    assumed: Any
    """The default that stands for it, or null."""
    effort: Annotated[str, Words(lambda: ("look_up", "count", "ask", "measure"))]
    how: str
    share: Probability
    """Of its values that change the answer."""
    answers: list[OtherAnswer]


@part_class
class Outlook(Part):
    """What would change the answer."""

    numbers: list[NumberOutlook]
    choices: list[ChoiceOutlook]
    find_out: FindOut | None
    """The cheapest fact worth finding out."""
    complete: bool
    """False if facts behind estimates were left out."""


@part_class
class MapAxis(Part):
    """A number that a decision map is drawn over."""

    fact: str
    values: list[int | float]
    here: int | None
    """The place of the project's own value; None where that is not known exactly."""


@part_class
class MapEntry(Part):
    """A decision map, as `advisor whatif --map` writes it."""

    across: MapAxis
    up: MapAxis
    answers: list[OtherAnswer]
    """Each once."""
    grid: list[list[int]]
    """Places among the answers: a row for each value upwards, rising."""
