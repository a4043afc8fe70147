"""What one method needs on one device: memory, time, money and storage."""

from __future__ import annotations

from dataclasses import dataclass, replace

from advisor.catalogue import load_gpus
from advisor.estimate.breakdown import StepProfile
from advisor.estimate.duration import steps_of
from advisor.estimate.need import Need, need_of
from advisor.estimate.plan import Plan, Planner
from advisor.estimate.roofline import DeviceSpeed, step_seconds
from advisor.estimate.settings import Settings
from advisor.estimate.shape import stored_bytes
from advisor.estimate.sharding import Sharding, sharded
from advisor.estimate.subject import Subject
from advisor.estimate.target import Target
from advisor.methods import Method
from advisor.support import AdvisorError

_SECONDS_PER_HOUR = 3600.0
_TOO_LITTLE = ("tight", "does not fit")


@dataclass(frozen=True, slots=True)
class Workload:
    """How much is trained, and what an hour costs.

    Attributes:
        examples: training examples, or None if not known.
        epochs: passes over them, or None for the method's recipe.
        tokens: mean length of an example, for the time; the sequence length if None.
        price_per_hour: US dollars for one device, lowest and highest.
        speed: of one device, or None if not known.
    """

    examples: float | None = None
    epochs: float | None = None
    tokens: int | None = None
    price_per_hour: tuple[float, float] = (0.0, 0.0)
    speed: DeviceSpeed | None = None


@dataclass(frozen=True, slots=True)
class Shared:
    """What each of several devices needs under one way of sharing; nothing of it is validated."""

    how: Sharding
    need: Need
    fits: str


@dataclass(frozen=True, slots=True)
class MethodEstimate:
    """The estimate of one method.

    Attributes:
        settings: the run that was asked for.
        profile: its step.
        need: on one device.
        fits: ``fits``, ``tight``, ``does not fit`` or ``unknown``.
        step_seconds, hours: of an optimizer step and of the whole run.
        cost: US dollars, lowest and highest.
        artefact_bytes: stored for one task.
        extra_tokens: virtual tokens that every request in production carries.
        plan: the best settings that fit; None if nothing does, or no limit is known.
        nearest_fix: the smallest single change with which it fits, where it does not.
        fitting_device: the smallest device of the GPU table on which it fits as asked.
        shared: the need by ways of sharing, where there are several devices.
    """

    settings: Settings
    profile: StepProfile
    need: Need
    fits: str
    step_seconds: float | None
    hours: float | None
    cost: tuple[float, float] | None
    artefact_bytes: float
    extra_tokens: int
    plan: Plan | None
    nearest_fix: Plan | None
    fitting_device: str
    shared: tuple[Shared, ...]

    @property
    def feasible(self) -> bool:
        """Whether some way was found, or nothing is known that forbids it.

        Sharing is not validated, so only its lower bound can rule a method out.
        """
        if self.fits != "does not fit" or self.plan is not None:
            return True
        return any(way.fits != "does not fit" for way in self.shared)


@dataclass(frozen=True, slots=True)
class Estimates:
    """The outcomes of all methods that were asked for, and what they rest on.

    Attributes:
        subject: the model.
        target: the device.
        run: examples, epochs, price and speed.
        outcomes: by method id; an error where the method cannot be combined with the settings.
        tasks: tasks that share the base, fewest and most.
        notes: remarks for the user.
    """

    subject: Subject
    target: Target
    run: Workload
    outcomes: dict[str, MethodEstimate | AdvisorError]
    tasks: tuple[float, float]
    notes: tuple[str, ...]

    @property
    def feasible(self) -> bool:
        """Whether at least one method fits in some way, or nothing is known that forbids it."""
        return any(
            isinstance(one, MethodEstimate) and one.feasible for one in self.outcomes.values()
        )


def outcome_of(
    subject: Subject, method: Method, settings: Settings, target: Target, run: Workload
) -> MethodEstimate:
    """Estimate one method.

    Args:
        subject: the model.
        method: a trained method.
        settings: of the run.
        target: the device, of possibly several.
        run: for time and cost.
    """
    profile = subject.profile(method.id, settings)
    need = need_of(profile, target.kind, subject.model_type, method.id)
    fits = need.fits(target)
    planner = Planner(subject, method, target, run.speed)
    seconds, hours = _time(subject, method, settings, target, run)
    cost = None
    if hours is not None:
        low, high = run.price_per_hour
        cost = hours * low * target.count, hours * high * target.count
    return MethodEstimate(
        settings=settings,
        profile=profile,
        need=need,
        fits=fits,
        step_seconds=seconds,
        hours=hours,
        cost=cost,
        artefact_bytes=stored_bytes(method.id, subject.shape, settings),
        extra_tokens=settings.virtual_tokens if method.lengthens_input else 0,
        plan=None if target.free_gib is None else planner.best(settings),
        nearest_fix=planner.smallest_change(settings) if fits in _TOO_LITTLE else None,
        fitting_device=_fitting_device(need) if fits in _TOO_LITTLE else "",
        shared=_shared(profile, subject, method.id, target),
    )


def _time(
    subject: Subject, method: Method, settings: Settings, target: Target, run: Workload
) -> tuple[float | None, float | None]:
    """Seconds of an optimizer step at the mean length, and hours of the whole run."""
    if run.speed is None:
        return None, None
    usual = replace(settings, sequence_length=run.tokens or settings.sequence_length)
    profile = subject.profile(method.id, usual)
    seconds = step_seconds(profile.work, run.speed, settings.accumulation)
    if run.examples is None:
        return seconds, None
    epochs = run.epochs if run.epochs is not None else method.epochs
    steps = steps_of(
        run.examples / target.count, epochs, settings.batch_size, settings.accumulation
    )
    return seconds, steps * seconds / _SECONDS_PER_HOUR


def _fitting_device(need: Need) -> str:
    """The device of the GPU table with the least memory that holds the need."""
    enough = [gpu for gpu in load_gpus() if gpu.memory_gib >= need.high]
    return min(enough, key=lambda gpu: gpu.memory_gib).name if enough else ""


def _shared(
    profile: StepProfile, subject: Subject, method: str, target: Target
) -> tuple[Shared, ...]:
    """The need of each device by the ways of sharing; the host's memory serves a single one."""
    if target.kind == "none":
        return ()
    ways = [how for how in Sharding if how is not Sharding.NONE]
    if target.count == 1:
        ways = [Sharding.OFFLOAD]
    found = []
    for how in ways:
        step = sharded(profile, how, target.count)
        need = need_of(step, target.kind, subject.model_type, method)
        found.append(Shared(how, need, need.fits(target)))
    return tuple(found)
