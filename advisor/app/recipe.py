"""Write the project of a run: choose, fit, carry over, and put the files together."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import advisor
from advisor.app.gather import gather_facts, subject_of
from advisor.facts import FactBase
from advisor.microbench import general_text
from advisor.profilers import DataFiles, Request
from advisor.recipe import (
    Choice,
    EarlierRun,
    Fitted,
    carry,
    choose,
    config_text,
    data_settings,
    fit,
    model_setting,
    pins,
    project_settings,
    python_files,
    read_record,
    readme_values,
    render_text,
    require_free,
    write_folder,
)


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line asks for.

    Attributes:
        run: a run file of ``advise``, ``ask`` or ``confirm``.
        folder: where the project goes; missing or empty.
        method: instead of the advised one.
        of_the_two: the better of prompt-tuning and full fine-tuning instead of the advised one.
        target: ``transformers`` or ``trl``.
        models: a folder or Hub id at most; named in config.yaml, and looked at.
        data: the user's files and columns.
        settings: facts as after ``--set``.
        offline: whether the network is left alone.
    """

    run: Path
    folder: Path
    method: str | None = None
    of_the_two: bool = False
    target: str = "transformers"
    models: tuple[str, ...] = ()
    data: DataFiles = field(default_factory=DataFiles)
    settings: tuple[str, ...] = ()
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """A project that was written.

    Attributes:
        method: what it carries out.
        files: names of its files, in order.
        notes: sentences that a person should see.
    """

    method: str
    files: tuple[str, ...]
    notes: tuple[str, ...]


def make_project(order: Order) -> Made:
    """Write the project.

    Raises:
        AdvisorError: if the folder is taken, the run cannot be read, there is no project for the
            method, task or target, or nothing fits the memory. No file is left then.
    """
    require_free(order.folder)
    request = Request(
        facts_files=(str(order.run),),
        settings=order.settings,
        models=order.models,
        data=order.data,
        offline=order.offline,
    )
    run = read_run(order.run, request)
    choice = choose(run, order.method, order.target, of_the_two=order.of_the_two)
    fitted = fit(
        run,
        choice.method,
        choice.route,
        lambda: subject_of(request, run.facts, [], traced=False),
    )
    files, notes = _texts(order, run, choice, fitted)
    write_folder(order.folder, files)
    return Made(choice.method.name, tuple(files), (*run.notes, *notes))


def read_run(path: Path, request: Request) -> EarlierRun:
    """The run with what the command line adds to it.

    Args:
        path: a run file of ``advise``, ``ask`` or ``confirm``.
        request: the run's facts, and the model and data that the command line names.

    Raises:
        AdvisorError: if it is no run file, or a model or data file cannot be read.
    """
    record = read_record(path)
    gathered = gather_facts(request)
    model = gathered.models[0][1] if gathered.models else ()
    facts = FactBase([*gathered.common, *model]).with_defaults()
    return EarlierRun(record, facts, gathered.notes)


def _texts(
    order: Order, run: EarlierRun, choice: Choice, fitted: Fitted
) -> tuple[dict[str, str], list[str]]:
    """All files of the project by name, and remarks."""
    data = data_settings(order.data, choice)
    carried = carry(run, choice, pair=data["pair"])
    settings = project_settings(choice, carried, fitted, model_setting(order.models), data)
    python = python_files(choice, order.target)
    values: dict[str, Any] = readme_values(run, choice, carried, fitted, settings)
    rates = choice.method.recipe.get("learning_rate", {"low": 0, "high": 0})
    config = config_text(
        settings,
        name=choice.method.name,
        source=choice.method.source,
        sources=carried.sources,
        low=f"{rates['low']:g}",
        high=f"{rates['high']:g}",
    )
    files = {
        "README.md": render_text(
            "README.md.j2", **values, version=advisor.__version__, target=order.target,
            files={name: file.purpose for name, file in python.items()},
        ),
        "config.yaml": config,
        "requirements.txt": render_text("requirements.txt.j2", pins=pins(settings, order.target)),
        **{name: file.text for name, file in python.items()},
    }  # fmt: skip
    if choice.route != "head":
        files["general_text.txt"] = "\n".join(general_text()) + "\n"
    notes = [fitted.basis]
    if values["unfilled"]:
        notes.append(f"Fill in {', '.join(values['unfilled'])} in config.yaml.")
    return files, notes
