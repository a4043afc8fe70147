"""The settings of micro-benchmarks, one class a table, whose fields are all of its keys."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from advisor.catalogue.tables import load_table
from advisor.support import AdvisorError

_T = TypeVar("_T")
_ABOUT = ("as_of", "source", "levels_source", "reason")
"""Keys that say where a table comes from; nothing reads them."""


def settings_from(kind: type[_T], table: Any, where: str) -> _T:
    """A table as its class describes it; integers are taken where numbers are wanted.

    Args:
        kind: a dataclass, or a type that one of its fields may have.
        table: as the YAML file has it.
        where: the file, and the key within it.

    Raises:
        AdvisorError: if a key is missing, is not known, or its value has another type.
    """
    return _typed(kind, table, where)  # type: ignore[no-any-return]


def _typed(kind: Any, value: Any, where: str) -> Any:
    if is_dataclass(kind) and isinstance(value, Mapping):
        return _part(kind, value, where)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is tuple and isinstance(value, list):
        return tuple(_typed(inner[0], one, where) for one in value)
    if origin is dict and isinstance(value, Mapping):
        return {key: _typed(inner[1], one, f"{where}, {key}") for key, one in value.items()}
    if kind is float and type(value) in (int, float):
        return float(value)
    if type(value) is kind:
        return value
    raise AdvisorError(f"{value!r} is not what this setting takes", where=where)


def _part(kind: Any, table: Mapping[str, Any], where: str) -> Any:
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    wrong = [f"{name} is missing" for name in names if name not in table]
    wrong += [f"{key} is not known" for key in table if key not in (*names, *_ABOUT)]
    if wrong:
        raise AdvisorError(f"these settings cannot be used: {'; '.join(wrong)}", where=where)
    return kind(**{name: _typed(hints[name], table[name], f"{where}, {name}") for name in names})


@dataclass(frozen=True, slots=True)
class EffortLevel:
    """How much is searched and repeated.

    Attributes:
        rates: pairs of body and head rate that each method searches.
        seeds: final runs of the best pair.
        curve: train sizes of the learning curve, as shares of the whole split.
        least: share of a recipe's steps that a final run must reach; with 0 it is one of the
            recipe's least steps.
    """

    rates: int
    seeds: int
    curve: tuple[float, ...]
    least: float


@dataclass(frozen=True, slots=True)
class SizesRow:
    """Most examples of each split for budgets up to so many seconds."""

    budget: int
    train: int
    dev: int
    test: int


@dataclass(frozen=True, slots=True)
class TokensRow:
    """Most tokens for budgets up to so many seconds."""

    budget: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Planning:
    """How a micro-benchmark is fitted into its budget; planning.yaml explains each.

    Shares are of one, times in seconds, sizes in examples, batches or tokens as they are named.
    """

    additions: tuple[EffortLevel, ...]
    levels: tuple[EffortLevel, ...]
    search_share: float
    fewest_steps: int
    sizes: tuple[SizesRow, ...]
    least_dev: int
    least_test: int
    ranking_share: float
    least_ranked: int
    head_share: float
    looks_share: float
    evaluation_share: float
    fewest_looks: int
    most_looks: int
    used_share: float
    overrun_share: float
    patience_factor: float
    least_seconds: float
    least_patience: float
    overhead_seconds: float
    survey_share: float
    survey_least: float
    probe_cost: float
    least_head_rows: int
    memory_share: float
    memory_margin: float
    most_tokens: tuple[TokensRow, ...]
    batch_tokens: int
    least_batch: int
    most_batch: int
    fewest_tokens: int
    probe_batch: int
    most_new_tokens: tuple[TokensRow, ...]
    offered_budgets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeedNoise:
    """How scores scatter through the seed: deviation in points, and degrees of freedom."""

    deviation: float
    freedom: float


@dataclass(frozen=True, slots=True)
class NeededLimits:
    """What is proposed to settle an open comparison."""

    seed_share: float
    most_seeds: int
    most_examples: int


@dataclass(frozen=True, slots=True)
class CurveLimits:
    """What a learning curve may claim; sizes in training examples, factors of them."""

    largest_extrapolation: float
    least_sizes_for_crossing: int
    bend_level: float
    crossing_grid: int


@dataclass(frozen=True, slots=True)
class Falling:
    """A loss that still fell, over so many looks, by more than this share."""

    looks: int
    share: float


@dataclass(frozen=True, slots=True)
class Overfitting:
    """Training score above development score in points, and loss above its best by a share."""

    gap_points: float
    rise_share: float


@dataclass(frozen=True, slots=True)
class Grades:
    """From where something is a warning, and from where it is serious."""

    warning: float
    serious: float


@dataclass(frozen=True, slots=True)
class AlarmLimits:
    """When an alarm is raised: losses as shares of what they were, deviations in points."""

    least_head_rates: int
    still_falling: Falling
    overfitting: Overfitting
    general_loss_rise: Grades
    seed_deviation: Grades


@dataclass(frozen=True, slots=True)
class Judging:
    """Levels and limits of judging, levels as probabilities; judging.yaml explains each."""

    direction_level: float
    equivalence_level: float
    power: float
    seeds: SeedNoise
    needed: NeededLimits
    curve: CurveLimits
    alarms: AlarmLimits


@dataclass(frozen=True, slots=True)
class LeastRows:
    """Fewest rows of each split."""

    train: int
    dev: int
    test: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a task has no route, and what to do."""

    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class Preparation:
    """How rows become task, splits and prompts; microbench.yaml explains each.

    ``routes`` is by architecture and task, ``metrics`` by task, ``refused`` by task or
    architecture, ``templates`` by kind of prompt, ``most_labels`` by route.
    """

    most_characters: int
    least_rows: LeastRows
    test_share: float
    least_rows_of_label: int
    most_labels: dict[str, int]
    stray_share: float
    regression_bins: int
    routes: dict[str, dict[str, str]]
    metrics: dict[str, str]
    refused: dict[str, Refusal]
    most_budget_seconds: int
    most_named_labels: int
    most_prompts: int
    most_template_characters: int
    templates: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Training:
    """The constants of the training loop; training.yaml explains each."""

    clip_norm: float
    pool_batches: int
    progress_every: int
    evaluation_batches: int
    initial_spread: float
    probe_steps: int
    probe_seconds: float
    ridge: tuple[float, ...]
    ridge_iterations: int


@functools.cache
def planning() -> Planning:
    """The table planning.yaml."""
    return _table(Planning, "planning.yaml")


@functools.cache
def judging() -> Judging:
    """The table judging.yaml."""
    return _table(Judging, "judging.yaml")


@functools.cache
def preparation() -> Preparation:
    """The table microbench.yaml."""
    return _table(Preparation, "microbench.yaml")


@functools.cache
def training() -> Training:
    """The table training.yaml."""
    return _table(Training, "training.yaml")


def _table(kind: type[_T], name: str) -> _T:
    return settings_from(kind, load_table(name), f"advisor/catalogue/{name}")
