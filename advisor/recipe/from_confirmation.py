"""What a micro-benchmark has found is carried over; else the recipe's first values count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from advisor.catalogue import preparation
from advisor.methods import Method
from advisor.recipe.choosing import Choice, EarlierRun, projects
from advisor.support import AdvisorError

_RECIPE = "the recipe's first value"
_FOUND = "found by the micro-benchmark"


@dataclass(frozen=True, slots=True)
class Carried:
    """Settings that a micro-benchmark may have found, each with where it comes from.

    Attributes:
        learning_rate, head_rate: of all but a new head, and of a new head.
        search: pairs of rates to search, the most promising first.
        virtual_tokens: of a soft prompt, else 0.
        prompts: templates, the most promising first.
        label_words: how labels are said, by label.
        sources: by setting, where its value comes from.
    """

    learning_rate: float
    head_rate: float
    search: tuple[tuple[float, float], ...]
    virtual_tokens: int
    prompts: tuple[str, ...]
    label_words: Mapping[str, str]
    sources: Mapping[str, str]


def carry(run: EarlierRun, choice: Choice, *, pair: bool) -> Carried:
    """The rates, virtual tokens and prompts of a project.

    Args:
        run: may hold what a micro-benchmark has found.
        choice: method and route.
        pair: whether an input has two texts.

    Raises:
        AdvisorError: if the run file holds something else where they should stand.
    """
    try:
        return _carry(run, choice, pair=pair)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AdvisorError(
            f"what the micro-benchmark found cannot be read from the run file: {error!r}",
            where="results, plan and baselines",
            hint="write the run anew by advisor confirm",
        ) from None


def _carry(run: EarlierRun, choice: Choice, *, pair: bool) -> Carried:
    prompts, words = _measured_prompts(run, choice, pair=pair)
    sources = {
        "prompts": "ranked by the micro-benchmark" if prompts else "the advisor's candidates"
    }
    prompts = prompts or _candidates(choice, pair=pair)
    if not choice.method.trained:
        return Carried(0.0, 0.0, (), 0, prompts, words, sources)
    recipe = choice.method.recipe
    found = (run.record.get("results") or {}).get(choice.method.id) or {}
    rates = []
    for key in ("learning_rate", "head_rate"):
        measured = found.get(key)
        rates.append(float(recipe[key]["first"] if measured is None else measured))
        sources[key] = _RECIPE if measured is None else _FOUND
    virtual = choice.method.virtual_tokens
    planned = (run.record.get("plan") or {}).get("virtual_tokens")
    sources["virtual_tokens"] = _RECIPE
    if virtual and planned and found:
        virtual, sources["virtual_tokens"] = int(planned), "as in the micro-benchmark"
    return Carried(
        learning_rate=rates[0],
        head_rate=rates[1],
        search=_pairs(choice.method, (rates[0], rates[1]), head=choice.route == "head"),
        virtual_tokens=virtual,
        prompts=prompts,
        label_words=words,
        sources=sources,
    )


def _pairs(
    method: Method, chosen: tuple[float, float], *, head: bool
) -> tuple[tuple[float, float], ...]:
    """The chosen pair and those of the recipe; without a head only distinct body rates."""
    distinct: dict[Any, tuple[float, float]] = {}
    for rate, head_rate in (chosen, *method.recipe["search"]):
        pair = (float(rate), float(head_rate))
        distinct.setdefault(pair if head else pair[0], pair)
    return tuple(distinct.values())[: int(projects()["searched_pairs"])]


def _candidates(choice: Choice, *, pair: bool) -> tuple[str, ...]:
    templates = preparation().templates
    if choice.route == "head":
        # Only a soft prompt starts from words.
        return tuple(templates["head"]) if choice.method.family == "soft_prompts" else ()
    if choice.task == "multiple_choice":
        return tuple(templates["multiple_choice"])
    kind = {"words": "label_words", "text": "text"}[choice.route]
    return tuple(templates[f"{kind}_pair" if pair else kind])


def _measured_prompts(
    run: EarlierRun, choice: Choice, *, pair: bool
) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """Templates in the order of their scores, and how the best one says the labels."""
    listed = (run.record.get("baselines") or {}).get("prompts") or ()
    if choice.route == "head" or not listed:
        return (), {}
    templates = tuple(_template(prompt, pair=pair) for prompt in listed)
    words = {str(label): str(word).strip() for label, word in listed[0]["words"].items()}
    return templates, words


def _template(prompt: Mapping[str, Any], *, pair: bool) -> str:
    middle = f"{{text}}{prompt['between']}{{text2}}" if pair else "{text}"
    return f"{prompt['before']}{middle}{prompt['after']}"
