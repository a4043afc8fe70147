"""The run that a project is made of: its method and route, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.catalogue import load_table
from advisor.facts import FactBase, load_document
from advisor.methods import FEW_SHOT, FULL, SOFT_PROMPT, Method, load_methods
from advisor.support import AdvisorError, ExitCode, did_you_mean


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """A run file, and the facts of it and of what the command line names.

    Attributes:
        record: the run file's content.
        facts: with defaults.
        notes: sentences that a person should see.
    """

    record: Mapping[str, Any]
    facts: FactBase
    notes: tuple[str, ...]

    @property
    def measured(self) -> bool:
        """Whether a micro-benchmark has trained something for it."""
        return isinstance(self.record.get("results"), dict)

    def text(self, key: str) -> str | None:
        """The value of a fact that is a text and settled."""
        value = self.facts.value(key)
        return value if isinstance(value, str) else None


def read_record(path: Path) -> Mapping[str, Any]:
    """The content of a run file.

    Raises:
        AdvisorError: if it cannot be read, or is no run file.
    """
    record = load_document(path).value
    if not isinstance(record, dict) or "schema_version" not in record:
        raise AdvisorError(
            "a project is made from a run file, and this is none",
            where=str(path),
            hint=f"advisor advise --facts {path} -o run.json writes one",
        )
    return record


@dataclass(frozen=True, slots=True)
class Choice:
    """What is carried out.

    Attributes:
        method: the method.
        architecture, task: as the facts have them.
        route: ``head``, ``words`` or ``text``: by a new head, by the words of the labels, or by
            writing.
        why: a sentence on why this method.
    """

    method: Method
    architecture: str
    task: str
    route: str
    why: str


def projects() -> dict[str, Any]:
    """The table of projects (projects.yaml)."""
    table: dict[str, Any] = load_table("projects.yaml")
    return table


def choose(run: EarlierRun, wanted: str | None, target: str, *, of_the_two: bool) -> Choice:
    """The method that is wanted or advised, if a project can be made of it.

    Args:
        run: what the advice stands in.
        wanted: a method by name.
        target: the library whose training loop is used.
        of_the_two: whether the better of the two sides is taken where another method is advised.

    Raises:
        AdvisorError: if there is no such method, the run advises none, the route is missing,
            or the target cannot do it; the hint says what to use instead.
    """
    if wanted and of_the_two:
        raise AdvisorError(
            "one of them names the method", where="--method and --of-the-two", hint="leave one out"
        )
    method, why = _wanted(wanted) if wanted else _advised(run, of_the_two=of_the_two)
    architecture, task = _needed(run, "model.architecture"), _needed(run, "task.type")
    route = _route(architecture, task)
    _require_method(run, method, route)
    _require_target(method, architecture, route, target)
    return Choice(method.on(architecture), architecture, task, route, why)


def _wanted(name: str) -> tuple[Method, str]:
    known = load_methods()
    id_ = name.strip().lower().replace("-", "_")
    if id_ not in known:
        raise AdvisorError(
            f"there is no method {name!r}",
            where="--method",
            hint=did_you_mean(id_, known) or "one of " + ", ".join(known),
        )
    return known[id_], "It was asked for by name."


def _advised(run: EarlierRun, *, of_the_two: bool) -> tuple[Method, str]:
    """The method that the run advises; runs of early versions advise one of the two sides."""
    advice, known = run.record.get("advice"), load_methods()
    method = advice.get("method") if isinstance(advice, Mapping) else None
    alternative = run.record.get("alternative")
    if of_the_two or method is None or method != alternative:
        return _recommended(run)
    if not isinstance(method, str) or method not in known:
        raise AdvisorError(f"there is no method {str(method)[:40]!r}", where="advice")
    return known[method], f"The run advises {known[method].name}."


def _recommended(run: EarlierRun) -> tuple[Method, str]:
    """The better of the two sides."""
    record, known = run.record, load_methods()
    recommendation = record.get("recommendation")
    if record.get("status") == "do_not_train":
        return known[FEW_SHOT], "The advice is not to train, but to prompt."
    if recommendation not in (SOFT_PROMPT, FULL):
        raise AdvisorError(
            f"the run recommends no method (status {record.get('status')!r})",
            where="recommendation",
            hint="name one: --method lora",
            exit_code=ExitCode.UNDETERMINED,
        )
    if recommendation == FULL:
        return known[recommendation], "The run recommends full fine-tuning."
    results = record.get("results") or {}
    variant = record.get("variant") or recommendation
    if variant not in results and recommendation in results:
        return known[recommendation], (
            "The run recommends a soft prompt, and prompt tuning is the one that was measured."
        )
    if variant not in known:
        raise AdvisorError(f"there is no method {str(variant)[:40]!r}", where="variant")
    return known[variant], f"The run recommends prompt-tuning, as {known[variant].name}."


def _needed(run: EarlierRun, key: str) -> str:
    found = run.text(key)
    if found is None:
        example = {"model.architecture": "decoder", "task.type": "classification"}[key]
        raise AdvisorError(
            f"{key} is not known, and a project depends on it",
            where=key,
            hint=f"--set {key}={example}, or name --model and --data",
        )
    return found


def _route(architecture: str, task: str) -> str:
    table = projects()
    route = table["routes"].get(architecture, {}).get(task)
    if route is not None:
        return str(route)
    instead = table["instead"]
    of_model = instead.get(architecture, {})
    use = instead.get(task) or of_model.get(task) or of_model.get("otherwise")
    article = "an" if architecture.startswith("e") else "a"
    raise AdvisorError(
        f"no project is made for {task} with {article} {architecture}",
        where="task.type",
        hint=f"use instead: {use}" if use else f"known are {', '.join(table['routes'])}",
    )


def _require_method(run: EarlierRun, method: Method, route: str) -> None:
    if not method.trained and route == "head":
        raise AdvisorError(
            f"{method.name} needs an answer in words, and here a new head answers",
            where=f"--method {method.id}",
            hint="use instead: lora or full_fine_tuning; or a decoder, if the answer is no number",
        )
    accelerator = run.text("hardware.accelerator")
    if method.needs_accelerator and accelerator not in (None, method.needs_accelerator):
        raise AdvisorError(
            f"{method.name} needs a {method.needs_accelerator.upper()} device, and the run's "
            f"accelerator is {accelerator!r}",
            where=f"--method {method.id}",
            hint=f"use instead: --method {method.instead}",
        )


def _require_target(method: Method, architecture: str, route: str, target: str) -> None:
    if target == "transformers":
        return
    if architecture != "decoder" or route == "head":
        raise AdvisorError(
            "TRL trains decoders that answer in words, and this is "
            + (f"an {architecture}" if architecture != "decoder" else "a number from a new head"),
            where="--target trl",
            hint="use instead: --target transformers",
        )
    if not method.trl:
        able = ", ".join(id_ for id_, other in load_methods().items() if other.trl)
        raise AdvisorError(
            f"no TRL project is made for {method.name}",
            where="--target trl",
            hint=f"use instead: --target transformers, or one of {able}",
        )
