"""The sentences of the report that depend on the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from advisor.decide import Parity, Status, Verdict
from advisor.facts import load_vocabulary, read_value, show_value
from advisor.methods import FULL, SOFT_PROMPT, load_methods
from advisor.report.run import Change, ParityEntry
from advisor.rules import RuleSettings
from advisor.support import capital

_MINUTE = 60
FITTED_WEIGHTS = "weights fitted to published comparisons"
"""What parity rests on where its weights were fitted."""


def confidence_word(confidence: float | None, settings: RuleSettings) -> str:
    """The word for a confidence, such as ``good``; empty if there is none."""
    words = [word for start, word in settings.confidence_words if (confidence or 0) >= start]
    return words[-1] if words else ""


def duration(seconds: float) -> str:
    """Seconds, or minutes and seconds."""
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    return f"{int(seconds) // _MINUTE} min {int(seconds) % _MINUTE:02d} s"


def decibans(number: int) -> str:
    """The amount with its unit."""
    return f"{number} deciban" if number == 1 else f"{number} decibans"


def advice_sentence(status: Status, name: str | None) -> str:
    """What to do, in a sentence.

    Args:
        status: how far the answer to the question goes.
        name: of the method that is advised.
    """
    if name is None:
        return "Nothing can be advised as things are: every method is ruled out."
    if status is Status.DO_NOT_TRAIN:
        return f"Do not train yet: start with {name}."
    if status is Status.UNDETERMINED:
        return f"At present, use {name}; what is not known yet could change this."
    return f"Use {name}."


def chance_sentence(chance: float | None, tolerance: float | None) -> str:
    """How likely the advised method comes near full fine-tuning; empty where it cannot be told."""
    if chance is None or tolerance is None:
        return ""
    points = "1 point" if tolerance == 1 else f"{tolerance:g} points"
    return f" Its chance to end within {points} of full fine-tuning is {chance:.0%}."


def headline(verdict: Verdict, settings: RuleSettings, changes: Sequence[Change]) -> str:
    """The verdict and its confidence in one or two sentences.

    Args:
        verdict: the verdict.
        settings: the words for confidence.
        changes: what would lift the vetoes, the nearest first.
    """
    nearest = ""
    if verdict.status is Status.INFEASIBLE and changes:
        name = capital(load_methods()[changes[0].method].name)
        nearest = f" Nearest change: {name} with {changes[0].change}."
    return f"{_first(verdict, settings)}{_parity(verdict)}{_second(verdict)}{nearest}"


def _first(verdict: Verdict, settings: RuleSettings) -> str:
    sure = ""
    if verdict.confidence is not None:
        word = confidence_word(verdict.confidence, settings)
        sure = f"confidence {verdict.confidence:.0%}, {word}"
    return first_sentence(
        verdict.status,
        (verdict.recommendation, verdict.variant),
        sure,
        rival_vetoed=verdict.rival_vetoed,
        missing=[entry.key for entry in verdict.missing],
    )


def first_sentence(
    status: Status,
    answer: tuple[str | None, str | None],
    sure: str,
    *,
    rival_vetoed: bool,
    missing: Sequence[str] = (),
) -> str:
    """The verdict in a sentence.

    Args:
        status: how far it goes.
        answer: recommendation and variant.
        sure: the confidence in words.
        rival_vetoed: whether the other side is ruled out.
        missing: unknown facts that it hangs on, the most important first.
    """
    side = side_name(*answer)
    if status is Status.INFEASIBLE:
        return "Neither prompt-tuning nor full fine-tuning is feasible here."
    if status is Status.DO_NOT_TRAIN:
        return "Do not train yet: start with few-shot prompting."
    if status is Status.UNDETERMINED:
        open_ = f"; it depends on {', '.join(missing[:3])}" if missing else ""
        leaning = f"; at present it leans towards {side}" if side else ""
        return f"Not determined yet{leaning}{open_}."
    if status is Status.TOO_CLOSE:
        return f"Too close to call: {side} leads by a hair ({sure}); a trial of both should decide."
    rival = "full fine-tuning" if answer[0] != FULL else "prompt-tuning"
    if rival_vetoed:
        return f"{capital(side)}, since {rival} is not feasible here ({sure})."
    return f"{capital(side)} rather than {rival} ({sure})."


def _parity(verdict: Verdict) -> str:
    """What a vetoed rival leaves open: how near the soft prompt will come to it."""
    own = verdict.parity.get(verdict.variant or "")
    if not verdict.rival_vetoed or verdict.recommendation in (None, FULL) or own is None:
        return ""
    if own.probability is None:
        return ""
    return (
        f" Its chance of coming within the tolerance of full fine-tuning is {own.probability:.0%}."
    )


def evidence_text(verdict: Verdict, own: Parity) -> str:
    """How near published results are, and what that does to the confidence.

    Args:
        verdict: the verdict, with a confidence.
        own: parity of the best soft prompt.
    """
    name = load_methods()[own.method].name
    if own.kept == 1 and own.studies == 0:
        return "Measured on your own model and data, which is nearer than any published result."
    if not own.located:
        near = "Which published results are near is unknown, as model size or number of examples is"
    elif own.rows == 0:
        near = f"No published result of {name} is like yours in model size and number of examples"
    else:
        near = (
            f"Near yours in model size and number of examples: "
            f"{_counted(own.rows, 'published comparison')} of {name} in "
            f"{_counted(own.studies, 'study', 'studies')}"
        )
    if verdict.rival_vetoed or own.kept == 1:
        return f"{near}."
    return f"{near}; only {own.kept:.0%} of what the rules say of quality counts as sure."


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def _second(verdict: Verdict) -> str:
    if verdict.alternative is None or verdict.status is Status.DO_NOT_TRAIN:
        return ""
    name = method_name(verdict.alternative)
    return f" {second_sentence(verdict.status, verdict.recommendation, name)}"


def second_sentence(status: Status, recommendation: str | None, name: str) -> str:
    """What a method beside the two sides is worth."""
    if recommendation is None:
        return f"{name} is feasible."
    if status is Status.UNDETERMINED:
        return f"{name} scores best so far."
    return f"{name} would serve better than either."


def side_name(recommendation: str | None, variant: str | None) -> str:
    """The headline side as it is spoken of, the soft-prompt side with its best member."""
    if recommendation is None:
        return ""
    if recommendation == FULL:
        return "full fine-tuning"
    if variant in (None, SOFT_PROMPT):
        return "prompt-tuning"
    return f"prompt-tuning (as {load_methods()[str(variant)].name})"


def shown_value(key: str, raw: Any) -> str:
    """A fact's value as a record keeps it, in words."""
    fact_type = load_vocabulary().get(key)
    if fact_type is None:  # a fact of a run that another version wrote
        return str(raw)
    return show_value(fact_type, read_value(fact_type, raw, where=key))


def method_name(method: str) -> str:
    """A method's name as it begins a sentence or a row."""
    return capital(load_methods()[method].name)


def parity_text(own: ParityEntry) -> str:
    """A parity: the probability, or its range while a needed fact is unknown."""
    if own.probability is None:
        low, high = own.range
        return f"{low:.0%} to {high:.0%}"
    return f"{own.probability:.0%}"


def near_text(own: ParityEntry) -> str:
    """How many published results near the project a parity rests on."""
    return f"{own.rows} rows, {own.studies} studies" if own.rows else "none like yours"
