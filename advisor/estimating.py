"""The estimate on its own: read the model, look at the device, work out every method."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec

from advisor.catalogue.known import UnknownMethodError
from advisor.catalogue.tables import Method, assumptions, closed_form, load_methods
from advisor.estimate.assumed import usual_settings
from advisor.estimate.duration import device_speeds
from advisor.estimate.job import bounds
from advisor.estimate.outcome import Estimates, Outcome, Run, outcome_of
from advisor.estimate.prices import hourly_price
from advisor.estimate.probe import probe_cpu
from advisor.estimate.roofline import DeviceSpeed
from advisor.estimate.settings import Head, Optimizer, Precision, Settings
from advisor.estimate.subject import Subject
from advisor.estimate.target import Target, target_of
from advisor.facts import Fact, FactBase, Source
from advisor.facts.consistency import require_consistent
from advisor.gather import Request, gather
from advisor.support.errors import AdvisorError, did_you_mean
from advisor.tracing import subject_of

_LONGEST_WITHOUT_DATA = 512


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user has said of the run; None is filled in by the method and the device."""

    methods: tuple[str, ...] = ()
    batch_size: int | None = None
    sequence_length: int | None = None
    mean_tokens: int | None = None
    target_length: int | None = None
    precision: Precision | None = None
    optimizer: Optimizer | None = None
    head: Head | None = None
    checkpointing: bool = False
    accumulation: int = 1
    padded: bool = True
    use_cache: bool = True
    virtual_tokens: int | None = None
    rank: int | None = None
    upcast: bool = True
    epochs: float | None = None
    quick: bool = False


def estimate(request: Request, wishes: Wishes) -> Estimates:
    """Estimate every method that was asked for.

    Args:
        request: one model, the device, and stated facts such as ``price.per_hour``.
        wishes: the training run; unless it is to be quick, a CPU is timed for under a second.

    Raises:
        AdvisorError: if the model or a wish is impossible.
    """
    gathered = gather(request)
    model_facts: Sequence[Fact] = gathered.models[0][1] if gathered.models else ()
    facts = FactBase([*gathered.common, *model_facts]).with_defaults()
    require_consistent(facts)
    notes = list(gathered.notes)
    subject = subject_of(request, facts, notes, traced=not wishes.quick)
    target = target_of(facts)
    settings = common_settings(wishes, facts, target)
    positions = _positions(facts, subject)
    _require_positions(settings.sequence_length, 0, positions)
    run = _run(facts, wishes, target, probe=not wishes.quick)
    outcomes: dict[str, Outcome | AdvisorError] = {}
    for method in chosen_methods(wishes.methods):
        own = settings_for(method, wishes, settings)
        if wishes.checkpointing and not own.checkpointing:
            notes.append(f"{method.name} cannot be combined with checkpointing and goes without")
        try:
            _require_positions(own.sequence_length, own.virtual_tokens, positions)
            outcomes[method.id] = outcome_of(subject, method, own, target, run)
        except UnknownMethodError:
            raise
        except AdvisorError as error:
            outcomes[method.id] = error
    tasks = bounds(facts, "deployment.tasks_per_base") or (1.0, 1.0)
    return Estimates(subject, target, run, outcomes, tasks, (*notes, *subject.notes))


def _positions(facts: FactBase, subject: Subject) -> float:
    """How many tokens the model takes; relative positions set no limit."""
    stated = bounds(facts, "model.context_length")
    relative = subject.shape.family in closed_form()["relative_positions"]
    return math.inf if stated is None or relative else stated[1]


def _require_positions(length: int, virtual: int, positions: float) -> None:
    """Raise an error if the input and its virtual tokens do not fit into the positions."""
    if length + virtual > positions:
        added = f" and {virtual} virtual tokens" if virtual else ""
        raise AdvisorError(
            f"a sequence of {length} tokens{added} is longer than the model's "
            f"{positions:.0f} positions",
            where="--seq-len",
            hint=f"at most {positions - virtual:.0f}",
        )


def chosen_methods(names: Iterable[str]) -> list[Method]:
    """The trained methods of those names; all of them if none is named.

    Raises:
        AdvisorError: if a name is unknown or trains nothing.
    """
    known = {id_: method for id_, method in load_methods().items() if method.trained}
    chosen = []
    for name in names or known:
        id_ = name.strip().lower().replace("-", "_")
        if id_ not in known:
            raise AdvisorError(
                f"no method {name!r} is trained",
                where="--method",
                hint=did_you_mean(id_, known) or "one of " + ", ".join(known),
            )
        chosen.append(known[id_])
    return chosen


def settings_for(method: Method, wishes: Wishes, common: Settings) -> Settings:
    """The common settings with what the method's recipe and usual precision add."""
    usual = usual_settings(method, common)
    return replace(
        usual,
        precision=wishes.precision or usual.precision,
        optimizer=wishes.optimizer or usual.optimizer,
        # A method without virtual tokens, or without a rank, has none by wish either.
        virtual_tokens=(wishes.virtual_tokens or usual.virtual_tokens)
        if usual.virtual_tokens
        else 0,
        rank=(wishes.rank or usual.rank) if usual.rank else 0,
    )


def common_settings(wishes: Wishes, facts: FactBase, target: Target) -> Settings:
    """What all methods share of a run: the user's wishes, else what the facts tell."""
    length = wishes.sequence_length or _usual_length(facts, wishes)
    stated = bounds(facts, "train.batch_size")
    assumed = int(stated[1]) if stated else int(assumptions()["assumed_batch"])
    return Settings(
        batch_size=wishes.batch_size or assumed,
        sequence_length=length,
        target_length=wishes.target_length,
        padded=wishes.padded,
        kernels=target.kernels,
        head=wishes.head or _usual_head(facts),
        labels=int((bounds(facts, "data.label_count") or (2, 2))[1]),
        checkpointing=wishes.checkpointing,
        accumulation=wishes.accumulation,
        use_cache=wishes.use_cache,
        upcast=wishes.upcast,
    )


def _usual_length(facts: FactBase, wishes: Wishes) -> int:
    """The longest input that is stated or in the data, else one that leaves soft prompts room."""
    stated = bounds(facts, "train.sequence_length")
    if stated:
        return math.ceil(stated[1])
    positions = bounds(facts, "model.context_length")
    room = positions[1] if positions else math.inf
    data = bounds(facts, "data.p95_tokens")
    if data:
        return math.ceil(min(data[1], room))
    recipes = (method.virtual_tokens for method in load_methods().values())
    virtual = wishes.virtual_tokens or max(recipes)
    return max(int(min(_LONGEST_WITHOUT_DATA, room - virtual)), 1)


def _usual_head(facts: FactBase) -> Head:
    heads = {"encoder": Head.CLASSIFICATION, "encoder_decoder": Head.SEQ2SEQ}
    return heads.get(str(facts.value("model.architecture")), Head.CAUSAL_LM)


def _run(facts: FactBase, wishes: Wishes, target: Target, *, probe: bool) -> Run:
    examples = bounds(facts, "data.train_examples")
    tokens = bounds(facts, "data.median_tokens")
    return Run(
        examples=examples[1] if examples else None,
        epochs=wishes.epochs,
        tokens=wishes.mean_tokens or (math.ceil(tokens[1]) if tokens else None),
        price_per_hour=hourly_price(facts)[:2],
        speed=_speed(facts, target, probe=probe),
    )


def _speed(facts: FactBase, target: Target, *, probe: bool) -> DeviceSpeed | None:
    """How fast the device is: measured where it is this machine's CPU, else by tables."""
    accelerator = facts.get("hardware.accelerator")
    own = accelerator is not None and accelerator.source is Source.DETECTED
    if target.kind == "none" and own and probe and find_spec("torch") is not None:
        return probe_cpu()
    speeds = device_speeds(facts)
    return speeds.expected[0] if speeds else None
