"""The steps of the recommended method, filled in for the project from its recipe and facts."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from advisor.catalogue.known import row_of
from advisor.catalogue.tables import Method, load_methods, load_table
from advisor.facts import FactBase
from advisor.facts.showing import show_value


def how_to(method_id: str, facts: FactBase) -> list[str]:
    """Return the steps for a method as sentences, in order."""
    method = load_methods()[method_id].on(facts.value("model.architecture"))
    rows: dict[str, list[str]] = load_table("steps.yaml")["steps"]
    templates = row_of(rows, method.family, "advisor/catalogue/steps.yaml, steps")
    values = _values(method, facts)
    return [template.format_map(values) for template in templates]


def _values(method: Method, facts: FactBase) -> dict[str, str]:
    recipe: defaultdict[str, Any] = defaultdict(str, method.recipe)
    rate = recipe["learning_rate"] or {"low": 0, "high": 0, "first": 0}
    head = recipe["head_rate"] or {"low": 0, "high": 0}
    return {
        "name": method.name,
        "model": _shown(facts, "model.name") or "an open pre-trained model of your choice",
        "training": _count(facts, "data.train_examples", "training examples"),
        "evaluation": _count(facts, "data.eval_examples", "held-out evaluation examples"),
        "metric": _shown(facts, "task.metric") or "the task's metric",
        "positions": _positions(facts),
        "artefact": _artefact(method, facts),
        "adapter_settings": _adapter_settings(method),
        "rate_low": f"{rate['low']:g}",
        "rate_high": f"{rate['high']:g}",
        "rate_first": f"{rate['first']:g}",
        "head_rate": f"{head['low']:g} to {head['high']:g}",
        "virtual_tokens": str(recipe["virtual_tokens"]),
        "initialisation": str(recipe["initialisation"]),
        "optimizer": str(recipe["optimizer"]),
        "epochs": str(recipe["epochs"]),
        "few_rows_steps": str(recipe["few_rows_steps"]),
        "batch": _shown(facts, "train.batch_size") or str(recipe["batch_size"]),
        "warmup": f"{recipe['warmup_share'] or 0:.0%} of the steps",
        "schedule": str(recipe["schedule"]),
        "weight_decay": str(recipe["weight_decay"]),
        "early_stopping": f"after {recipe['patience'] or 0:.0%} of the steps without a better "
        "score or loss on the development split; the state with the best score counts",
    }


def _shown(facts: FactBase, key: str) -> str:
    value = facts.value(key)
    return "" if value is None else show_value(facts.vocabulary[key], value)


def _count(facts: FactBase, key: str, what: str) -> str:
    shown = _shown(facts, key)
    return f"the {shown} {what}" if shown and shown != "0" else f"the {what}"


def _positions(facts: FactBase) -> str:
    shown = _shown(facts, "model.context_length")
    return f"the model's {shown} positions" if shown else "the model's positions"


def _artefact(method: Method, facts: FactBase) -> str:
    tasks = facts.number("deployment.tasks_per_base") or 1.0
    gib = facts.number(f"estimate.{method.id}.storage_gib")
    if gib is None:
        return "some kilobytes" if method.family == "soft_prompts" else "the size of its weights"
    size = gib / tasks * 2.0**30
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= scale:
            return f"{size / scale:.3g} {unit}"
    return f"{size:.0f} bytes"


def _adapter_settings(method: Method) -> str:
    names = ("rank", "alpha", "dropout", "targets", "quantisation", "initialisation")
    return ", ".join(f"{n} {method.recipe[n]}" for n in names if n in method.recipe)
