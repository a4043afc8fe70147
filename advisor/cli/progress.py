"""The live view of a micro-benchmark, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from advisor.facts import GIB
from advisor.methods import load_methods
from advisor.microbench import Purpose, Trial, TrialPlan, TrialResult
from advisor.report import duration
from advisor.support import printable

_BLOCKS = "▁▂▃▄▅▆▇█"
_MOST_POINTS = 24
_FEWEST_POINTS = 6
_OTHER_COLUMNS = 77
"""Width of the table without the points of the losses."""
_MINUTE = 60


@dataclass
class _Running:
    """A trial that runs, its looks, and when its last step is due; None before the first look."""

    trial: Trial
    started: float
    looks: list[Mapping[str, Any]] = field(default_factory=list)
    end: float | None = None

    def add(self, look: Mapping[str, Any], now: float) -> None:
        self.looks.append(look)
        if step := look.get("step"):
            pace = (now - self.started) / step
            self.end = now + pace * max(self.trial.steps - step, 0)


class LiveProgress:
    """Shows what runs, with curve, rate, time left and memory; lines alone without a terminal."""

    def __init__(self, *, plain: bool) -> None:
        self._console = Console(stderr=True, highlight=False, no_color=plain or None)
        self._stage = ""
        self._plan: TrialPlan | None = None
        self._began = time.monotonic()
        self._running: dict[str, _Running] = {}
        # It asks for its first view at once.
        self._live = None if plain or not sys.stderr.isatty() else Live(
            console=self._console, refresh_per_second=2, transient=True, get_renderable=self._view
        )  # fmt: skip

    def __enter__(self) -> LiveProgress:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def stage(self, sentence: str) -> None:
        """What is being done now."""
        self._stage = sentence
        if self._live is None:
            self._say(f"{sentence} ...")

    def planned(self, plan: TrialPlan) -> None:
        """The plan stands."""
        self._plan = plan
        self._stage = "training"
        for method, why in plan.left_out.items():
            self._say(f"{load_methods()[method].name} cannot be trained here: {why}")
        if not plan.methods:
            return
        searched = max(len(own.pairs) for own in plan.methods.values())
        self._say(
            f"plan: {_count(len(plan.methods), 'method')}, "
            f"{_count(searched, 'learning rate')} each, {_count(plan.seeds, 'seed')}; "
            f"{plan.train_size} examples to train on, {plan.dev_size} to choose by, "
            f"{plan.test_size} to judge by; about {duration(plan.expected_seconds)}"
        )

    def started(self, trial: Trial) -> None:
        """A trial has been handed to the executor."""
        self._running[trial.id] = _Running(trial, time.monotonic())

    def look(self, look: Mapping[str, Any]) -> None:
        """A running trial has looked at its losses."""
        if look["job"] in self._running:
            self._running[look["job"]].add(look, time.monotonic())

    def ended(self, trial: Trial, result: TrialResult) -> None:
        """A trial has ended."""
        self._running.pop(trial.id, None)
        score = "" if result.dev_score is None else f", development score {result.dev_score:.1f}"
        why = "" if result.status.usable else f": {result.message}"
        status = result.status.value.replace("_", " ")
        self._say(f"{_described(trial)}: {status}{score}, {result.seconds:.0f} s{why}")

    def _say(self, line: str) -> None:
        # In a file a line stays one; on a terminal it is broken between words.
        self._console.print(printable(line), markup=False, soft_wrap=self._live is None)

    def _view(self) -> Group:
        """What is shown at this moment; asked for several times a second, by another thread."""
        return Group(self._header(), *([self._table()] if self._running else []))

    def _header(self) -> Text:
        spent = time.monotonic() - self._began
        if self._plan is None:
            return Text(f"{self._stage} ({duration(spent)} so far)", style="bold")
        left = self._plan.budget_seconds - spent
        budget = duration(self._plan.budget_seconds)
        told = (
            f"{duration(left)} left of the budget of {budget}"
            if left > 0
            else f"the budget of {budget} is spent; what has begun is brought to its end"
        )
        return Text(f"{self._stage}: {told}", style="bold")

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False)
        for title in ("trial", "step", "left", "rate", "training loss", "dev", "memory"):
            table.add_column(title, no_wrap=True)
        room = max(self._console.width - _OTHER_COLUMNS, _FEWEST_POINTS)
        for running in list(self._running.values()):
            trial, looks = running.trial, list(running.looks)
            last: Mapping[str, Any] = looks[-1] if looks else {}
            scored = [look for look in looks if look.get("dev_score") is not None]
            table.add_row(
                _short(trial),
                f"{last.get('step', 0)}/{trial.steps}",
                _left(running.end),
                f"{last['rate']:.1e}" if last.get("rate") is not None else "",
                _sparkline([look["train_loss"] for look in looks if look.get("train_loss")], room),
                f"{scored[-1]['dev_score']:.1f}" if scored else "",
                f"{last['memory'] / GIB:.2f} GiB" if last.get("memory") else "",
            )
        return table


def _described(trial: Trial) -> str:
    name = load_methods()[trial.method].name
    head = "" if trial.head_rate is None else f", head {trial.head_rate:g}"
    if trial.purpose is Purpose.SEARCH:
        return f"{name}, search, rate {trial.learning_rate:g}{head}, {trial.steps} steps"
    size = f", {trial.train_size} examples" if trial.purpose is Purpose.CURVE else ""
    return f"{name}, seed {trial.seed}{size}"


def _short(trial: Trial) -> str:
    """As much of it as tells it from the others that run beside it."""
    name = load_methods()[trial.method].name
    if trial.purpose is Purpose.SEARCH:
        return f"{name}, {trial.learning_rate:g}"
    size = f"/{trial.train_size}" if trial.purpose is Purpose.CURVE else ""
    return f"{name} #{trial.seed}{size}"


def _left(end: float | None) -> str:
    """Minutes and seconds to the last step, at the pace so far; early stopping is not foreseen."""
    if end is None:
        return ""
    seconds = max(round(end - time.monotonic()), 0)
    return f"{seconds // _MINUTE}:{seconds % _MINUTE:02d}"


def _sparkline(losses: list[float], room: int) -> str:
    """The last losses as blocks, with the newest figure."""
    shown = losses[-min(room, _MOST_POINTS) :]
    if not shown:
        return ""
    low, high = min(shown), max(shown)
    scale = (len(_BLOCKS) - 1) / (high - low) if high > low else 0.0
    return "".join(_BLOCKS[round((loss - low) * scale)] for loss in shown) + f" {shown[-1]:.3f}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
