"""``advisor recipe``: a runnable project that carries out the advice."""

from __future__ import annotations

import sys
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from advisor.cli import options


class Library(str, Enum):
    """The library whose training loop a project uses."""

    TRANSFORMERS = "transformers"
    TRL = "trl"


def recipe(
    run: Annotated[
        Path, typer.Argument(metavar="RUN.json", help="A run of advise, ask or confirm.")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="A new or an empty folder.")
    ],
    method: Annotated[
        str | None, typer.Option("--method", help="Instead of the advised one, such as lora.")
    ] = None,
    of_the_two: Annotated[
        bool,
        typer.Option(
            "--of-the-two",
            help="The better of prompt-tuning and full fine-tuning, where another is advised.",
        ),
    ] = False,
    target: Annotated[
        Library, typer.Option("--target", help="transformers with peft, or TRL.")
    ] = Library.TRANSFORMERS,
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="MODEL", help="Folder with safetensors, or Hub id."),
    ] = None,
    data: options.Data = None,
    eval_data: options.EvalData = None,
    text_column: options.TextColumns = None,
    label_column: options.LabelColumn = None,
    settings: options.SettingsOption = None,
    offline: options.Offline = False,
) -> None:
    """Write a small, runnable project for the advised method.

    It trains, evaluates before and after, checks what was forgotten, saves, and answers; what a
    micro-benchmark found is carried over. Nothing is overwritten.

    For example:

      advisor recipe run.json -o project --model ./my-model --data train.jsonl

      advisor recipe run.json -o project --method lora --target trl
    """
    from advisor.app import Order, make_project
    from advisor.cli.output import say
    from advisor.profilers import DataFiles

    order = Order(
        run=run, folder=output, method=method, of_the_two=of_the_two, target=target.value,
        models=(model,) if model else (),
        data=DataFiles(data, eval_data, tuple(text_column or ()), label_column),
        settings=tuple(settings or ()), offline=offline,
    )  # fmt: skip
    made = make_project(order)
    say(made.notes)
    sys.stdout.write(f"wrote {output}: {made.method}, {', '.join(made.files)}\n")
