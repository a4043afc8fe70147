"""How much of the odds counts, by how many published studies are near each project."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from advisor.catalogue import Published, decades_apart, rows_on
from advisor.decide import NEARNESS, kept_share, measured_key
from advisor.rules import RuleSettings
from advisor_portfolio.columns import Booleans, Column, Floats, Integers

_PARAMETERS, _EXAMPLES, _TRANSFER = NEARNESS


class Nearness:
    """For each method the share of the log-odds that counts, in every cell of size and data."""

    def __init__(self, methods: Sequence[str], settings: RuleSettings) -> None:
        self._methods = tuple(methods)
        rows = {
            (method, transferred): rows_on(method, transferred=transferred)
            for method in methods
            for transferred in (False, True)
        }
        every = [row for found in rows.values() for row in found]
        radius = settings.neighbourhood_decades
        self._parameters = _Closeness([row.parameters for row in every], radius)
        self._examples = _Closeness([row.train_examples for row in every], radius)
        self._studies = {key: self._near(found) for key, found in rows.items()}
        most = max((int(near.max()) for near in self._studies.values()), default=0)
        self._kept: Floats = np.array([kept_share(n, settings) for n in range(most + 1)])

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that are read."""
        return (*NEARNESS, *map(measured_key, self._methods))

    def kept(self, columns: Mapping[str, Column]) -> Floats:
        """(methods, projects) the share of the log-odds that counts."""
        parameters, examples = columns[_PARAMETERS].values, columns[_EXAMPLES].values
        located = ~(np.isnan(parameters) | np.isnan(examples))
        cells = self._parameters.cells(parameters), self._examples.cells(examples)
        transferred = columns[_TRANSFER].values == 1
        found = np.empty((len(self._methods), len(parameters)))
        for number, method in enumerate(self._methods):
            plain, moved = (self._studies[method, moved][cells] for moved in (False, True))
            studies = np.where(located, np.where(transferred, moved, plain), 0)
            measured = ~np.isnan(columns[measured_key(method)].values)
            found[number] = np.where(measured, 1.0, self._kept[studies])
        return found

    def _near(self, rows: Sequence[Published]) -> Integers:
        """(cells of size, cells of data) how many studies have a row near each."""
        count = np.zeros((self._parameters.count, self._examples.count), dtype=np.intp)
        for study in sorted({row.study for row in rows}):
            near = np.zeros(count.shape, dtype=np.bool_)
            for row in (row for row in rows if row.study == study):
                near |= np.outer(
                    self._parameters.near(row.parameters), self._examples.near(row.train_examples)
                )
            count += near
        return count


class _Closeness:
    """Which of some numbers lie within a radius of a value, for every cell of values."""

    def __init__(self, numbers: Sequence[float], radius: float) -> None:
        self._radius = radius
        cuts = {cut for number in set(numbers) for cut in _ends(number, radius)}
        self._cuts = np.array(sorted(cuts), dtype=np.float64)
        self._samples = (0.0, *sorted(cuts))
        self.count = len(self._samples)

    def cells(self, values: Floats | Integers) -> Integers:
        """(projects,) the cell of each value; any for one that is not known."""
        return np.minimum(np.searchsorted(self._cuts, values, "right"), self.count - 1)

    def near(self, number: float) -> Booleans:
        """(cells,) whether the number is near."""
        near = [decades_apart(number, sample) <= self._radius for sample in self._samples]
        return np.array(near, dtype=np.bool_)


def _ends(number: float, radius: float) -> tuple[float, float]:
    """The first value that is near, and the first above it that is not, to the adjacent float."""

    def near(value: float) -> bool:
        return decades_apart(number, value) <= radius

    far = math.pow(10.0, radius + 1)
    first = 0.0 if near(0.0) else _first(near, number / far, number)
    return first, _first(lambda value: not near(value), number, number * far)


def _first(holds: Callable[[float], bool], low: float, high: float) -> float:
    """The least float at which what fails at ``low`` and holds at ``high`` holds."""
    while math.nextafter(low, math.inf) < high:
        middle = low + (high - low) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
