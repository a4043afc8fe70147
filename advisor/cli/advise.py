"""``advisor advise``: the answer without questions, for one project or a batch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from advisor.cli import options
from advisor.support import AdvisorError, ExitCode


def advise_command(
    facts: options.Facts = None,
    model: options.Models = None,
    data: options.Data = None,
    eval_data: options.EvalData = None,
    text_column: options.TextColumns = None,
    label_column: options.LabelColumn = None,
    gpu: options.GpuName = None,
    gpus: options.GpuCount = 1,
    settings: options.SettingsOption = None,
    rules: options.RulePacks = None,
    trace: Annotated[
        bool, typer.Option("--trace", help="Trace memory instead of the closed form; seconds.")
    ] = False,
    batch: Annotated[
        Path | None,
        typer.Option("--batch", metavar="FILE", help="JSONL, one project a line; - is stdin."),
    ] = None,
    brief: Annotated[
        bool, typer.Option("--brief", help="With --batch: short answers, judged many at a time.")
    ] = False,
    format_: options.OutputFormat = None,
    output: options.Output = None,
    offline: options.Offline = False,
    no_detect: options.NoDetect = False,
    plain: options.Plain = False,
) -> None:
    """Answer with what is known, without questions.

    For example:

      advisor advise --facts project.yaml

      advisor advise --model ./gpt2 --data train.jsonl --eval-data test.jsonl --offline

      advisor advise --set model.parameters=8B --set task.type=classification --gpu "RTX 4090"

      advisor advise --batch portfolio.jsonl > verdicts.jsonl

      advisor advise --batch portfolio.jsonl --brief > answers.jsonl
    """
    from advisor.app import advise_project
    from advisor.cli.options import request_from
    from advisor.cli.output import deliver, exit_code, outlook_wanted, run_report, say
    from advisor.report import candidates_record
    from advisor.rules import load_engine

    request = request_from(
        facts=facts, settings=settings, models=model, data=data, eval_data=eval_data,
        text_columns=text_column, label_column=label_column, gpu=gpu, gpus=gpus,
        offline=offline, no_detect=no_detect,
    )  # fmt: skip
    if brief and batch is None:
        raise AdvisorError("--brief needs --batch", where="--brief")
    engine = load_engine(rules or ())
    if batch is not None:
        if format_ not in (None, options.Format.JSON) or output is not None:
            raise AdvisorError("--batch writes JSON lines to standard output", where="--batch")
        from advisor.app import judge_lines, judge_lines_briefly

        judge = judge_lines_briefly if brief else judge_lines
        raise typer.Exit(int(judge(batch, request, engine)))
    candidates, gathered = advise_project(request, engine, traced=trace)
    # A trace knows more than the closed form that changes are judged by.
    alone = len(candidates) == 1 and not trace
    found = outlook_wanted(candidates[0].answer, engine, format_, output) if alone else None
    record = candidates_record([(c.model, c.answer) for c in candidates], engine.base, found)
    say(gathered.notes)
    deliver(run_report(record, rules or ()), format_, output, plain=plain)
    code = exit_code(record)
    if code is not ExitCode.OK:
        raise typer.Exit(int(code))
