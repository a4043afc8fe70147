"""The estimate on its own: read the model, look at the device, work out every method."""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib.util import find_spec

from advisor.app.gather import gather_facts, subject_of
from advisor.catalogue import closed_form
from advisor.estimate import (
    DeviceSpeed,
    Estimates,
    MethodEstimate,
    Subject,
    Target,
    Wishes,
    Workload,
    bounds,
    chosen_methods,
    common_settings,
    device_speeds,
    hourly_price,
    outcome_of,
    probe_cpu,
    settings_for,
    target_of,
)
from advisor.facts import Fact, FactBase, Source, require_consistent
from advisor.methods import UnknownMethodError
from advisor.profilers import Request
from advisor.support import AdvisorError


def estimate_methods(request: Request, wishes: Wishes) -> Estimates:
    """Estimate every method that was asked for.

    Args:
        request: one model, the device, and stated facts such as ``price.per_hour``.
        wishes: the training run; unless it is to be quick, a CPU is timed for under a second.

    Raises:
        AdvisorError: if the model or a wish is impossible.
    """
    gathered = gather_facts(request)
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
    outcomes: dict[str, MethodEstimate | AdvisorError] = {}
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


def _run(facts: FactBase, wishes: Wishes, target: Target, *, probe: bool) -> Workload:
    examples = bounds(facts, "data.train_examples")
    tokens = bounds(facts, "data.median_tokens")
    return Workload(
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
