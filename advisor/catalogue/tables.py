"""The reference tables: constants of the closed form, prices, terms."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from typing import Any

from advisor.methods import load_methods
from advisor.support import load_shipped, package_folder


@dataclass(frozen=True, slots=True)
class Price:
    """A range of prices for one accelerator, in US dollars an hour."""

    low: float
    high: float
    basis: str


def load_table(name: str) -> Any:
    """The plain content of a YAML table that ships beside this module."""
    return load_shipped(package_folder() / "catalogue" / name, name=name).value


def closed_form() -> dict[str, Any]:
    """The constants of the closed form of a step; closed_form.yaml explains each."""
    return _constants("closed_form.yaml")


def assumptions() -> dict[str, Any]:
    """What is taken for granted of a job that says nothing; assumptions.yaml explains each."""
    return _constants("assumptions.yaml")


def timing() -> dict[str, Any]:
    """How fast devices are beside their data sheets; timing.yaml explains each."""
    return _constants("timing.yaml")


def device_table() -> dict[str, Any]:
    """Context, reserve and error bands by kind of device; devices.yaml explains each."""
    return _constants("devices.yaml")


@functools.cache
def _constants(name: str) -> dict[str, Any]:
    table: dict[str, Any] = load_table(name)
    return table


@functools.cache
def price_of(gpu_name: str) -> Price:
    """The price range of a row of the GPU table, or the widest range for one that is not listed."""
    table = load_table("prices.yaml")
    for row in table["prices"]:
        if gpu_name in row["gpus"]:
            return Price(row["low"], row["high"], f"{row['source']} (read {row['read']})")
    unlisted = table["unlisted"]
    return Price(unlisted["low"], unlisted["high"], "not in the price table, widest range taken")


def load_glossary() -> dict[str, str]:
    """All terms with their meaning, the methods last."""
    terms: dict[str, str] = load_table("glossary.yaml")["terms"]
    return terms | {one.name.lower(): one.meaning for one in load_methods().values()}


def term_page(term: str) -> str | None:
    """The page of a term or method; hyphens, underscores and spaces are the same."""
    wanted = _plain(term)
    pages = [
        f"{known}\n{meaning}"
        for known, meaning in load_glossary().items()
        if _plain(known) == wanted
    ]
    pages.extend(
        f"{method.name} ({method.id})\nTrains {method.trains}.\nSource: {method.source}"
        for method in load_methods().values()
        if wanted in (_plain(method.id), _plain(method.name))
    )
    return "\n\n".join(pages) or None


def _plain(text: str) -> str:
    return text.lower().replace("-", " ").replace("_", " ").strip()


@dataclass(frozen=True, slots=True)
class Factors:
    """Bytes of forward activations, per unit of what they are linear in.

    The first eight count for each layer: bytes per token and unit of the residual width, of the
    queries' width where it can differ, of the feed-forward width, of the key and value width, and
    of the adapter's rank; per element of all heads' attention scores and of one mask of them; and
    per parameter, which mixed precision copies. The others count once: per token and unit of width
    and of vocabulary, per element of a mask, per parameter of the head, and per token and unit of
    vocabulary in the backward pass.
    """

    width: float
    query: float
    feed_forward: float
    key_value: float
    rank: float
    scores: float
    mask: float
    parameters: float
    fixed_width: float
    fixed_vocabulary: float
    fixed_mask: float
    fixed_parameters: float
    backward_vocabulary: float


@functools.cache
def load_activations() -> dict[tuple[str, str, str, str], Factors]:
    """The rows of activations.csv by family, method, precision and device."""
    text = (package_folder() / "catalogue" / "activations.csv").read_text(encoding="utf-8")
    rows = csv.reader(text.splitlines())
    next(rows)
    return {(row[0], row[1], row[2], row[3]): Factors(*map(float, row[4:])) for row in rows}
