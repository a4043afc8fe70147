"""What ``advisor whatif`` shows, made from its record alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from advisor.methods import FULL, SOFT_PROMPT
from advisor.reasoning.record import (
    AnswerNow,
    ChangedAnswer,
    ChoiceAlone,
    FewestChanges,
    NumberAlone,
    SaidByRule,
    StretchAnswer,
    SweptFact,
    WhatIfFile,
)
from advisor.report import (
    Block,
    Bullets,
    FindOut,
    Heading,
    MapEntry,
    Paragraph,
    Table,
    answer_words,
    exact_number,
    find_out_line,
    flip_table,
    map_grid,
    shown_value,
)

WHATIF_TITLE = "What would change the answer"


def whatif_blocks(record: WhatIfFile) -> Iterator[Block]:
    """All that the record says, the answer as it is first."""
    yield from _answer("Now", record.now)
    if record.then:
        yield from _named(record, record.then)
    if record.sweep:
        yield from _sweep(record.sweep)
    if record.map:
        yield from _map(record.map)
    if record.counterfactuals:
        yield from _counterfactuals(record.counterfactuals)
    yield from _find_out(record.find_out or ())
    yield from _singles(record.numbers or {}, record.choices or {})


def _answer(title: str, answer: AnswerNow) -> Iterator[Block]:
    yield Heading(title)
    yield Paragraph(answer.sentence, strong=True)
    yield Paragraph(answer.headline)


def _named(record: WhatIfFile, then: AnswerNow) -> Iterator[Block]:
    changes = tuple(
        f"{key}: {shown_value(key, one.from_)} becomes {shown_value(key, one.to)}"
        for key, one in (record.changes or {}).items()
    )
    title, *answer = _answer("Then", then)
    yield from (title, Bullets(changes), *answer)
    if not record.rules:
        yield Paragraph("No rule says anything else.")
        return
    yield Heading("Rules that say something else")
    yield Table(
        ("Rule", "Now", "Then", "Claim"),
        tuple(
            (one.rule, _saying(one.before), _saying(one.after), one.claim) for one in record.rules
        ),
    )


def _saying(said: SaidByRule) -> str:
    if said.outcome == "silent":
        return "silent"
    if said.veto:
        vetoed = ", ".join(said.veto)
        return f"rules out {vetoed}" if said.outcome == "fires" else f"may rule out {vetoed}"
    if said.outcome == "undetermined":
        return "may fire"
    effects = sorted(set(said.effects.values()))
    return " ".join(f"{decibans:+d}" for decibans in effects)


def _sweep(found: SweptFact) -> Iterator[Block]:
    yield Heading(f"Along {found.fact}")
    yield Table(
        ("From", "To", "Answer"),
        tuple(
            (exact_number(part.from_), exact_number(part.to), answer_words(part))
            for part in found.stretches
        ),
        right=(0, 1),
    )


def _map(found: MapEntry) -> Iterator[Block]:
    yield Heading(f"The answer over {found.across.fact} and {found.up.fact}")
    yield map_grid(found)


def _singles(
    numbers: Mapping[str, NumberAlone], choices: Mapping[str, ChoiceAlone]
) -> Iterator[Block]:
    rows = [
        (key, exact_number(one.now), *_nearest(one.stretches, one.now))
        for key, one in numbers.items()
    ]
    moving = tuple(row for row in rows if row[2] != "-" or row[3] != "-")
    still = [row[0] for row in rows if row not in moving]
    if moving:
        yield Heading("Numbers: the nearest values that change the answer")
        yield flip_table(moving)
    items = []
    for key, one in choices.items():
        now = next((a for a in one.answers if a.value == one.now), None)
        others = [a for a in one.answers if now is None or answer_words(a) != answer_words(now)]
        items += [f"{key} {shown_value(key, a.value)}: {answer_words(a)}." for a in others]
        if not others:
            still.append(key)
    if items:
        yield Heading("Choices that change the answer")
        yield Bullets(tuple(items))
    if still:
        yield Heading("Alone they change nothing, whatever their value")
        yield Paragraph(", ".join(still) + ".")


_WANTED = {
    "another_answer": "Another answer",
    SOFT_PROMPT: "Prompt-tuning, decided",
    FULL: "Full fine-tuning, decided",
}
_PROOFS = {
    "all_values": "proven over all values",
    "cells": "gone through, one value of each cell of the rules",
    "not_proven": "not gone through to the end",
}
_COUNTS = ("one fact", "two facts", "three facts")
_SHOWN_SETS = 3


def _counterfactuals(found: Mapping[str, FewestChanges]) -> Iterator[Block]:
    yield Heading("The fewest changes")
    items = []
    for name, one in found.items():
        nearest = [_changes(entry) for entry in one.found[:_SHOWN_SETS]]
        ways = "; or ".join(nearest) or "no change of up to three facts was found"
        missing = [
            f"{count}: {_PROOFS[proof]}"
            for count, proof in zip(_COUNTS, one.not_enough, strict=False)
        ]
        why = f" Not enough are {', '.join(missing)}." if missing else ""
        items.append(f"{_WANTED[name]}: {ways}.{why}")
    yield Bullets(tuple(items))


def _changes(entry: ChangedAnswer) -> str:
    named = " and ".join(f"{key} {_shown(key, v)}" for key, v in entry.changes.items())
    return f"{named} ({answer_words(entry)})"


def _shown(key: str, value: Any) -> str:
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return exact_number(value) if plain else shown_value(key, value)


def _find_out(found: Sequence[FindOut]) -> Iterator[Block]:
    if found:
        yield Heading("Worth finding out, the cheapest first")
        yield Bullets(tuple(find_out_line(one) for one in found), numbered=True)


def _nearest(parts: Sequence[StretchAnswer], now: float) -> tuple[str, str]:
    """What comes at the next lower and the next higher value that changes the answer."""
    here = next(n for n, part in enumerate(parts) if part.from_ <= now <= part.to)
    answer = answer_words(parts[here])
    below = next((p for p in reversed(parts[:here]) if answer_words(p) != answer), None)
    above = next((p for p in parts[here:] if answer_words(p) != answer), None)
    return (
        f"up to {exact_number(below.to)}: {answer_words(below)}" if below else "-",
        f"from {exact_number(above.from_)}: {answer_words(above)}" if above else "-",
    )
