"""The head of the page: the verdict, and beside it what it is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from advisor.report.blocks import Block, Record
from advisor.report.html.measured_sections import outcome
from advisor.report.wording import method_name, shown_value, side_name
from advisor.support.sentences import capital

_STATUS = {
    "decided": "Decided",
    "too_close": "Too close to call",
    "undetermined": "Not determined yet",
    "infeasible": "Neither is feasible",
    "do_not_train": "Do not train yet",
}
_DEVICE, _RAM = "Device", "hardware.ram_available_gib"
_ABOUT = (
    ("Model", ("model.name", "model.parameters")),
    ("Task", ("task.type",)),
    ("Training examples", ("data.train_examples",)),
    (_DEVICE, ("hardware.accelerator_name", "hardware.accelerator_memory_gib")),
)


@dataclass(frozen=True, slots=True)
class Head:
    """What is seen without scrolling.

    Attributes:
        status: whether it is decided, in words.
        sentence: the verdict with its confidence.
        notes: what stands beside the verdict: near evidence, the alternative.
        outcome: what a micro-benchmark found.
        answer, about: names and values, of the answer and of the project.
        alarms: how many there are.
    """

    status: str
    sentence: str
    notes: tuple[str, ...]
    outcome: tuple[Block, ...]
    answer: tuple[tuple[str, str], ...]
    about: tuple[tuple[str, str], ...]
    alarms: int


def head_of(record: Record) -> Head:
    """The head of a run."""
    near = (record.get("evidence") or {}).get("text", "")
    return Head(
        status=_STATUS[record["status"]],
        sentence=record["headline"],
        notes=tuple(filter(None, (near, record["alternative_reason"]))),
        outcome=outcome(record),
        answer=tuple(_answer(record)),
        about=tuple(_about(record)),
        alarms=len(record.get("alarms") or ()),
    )


def _answer(record: Record) -> Iterator[tuple[str, str]]:
    side = side_name(record["recommendation"], record["variant"])
    if side:
        yield "Leaning to" if record["leaning_only"] else "Recommended", capital(side)
    if record["confidence"] is not None:
        yield "Confidence", f"{record['confidence']:.0%}, {record['confidence_word']}"
    if record["alternative"]:
        better = "Serves better" if side and not record["leaning_only"] else "Scores best"
        yield better, method_name(record["alternative"])


def _about(record: Record) -> Iterator[tuple[str, str]]:
    for name, keys in _ABOUT:
        known = [
            shown_value(key, record["facts"][key]["value"])
            for key in keys
            if key in record["facts"] and record["facts"][key]["value"] is not None
        ]
        if known:
            yield name, ", ".join(known)
        elif name == _DEVICE and (memory := record["facts"].get(_RAM)):
            yield name, f"CPU, {shown_value(_RAM, memory['value'])} RAM free"
