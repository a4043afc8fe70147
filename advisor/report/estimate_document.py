"""The estimate as neutral blocks, made from its record alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.report.blocks import Block, Bullets, Heading, Paragraph, Stacks, Table
from advisor.report.estimate_record import (
    CommonSettings,
    EstimatedMethod,
    EstimatedPlan,
    EstimatedSharing,
    EstimateFile,
    LowHigh,
    NoMethod,
)
from advisor.report.wording import method_name

MEMORY_PARTS = {
    "weights": ("W", "weights"),
    "gradients": ("G", "gradients"),
    "optimizer_state": ("O", "optimizer state"),
    "activations": ("A", "activations"),
    "logits_and_loss": ("L", "logits and loss"),
    "workspace": ("T", "temporaries"),
}
"""Mark and name of each part of an estimate's breakdown."""

RESERVE = ("r", "allocator reserve")
CONTEXT = ("c", "context")


ESTIMATE_TITLE = "Memory, time and cost before training"
_VERDICTS = {
    "fits": ("fits", "fit"),
    "tight": ("is too close to the limit to tell", "are too close to the limit to tell"),
    "does not fit": ("does not fit", "do not fit"),
}
"""What is said of one method, and of several."""
_MINUTE, _DAY = 1 / 60, 24.0
_STEPS = (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


def estimate_blocks(record: EstimateFile) -> Iterator[Block]:
    """All that the record says, the answer first."""
    done = record.done
    yield Heading(f"What training {record.model.name} takes")
    yield Paragraph(_headline(record, done), strong=True)
    yield Paragraph(_setting(record))
    if done:
        yield Heading("Memory of one device at the highest point of a step")
        yield Stacks(
            tuple((method_name(id_), _parts(one), _total(one)) for id_, one in done.items()),
            dict((*MEMORY_PARTS.values(), RESERVE, CONTEXT)),
            record.device.free_gib,
            "GiB",
        )
        yield Heading("Method by method")
        yield _table(done)
        yield from _plans(done)
        yield from _several_devices(record, done)
    refused = [
        f"{method_name(id_)}: {one.not_available}"
        for id_, one in record.methods.items()
        if isinstance(one, NoMethod)
    ]
    remarks = [*refused, *record.notes, *_remarks(record, done)]
    if remarks:
        yield Heading("To know")
        yield Bullets(tuple(remarks))


def _headline(record: EstimateFile, done: Mapping[str, EstimatedMethod]) -> str:
    free = record.device.free_gib
    if free is None:
        return "How much memory the device has is not known, so nothing is said to fit or not."
    where = f"{free:.4g} GiB of {record.device.free_is}"
    names = {
        verdict: [method_name(id_) for id_, one in done.items() if one.fits == verdict]
        for verdict in _VERDICTS
    }
    said = [
        f"{_listed(found)} {_VERDICTS[verdict][len(found) > 1]}"
        for verdict, found in names.items()
        if found
    ]
    helped = [id_ for id_, one in done.items() if one.fits != "fits" and one.plan]
    text = f"As asked, with {where} free: {'; '.join(said)}."
    if helped:
        text += f" A plan that fits exists for {_listed([method_name(id_) for id_ in helped])}."
    return text


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _setting(record: EstimateFile) -> str:
    s, device = record.settings, record.device
    if not isinstance(s, CommonSettings):
        return "No method can be combined with these settings."
    batch = f"batch {s.batch_size}"
    if s.accumulation > 1:
        batch += f" x {s.accumulation} accumulated"
    padded = "padded" if s.padded else "not padded"
    count = f"{device.count} x " if device.count > 1 else ""
    speed = f" ({device.speed})" if device.speed else ""
    return (
        f"{batch}, {s.sequence_length} tokens, {padded}, head {s.head.replace('_', ' ')}, "
        f"on {count}{device.name}{speed}."
    )


def _parts(one: EstimatedMethod) -> tuple[tuple[str, float], ...]:
    held = [(mark, float(one.breakdown_gib[kind])) for kind, (mark, _) in MEMORY_PARTS.items()]
    held.append((RESERVE[0], one.reserved_gib - one.allocated_gib))
    held.append((CONTEXT[0], float(one.context_gib)))
    return tuple((mark, size) for mark, size in held if size > 0)


def _total(one: EstimatedMethod) -> str:
    return f"{one.total_gib:.4g} GiB, {one.fits}"


def _table(done: Mapping[str, EstimatedMethod]) -> Table:
    rows = []
    for id_, one in done.items():
        own = one.settings
        low, high = one.interval_gib
        kept = ", checkpointed" if own.checkpointing else ""
        rows.append(
            (
                method_name(id_),
                f"{own.precision}, {own.optimizer}{kept}".replace("_", " "),
                f"{low:.3g} to {high:.3g}",
                one.basis,
                _seconds(one.step_seconds),
                _hours(one.total_hours),
                _cost(one.cost),
                _size(one.artefact_bytes),
            )
        )
    columns = ("Method", "Set up as", "GiB", "Basis", "Step", "Run", "USD", "Stored per task")
    return Table(columns, tuple(rows), right=(4, 5))


def _plans(done: Mapping[str, EstimatedMethod]) -> Iterator[Block]:
    items = []
    for id_, one in done.items():
        if one.fits in ("fits", "unknown"):
            continue
        fix, plan = one.nearest_fix, one.plan
        if fix:
            text = f"{fix.change} makes it fit, with {fix.margin_gib:.3g} GiB to spare"
        elif plan:
            text = f"no single change is enough, but {plan.change} is, with "
            text += f"{plan.margin_gib:.3g} GiB to spare"
        else:
            text = "nothing that was tried makes it fit"
        if plan and fix and plan.change != fix.change:
            text += f"; the best plan is {plan.change} ({_seconds(plan.step_seconds)} a step)"
        if one.smallest_fitting_device:
            text += f"; as asked it fits on {one.smallest_fitting_device}"
        items.append(f"{method_name(id_)}: {text}.")
    if items:
        yield Heading("How to make it fit")
        yield Bullets(tuple(items))
    faster = [
        f"{method_name(id_)}: {one.plan.change}, {_seconds(one.plan.step_seconds)} "
        f"a step instead of {_seconds(one.step_seconds)}."
        for id_, one in done.items()
        if one.fits == "fits" and one.plan and _is_faster(one.plan, one)
    ]
    if faster:
        yield Heading("Fits, and can be faster with the same examples a step")
        yield Bullets(tuple(faster))


def _is_faster(plan: EstimatedPlan, one: EstimatedMethod) -> bool:
    new, old = plan.step_seconds, one.step_seconds
    return bool(plan.change and new and old and new < 0.95 * old)


def _several_devices(record: EstimateFile, done: Mapping[str, EstimatedMethod]) -> Iterator[Block]:
    shown = {
        id_: one
        for id_, one in done.items()
        if one.shared and (record.device.count > 1 or one.fits != "fits")
    }
    if not shown:
        return
    yield Heading("Shared among devices or with the host's memory (not validated)")
    ways = [way.how for way in next(iter(shown.values())).shared]
    rows = tuple((method_name(id_), *map(_shared_cell, one.shared)) for id_, one in shown.items())
    yield Table(("GiB a device", *ways), rows)


def _shared_cell(way: EstimatedSharing) -> str:
    return f"{way.total_gib_per_device:.4g}, {way.fits}"


def _remarks(record: EstimateFile, done: Mapping[str, EstimatedMethod]) -> Iterator[str]:
    tasks = record.run.tasks_per_base[1]
    if tasks > 1:
        stored = ", ".join(
            f"{method_name(id_)} {_size(one.artefact_bytes_all_tasks[1])}"
            for id_, one in done.items()
        )
        yield f"Stored for {tasks:g} tasks: {stored}."
    longer = {id_: one.extra_tokens_per_request for id_, one in done.items()}
    added = [f"{method_name(id_)} {count}" for id_, count in longer.items() if count]
    if added and isinstance(record.settings, CommonSettings):
        mean = record.run.mean_tokens or record.settings.sequence_length
        most = max(longer.values()) / mean
        yield (
            f"Virtual tokens that every request carries: {', '.join(added)}; up to {most:.0%} more "
            "to read for an input of mean length."
        )
    yield (
        "The interval holds context, allocator reserve and the error of the basis; a method fits "
        "if all of it does."
    )


def _seconds(value: float | None) -> str:
    if value is None:
        return "unknown"
    return f"{value:.3g} s" if value >= 1 else f"{value * 1000:.3g} ms"


def _hours(value: float | None) -> str:
    if value is None:
        return "unknown"
    if value < 1:
        return f"{value / _MINUTE:.3g} min"
    return f"{value:.3g} h" if value < 2 * _DAY else f"{value / _DAY:.3g} days"


def _cost(value: LowHigh | None) -> str:
    if value is None:
        return "unknown"
    low, high = (f"{amount:.3g}" for amount in value)
    return low if low == high else f"{low} to {high}"


def _size(count: float) -> str:
    for unit, size in _STEPS:
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count:.0f} B"
