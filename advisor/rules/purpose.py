"""What a fact is asked for: the rules, tables and risks that read it, and estimates in between."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.facts import Vocabulary, load_vocabulary
from advisor.rules.manual import readers_of
from advisor.rules.rule import RuleBase

_SHOWN_ONLY = "No rule reads it; the report names it."
_TIME = ("hours", "time")


def purpose_of(key: str, base: RuleBase) -> list[str]:
    """Why a fact matters, one line for each thing that reads it; never empty."""
    vocabulary = load_vocabulary()
    lines = [f"{code}: {claim}" for code, claim in readers_of(key, base).items()]
    lines += [f"{risk.code}: {risk.risk}" for risk in base.risks if key in risk.when]
    for name, keys in _estimates(key, vocabulary).items():
        readers = ", ".join(_codes(keys, base)) or "no rule"
        lines.append(f"The estimates of {name} need it; read by {readers}.")
    return lines or [_SHOWN_ONLY]


def _estimates(key: str, vocabulary: Vocabulary) -> dict[str, list[str]]:
    """The computed facts that rest on a fact, by what they estimate."""
    found: dict[str, list[str]] = {}
    for other in _computed_from(key, vocabulary):
        stem = other.rsplit(".", 1)[1].split("_")[0]
        found.setdefault("time" if stem in _TIME else stem, []).append(other)
    return found


def _computed_from(key: str, vocabulary: Vocabulary) -> list[str]:
    """The facts that are computed from a fact, in the order of the vocabulary."""
    found = {key}
    grown = True
    while grown:
        new = {k for k, fact_type in vocabulary.items() if found & set(fact_type.inputs)} - found
        grown = bool(new)
        found |= new
    return [other for other in vocabulary if other in found and other != key]


def _codes(keys: Iterable[str], base: RuleBase) -> list[str]:
    """The codes of what reads any of the facts, each once."""
    codes = [code for key in keys for code in readers_of(key, base)]
    codes += [risk.code for key in keys for risk in base.risks if key in risk.when]
    return sorted(set(codes))
