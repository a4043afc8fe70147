"""``advisor check``: the planning check for CI, with an exit code for each finding."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from advisor.cli import options
from advisor.support import AdvisorError, ExitCode, did_you_mean

if TYPE_CHECKING:
    from advisor.decide import PlanCheck
    from advisor.report import RunFile

_CODES = {
    "feasible": ExitCode.INFEASIBLE,
    "undetermined": ExitCode.UNDETERMINED,
    "too_close": ExitCode.TOO_CLOSE,
    "do_not_train": ExitCode.DO_NOT_TRAIN,
    "expectation": ExitCode.EXPECTATION_NOT_MET,
    "evaluation": ExitCode.EVALUATION_TOO_SMALL,
    "overlap": ExitCode.TRAIN_EVAL_OVERLAP,
    "licence": ExitCode.LICENCE,
    "disk": ExitCode.DISK,
}


def check(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Facts or a run; - is stdin.")],
    expect: Annotated[
        str | None, typer.Option("--expect", metavar="METHOD", help="The method planned on.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Count a check that cannot be answered as failed.")
    ] = False,
    model: options.Models = None,
    data: options.Data = None,
    eval_data: options.EvalData = None,
    text_column: options.TextColumns = None,
    label_column: options.LabelColumn = None,
    gpu: options.GpuName = None,
    gpus: options.GpuCount = 1,
    settings: options.SettingsOption = None,
    rules: options.RulePacks = None,
    format_: options.OutputFormat = None,
    offline: options.Offline = False,
    no_detect: options.NoDetect = False,
) -> None:
    """Check a plan before the project starts; the exit code says what fails.

    An earlier run is judged anew and compared with the advice that it recorded.

    For example:

      advisor check project.yaml --expect lora

      advisor check run.json --data train.jsonl --eval-data test.jsonl --strict
    """
    from advisor.app import gather_facts
    from advisor.cli.options import request_from
    from advisor.decide import answer_for, check_plan
    from advisor.facts import facts_from, load_document
    from advisor.report import plain, run_record
    from advisor.rules import load_engine

    if format_ in (options.Format.MARKDOWN, options.Format.HTML):
        raise AdvisorError("a check is written as terminal text or JSON", where="--format")
    engine = load_engine(rules or ())
    document = load_document(file)
    stated = facts_from(document)
    request = request_from(
        facts=None, settings=settings, models=model, data=data, eval_data=eval_data,
        text_columns=text_column, label_column=label_column, gpu=gpu, gpus=gpus,
        offline=offline, no_detect=no_detect,
    )  # fmt: skip
    gathered = gather_facts(request, stated)
    if len(gathered.models) > 1:
        raise AdvisorError("a plan is checked for one model at a time", where="--model")
    own = [fact for _, facts in gathered.models for fact in facts]
    answer = answer_for([*gathered.common, *own], engine)
    recorded = document.value if "schema_version" in document.value else {}
    expected = _expected(expect, recorded, engine.base.settings.groups["all_methods"])
    checks = check_plan(answer, engine, expected)
    run = run_record(answer, engine.base)
    moved = _moved(recorded.get("facts", {}), plain(run.facts))
    code = _exit_code(checks, strict=strict)
    if format_ is options.Format.JSON:
        _print_json(checks, moved, run, code)
    else:
        _print(checks, moved, run)
    if code is not ExitCode.OK:
        raise typer.Exit(int(code))


def _expected(
    stated: str | None, recorded: Mapping[str, Any], methods: tuple[str, ...]
) -> str | None:
    """The method that a plan is built on: what is stated, or what the recorded run advised."""
    from advisor.methods import FULL, SOFT_PROMPT

    if stated is None:
        advice = recorded.get("advice")
        early = advice is None  # a run of an early version names one of the two sides
        advised = recorded.get("recommendation")
        if not early:
            advised = advice.get("method") if isinstance(advice, Mapping) else advice
        if advised is not None and advised not in ((SOFT_PROMPT, FULL) if early else methods):
            raise AdvisorError(
                "the run file advises no method that there is",
                where="recommendation" if early else "advice",
                hint="judge it anew",
            )
        return advised
    if stated not in methods:
        raise AdvisorError(
            f"there is no method named {stated[:40]!r}",
            where="--expect",
            hint=did_you_mean(stated, methods) or "one of " + ", ".join(methods),
        )
    return stated


def _moved(before: Any, after: Mapping[str, Any]) -> list[str]:
    """Facts whose value is another one than in the recorded run; estimates follow from them."""
    if not isinstance(before, dict) or not before:
        return []
    keys = [key for key in dict.fromkeys([*before, *after]) if not key.startswith("estimate.")]
    changes = []
    for key in keys:
        old, new = (side.get(key, {}).get("value") for side in (before, after))
        if old != new:
            changes.append(f"{key}: {old} -> {new}")
    return changes


def _exit_code(checks: list[PlanCheck], *, strict: bool) -> ExitCode:
    failing = ("failed", "unknown") if strict else ("failed",)
    for entry in checks:
        if entry.state.value in failing:
            return _CODES[entry.name]
    return ExitCode.OK


def _print(checks: list[PlanCheck], moved: list[str], run: RunFile) -> None:
    typer.echo("\n".join(run.answer))
    for entry in checks:
        typer.echo(f"{entry.state.value:<8} {entry.name:<12} {entry.text}")
    if moved:
        typer.echo("facts that moved since the recorded run:")
        for change in moved:
            typer.echo(f"  {change}")


def _print_json(checks: list[PlanCheck], moved: list[str], run: RunFile, code: ExitCode) -> None:
    from advisor.report import to_json

    result = {
        "schema_version": run.schema_version,
        "exit_code": int(code),
        "checks": [{"name": e.name, "state": e.state.value, "text": e.text} for e in checks],
        "moved_facts": moved,
        "run": run,
    }
    sys.stdout.write(to_json(result) + "\n")
