"""The plan of a micro-benchmark: frozen before the first trial, and recorded."""

from __future__ import annotations

from advisor.microbench.records import FrozenRecord, TrialPrecision


class MethodPlan(FrozenRecord):
    """What one method gets.

    Attributes:
        pairs: body rate and head rate (None where no new head is trained), best guess first.
        recipe_steps: of a run as the recipe has it, of which ``steps`` are a share.
        steps: of a final run on the whole training split, and on the sizes of the curve.
        search_steps: of a run of the search at the least, but never more than of a final run.
        looks: how often a final run looks at the development split.
        patience: share of a run's looks without a better score or loss that end it.
        seconds_per_step, evaluation_seconds: as probed; the latter for one example.
    """

    pairs: tuple[tuple[float, float | None], ...]
    recipe_steps: int
    steps: int
    curve_steps: tuple[int, ...] = ()
    search_steps: int = 0
    looks: int
    patience: float
    seconds_per_step: float
    evaluation_seconds: float

    @property
    def effort(self) -> float:
        """Share of the recipe's steps that a final run has."""
        return self.steps / self.recipe_steps


class TrialPlan(FrozenRecord):
    """All that decides which trials run; the same plan on the same machine gives the same result.

    Attributes:
        budget_seconds: wall time that the user allows.
        expected_seconds: wall time that the trials are expected to take.
        slots: trials side by side.
        train_size, dev_size, test_size: examples.
        seeds: of the final runs.
        spare_seeds: further ones, one after another for all methods, while time is left.
        curve_sizes: smaller train sizes of the learning curve.
        step_share: share of the recipes' steps that the budget allows.
        methods: by identifier, in the order in which they are run.
        left_out: methods that cannot be run here, with the reason.
        dropped: what the budget did not allow, as sentences.
        memory_limit: bytes that each process may add to the model that all share, or None.
        time_limits: seconds after which a final run of each method is ended.
        prompt: which candidate prompt is used, the best one zero-shot.
    """

    budget_seconds: float
    expected_seconds: float
    slots: int
    precision: TrialPrecision
    device: str
    batch_size: int
    max_tokens: int
    virtual_tokens: int
    train_size: int
    dev_size: int
    test_size: int
    seeds: int
    curve_sizes: tuple[int, ...]
    step_share: float
    methods: dict[str, MethodPlan]
    left_out: dict[str, str]
    dropped: tuple[str, ...]
    memory_limit: int | None
    time_limits: dict[str, float]
    prompt: int = 0
    spare_seeds: int = 0

    @property
    def told_limit(self) -> int | None:
        """The memory limit, where it is what a method has no room in: not on an accelerator."""
        return self.memory_limit if self.device == "cpu" else None
