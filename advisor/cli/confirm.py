"""``advisor confirm``: train both methods on the user's model and data, and judge the advice."""

from __future__ import annotations

import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from advisor.cli import options
from advisor.support import AdvisorError, ExitCode

if TYPE_CHECKING:
    from advisor.app import Confirmed
    from advisor.cli.output import CommandReport


class Place(str, Enum):
    """Where the trials run."""

    LOCAL = "local"
    RAY = "ray"


def confirm_command(
    facts: options.Facts = None,
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="MODEL", help="Folder with safetensors, or a GGUF file."),
    ] = None,
    data: options.Data = None,
    eval_data: options.EvalData = None,
    text_column: options.TextColumns = None,
    label_column: options.LabelColumn = None,
    prompts: Annotated[
        Path | None,
        typer.Option("--prompts", metavar="FILE", help="Candidate prompts: YAML, or one a line."),
    ] = None,
    method: Annotated[
        list[str] | None,
        typer.Option("--method", help="Also train this one, such as lora; may be repeated."),
    ] = None,
    budget: Annotated[
        str, typer.Option("--budget", metavar="TIME", help="Wall time in all: 30s, 3m, 2h.")
    ] = "3m",
    slots: Annotated[
        int | None,
        typer.Option("--slots", min=1, max=1024, help="Trials side by side; default: the cores."),
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option("--memory", metavar="SIZE", help="Most memory that each trial adds, as 8GB."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the splits.")] = 0,
    download: Annotated[
        bool, typer.Option("--download", help="Allow weights of a Hub id to be fetched.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Probe and show the plan with its cost; no trial.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the same run after an interruption.")
    ] = False,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="DIR", help="Keep the journal and the log there."),
    ] = None,
    executor: Annotated[
        Place, typer.Option("--executor", help="This machine, or a Ray cluster.")
    ] = Place.LOCAL,
    address: Annotated[
        str | None, typer.Option("--address", help="Of the Ray cluster; default: a new one here.")
    ] = None,
    settings: options.SettingsOption = None,
    rules: options.RulePacks = None,
    format_: options.OutputFormat = None,
    output: options.Output = None,
    offline: options.Offline = False,
    plain: options.Plain = False,
) -> None:
    """Confirm or overturn the advice: really train the methods on a slice of your data.

    Exit code 0 if the advice is confirmed, 13 if it is overturned, 14 if the budget or the test
    examples do not suffice to tell.

    For example:

      advisor confirm --model ./minilm --data train.jsonl

      advisor confirm --facts run.json --model ./minilm --data train.jsonl -o run2.json

      advisor confirm --model model.gguf --data train.csv --budget 20m --method lora
    """
    from advisor.app import Wish, confirm_advice
    from advisor.cli.options import request_from
    from advisor.cli.output import run_report, say
    from advisor.cli.progress import LiveProgress

    if model is None or data is None:
        raise AdvisorError(
            "a micro-benchmark trains a model on data, and needs both",
            where="--model" if model is None else "--data",
            hint="advisor confirm --model ./my-model --data train.jsonl",
        )
    if address is not None and executor is not Place.RAY:
        raise AdvisorError("--address needs --executor ray", where=f"--address {address}")
    if output is not None and str(output) != "-":
        _check_output(output, format_)
    request = request_from(
        facts=facts, settings=settings, models=[model], data=data, eval_data=eval_data,
        text_columns=text_column, label_column=label_column, gpu=None, gpus=1, offline=offline,
    )  # fmt: skip
    wish = Wish(
        prompts=prompts, methods=tuple(method or ()), budget=budget, slots=slots, memory=memory,
        seed=seed, download=download and not offline, dry_run=dry_run, resume=resume, keep=keep,
        ray=executor is Place.RAY, address=address,
    )  # fmt: skip
    with LiveProgress(plain=plain) as progress:
        found = confirm_advice(request, wish, rules or (), progress)
    say(found.notes)
    _hand_over(found, run_report(found.record, rules or ()), format_, output, plain=plain)
    if found.exit_code is not ExitCode.OK:
        raise typer.Exit(int(found.exit_code))


def _check_output(output: Path, format_: options.Format | None) -> None:
    """Say before the training, not after it, that the report cannot be written."""
    from advisor.report import format_for

    if format_ is None:
        format_for(output)
    if output.is_dir() or not output.absolute().parent.is_dir():
        raise AdvisorError(
            "the report cannot be written there",
            where=f"-o {output}",
            hint="name a file in an existing folder",
        )


def _hand_over(
    found: Confirmed, report: CommandReport, format_: options.Format | None, output: Path | None, *,
    plain: bool,
) -> None:  # fmt: skip
    """Deliver the report; what was measured is given up only once it is out of our hands."""
    from advisor.cli.output import deliver

    try:
        deliver(report, format_, output, plain=plain)
        sys.stdout.flush()
    except SystemExit:  # the reader of standard output has seen enough
        found.delivered()
        raise
    except AdvisorError as error:
        raise AdvisorError(
            error.message,
            where=error.where,
            hint="nothing is lost: the same command with --resume and another -o writes it",
            exit_code=error.exit_code,
        ) from None
    found.delivered()
