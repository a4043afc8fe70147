"""What a page shows beside the record, worked out by the caller: the report decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from advisor.report.outlook import MapEntry


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
    rules: Mapping[str, Any] | None = None
    offered: Mapping[str, Any] | None = None
