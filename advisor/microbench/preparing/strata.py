"""Groups of examples that every part of the data should hold in the same shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from random import Random

from advisor.microbench.preparing.table import preparation
from advisor.microbench.spec import Example, Task

_ALL = ""


class Strata:
    """The examples of each stratum in random order, to be taken out part by part.

    Strata are labels, or for a regression equal parts by the size of the number; other tasks have
    a single one.
    """

    def __init__(self, task: Task, examples: Sequence[Example], random: Random) -> None:
        self._groups = _groups(task, examples)
        for name in self._groups:
            random.shuffle(self._groups[name])
        self.rare = tuple(
            name
            for name, group in self._groups.items()
            if task.labels and len(group) < preparation()["least_rows_of_label"]
        )

    def take(self, count: int, *, leave: int = 0) -> tuple[Example, ...]:
        """Take up to ``count`` examples, so that every prefix of them is fair (see `fair_order`).

        Args:
            count: how many.
            leave: how many each stratum has to keep; a rare one then keeps all.
        """
        sizes = {name: len(group) for name, group in self._groups.items()}
        most = {
            name: 0 if leave and name in self.rare else max(size - leave, 0)
            for name, size in sizes.items()
        }
        order = fair_order(sizes, most)
        return tuple(self._groups[name].pop() for name, _ in zip(order, range(count), strict=False))


def fair_order(sizes: Mapping[str, int], most: Mapping[str, int]) -> Iterator[str]:
    """Names in an order in which every prefix holds them in the shares of ``sizes``.

    First each name stands once, the largest first; then comes the one that lags furthest behind
    its share, until each stands there ``most`` times.
    """
    left = {name: count for name, count in most.items() if count > 0}
    total = sum(sizes[name] for name in left)
    taken = dict.fromkeys(left, 0)
    first = iter(sorted(left, key=lambda name: -sizes[name]))
    for length in range(1, sum(left.values()) + 1):
        name = next(first, None)
        if name is None:
            name = max(left, key=lambda n: sizes[n] * length - taken[n] * total)
        yield name
        taken[name] += 1
        if taken[name] == most[name]:
            del left[name]


def _groups(task: Task, examples: Sequence[Example]) -> dict[str, list[Example]]:
    if task.type == "regression":
        return _bins(examples)
    groups: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        groups[example.target if task.labels else _ALL].append(example)
    return dict(sorted(groups.items()))


def _bins(examples: Sequence[Example]) -> dict[str, list[Example]]:
    ordered = sorted(examples, key=lambda example: float(example.target))
    bins = max(1, min(preparation()["regression_bins"], len(ordered) // 3))
    edges = [len(ordered) * number // bins for number in range(bins + 1)]
    return {str(number): ordered[edges[number] : edges[number + 1]] for number in range(bins)}
