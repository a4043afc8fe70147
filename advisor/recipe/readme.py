"""The texts of a project: README, pins and config.yaml, filled from templates."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from advisor.methods import load_methods
from advisor.recipe.choosing import Choice, EarlierRun, projects
from advisor.recipe.from_confirmation import Carried
from advisor.recipe.settings import Fitted
from advisor.recipe.userdata import FILL_IN
from advisor.report import escaped
from advisor.support import AdvisorError, capital, package_folder

_NAMES = {
    "learning_rate": "Learning rate",
    "head_rate": "Rate of a new head",
    "virtual_tokens": "Virtual tokens",
    "prompts": "Candidate prompts",
}


def readme_values(
    run: EarlierRun, choice: Choice, carried: Carried, fitted: Fitted, settings: dict[str, Any]
) -> dict[str, Any]:
    """The values of README.md.j2 that depend on the run."""
    method = choice.method
    alternative = load_methods().get(str(run.record.get("alternative")))
    return {
        "name": capital(method.name),
        "task": choice.task,
        "why": choice.why,
        "headline": str(run.record.get("headline", "")),
        "alternative": None if alternative in (None, method) else alternative,
        "trained": method.trained,
        "soft": method.family == "soft_prompts",
        "adapter": method.family == "adapters",
        "asked": _asked(settings["data"]),
        "unfilled": list(_unfilled(settings)),
        "origins": list(_origins(choice, carried, fitted, settings)),
        "watch": list(_watch(choice, settings)),
    }


def pins(settings: dict[str, Any], target: str) -> dict[str, str]:
    """The packages that a project needs, each with its version."""
    versions: dict[str, str] = projects()["versions"]
    wanted = ["torch", "transformers", "peft", "accelerate", "safetensors", "PyYAML"]
    files = (settings["data"]["train"], settings["data"]["evaluation"] or "")
    if any(str(name).lower().endswith(".parquet") for name in files):
        wanted.append("pyarrow")
    quantised = load_methods()[settings["method"]].quantised_base
    if quantised or "bit" in settings["train"].get("optimizer", ""):
        wanted.append("bitsandbytes")
    if target == "trl":
        wanted += ["trl", "datasets"]
    return {name: str(versions[name]) for name in wanted}


def _asked(data: dict[str, Any]) -> str:
    """A line for serve.py as the shell takes it; a pair or choices need the names of columns."""
    if not data["pair"] and not data["choices"]:
        return '"a text"'
    row: dict[str, Any] = dict.fromkeys(data["text"], "a text")
    if data["choices"]:
        row[data["choices"]] = ["one", "another"]
    return shlex.quote(json.dumps(row))


def _unfilled(settings: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from _unfilled(value, f"{prefix}{key}.")
        elif value in (FILL_IN, [FILL_IN]):
            yield f"{prefix}{key}"


def _origins(
    choice: Choice, carried: Carried, fitted: Fitted, settings: dict[str, Any]
) -> Iterator[str]:
    """Which value is measured, which from the recipe, which planned."""
    for key, source in carried.sources.items():
        value = settings["train"].get(key, settings["adapter"].get(key))
        if key == "head_rate" and settings["task"]["route"] != "head":
            continue
        if key == "prompts" and not carried.prompts:
            continue
        if key == "prompts":
            yield f"{_NAMES[key]}: {source}."
        elif value is not None:
            yield f"{_NAMES[key]} {value:g}: {source}."
    if choice.method.trained:
        yield f"Batch {fitted.settings.batch_size} x {fitted.settings.accumulation}: {fitted.basis}"
        yield "Epochs, steps, warm-up, decay and patience: advisor's recipe of the method."


def _watch(choice: Choice, settings: dict[str, Any]) -> Iterator[str]:
    method = choice.method
    if not method.trained:
        yield "Examples in the prompt make every request longer; `prompt_tokens` says by how much."
        yield "With 100 labelled examples or more, ask advisor again."
        return
    yield (
        "The learning rate: if `report.json` has the best state at the first look, or training "
        "diverges, lower it; if the last state is the best one, take more steps or a higher rate. "
        "`--search` tries several."
    )
    yield "One run is one seed: repeat with `--set train.seed=1` and 2 before small gaps count."
    if method.family == "full" and settings["train"]["precision"] == "bf16":
        yield (
            "Weights are trained in bfloat16, since nothing else fits: a step smaller than some "
            "thousandths of a weight is rounded away, so low rates may hardly learn. Take "
            "`bf16_mixed` on a larger device, or a method that trains less."
        )
    if choice.route != "head":
        yield (
            "Forgetting: the loss on `general_text.txt` after training, with the method in place. "
            "A rise of some tenths says that the model has lost general language; lower the rate "
            "or stop earlier."
        )
    if method.family == "soft_prompts":
        yield "If the tuned prompt is not better than the best candidate prompt, use that one."
    if settings["task"]["metric"] == "accuracy":
        yield "With unbalanced labels compare with the most frequent answer, not with 0."
    yield "One process and one device are used; the plan is for one device, too."


_WIDTH = 10**9


def render_text(template: str, /, **values: Any) -> str:
    """A file of ``templates/texts`` with its values, which are data and never code.

    Raises:
        AdvisorError: if jinja2 is not installed.
    """
    try:
        import jinja2
    except ImportError:
        raise AdvisorError(
            "jinja2 is not installed, and a project is written by it",
            where="advisor recipe",
            hint="pip install jinja2",
        ) from None

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(package_folder() / "recipe" / "templates" / "texts"),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - YAML and Markdown, each escaped by a filter of its own
    )
    environment.filters |= {"yaml": in_yaml, "markdown": escaped}
    return environment.get_template(template).render(**values)


def config_text(settings: Mapping[str, Any], **values: Any) -> str:
    """The config.yaml of the settings, checked by reading it again.

    Raises:
        AdvisorError: if it does not read as the settings.
    """
    text = render_text("config.yaml.j2", **settings, **values)
    if yaml.safe_load(text) != settings:
        raise AdvisorError(
            "the settings cannot be written as YAML and read back",
            where="config.yaml",
            hint="a name or prompt may hold characters that YAML has no form for",
        )
    return text


def in_yaml(value: Any) -> str:
    """A value as YAML; texts and lists of them on one line."""
    if isinstance(value, list):
        return f"[{', '.join(map(_in_list, value))}]"
    # Without such quotes a line break would be written as an empty line.
    return _dumped(value, '"' if isinstance(value, str) and "\n" in value else None)


def _in_list(value: Any) -> str:
    return _dumped(value, '"') if isinstance(value, str) else in_yaml(value)


def _dumped(value: Any, style: str | None) -> str:
    text = yaml.safe_dump(
        value,
        default_flow_style=True,
        default_style=style,
        width=_WIDTH,
        allow_unicode=False,
        sort_keys=False,
    )
    return text.removesuffix("\n").removesuffix("\n...")
