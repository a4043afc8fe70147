"""``advisor ask``: the questionnaire on a terminal."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from advisor.cli import options
from advisor.support import AdvisorError, ExitCode

if TYPE_CHECKING:
    from advisor.facts import Fact, FactBase
    from advisor.profilers import Request
    from advisor.rules import Engine


def ask(
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
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the answers of an interrupted session.")
    ] = False,
    format_: options.OutputFormat = None,
    output: options.Output = None,
    offline: options.Offline = False,
    no_detect: options.NoDetect = False,
    plain: options.Plain = False,
) -> None:
    """Find out what can be found out, ask the rest, and answer.

    Every question takes a number or a word; ?, why, unknown, back and quit work everywhere.

    For example:

      advisor ask

      advisor ask --model ./gpt2 --data train.jsonl -o run.json

      advisor ask --resume
    """
    from advisor.app import gather_facts
    from advisor.cli.offers import offer_to_confirm, offer_to_keep, show_measured
    from advisor.cli.options import request_from
    from advisor.cli.output import deliver, exit_code, outlook_wanted, run_report, say
    from advisor.decide import answer_for
    from advisor.questionnaire import forget_answers, saved_answers
    from advisor.report import format_for, run_record
    from advisor.rules import load_engine

    if output is not None and format_ is None:
        format_for(output)  # a wrong suffix is said before the questions, not after them
    request = request_from(
        facts=facts, settings=settings, models=model, data=data, eval_data=eval_data,
        text_columns=text_column, label_column=label_column, gpu=gpu, gpus=gpus,
        offline=offline, no_detect=no_detect,
    )  # fmt: skip
    if len(request.models) > 1:
        raise AdvisorError(
            "the questionnaire takes one model",
            where="--model",
            hint="advisor advise takes several",
        )
    engine = load_engine(rules or ())
    _require_terminal(request)
    gathered = gather_facts(request, saved_answers() if resume else ())
    say(gathered.notes)
    known = [*gathered.common, *(fact for _, own in gathered.models for fact in own)]
    stated = _questions(known, engine, plain=plain, offline=offline)
    answer = answer_for(stated.statements(), engine)
    run = run_record(answer, engine.base, outlook_wanted(answer, engine, format_, output))
    deliver(run_report(run, rules or ()), format_, output, plain=plain)
    forget_answers()
    stated_facts = tuple(stated.statements())
    confirmed = offer_to_confirm(request, stated_facts, rules or (), plain=plain)
    kept = output is not None
    if confirmed is not None:
        run = confirmed.record
        kept = show_measured(run_report(run, rules or ()), format_, output, plain=plain)
        confirmed.delivered()
    if not kept:
        offer_to_keep(run, rules or (), plain=plain)
    code = exit_code(run)
    if code is not ExitCode.OK:
        raise typer.Exit(int(code))


def ask_with_defaults() -> None:
    """Run ``advisor ask`` as if it had been typed without options."""
    ask()


def _questions(known: list[Fact], engine: Engine, *, plain: bool, offline: bool) -> FactBase:
    from advisor.app import named_facts
    from advisor.cli.offers import TerminalPrompter
    from advisor.facts import FactBase
    from advisor.questionnaire import Quit, Session, save_answers
    from advisor.reasoning import Agenda

    session = Session(
        FactBase(known),
        TerminalPrompter(plain=plain),
        why=_why(engine),
        agenda=Agenda(engine),
        save=save_answers,
        recognise=functools.partial(named_facts, offline=offline),
    )
    try:
        return session.run()
    except (Quit, KeyboardInterrupt):
        sys.stderr.write("\nsaved; go on with: advisor ask --resume\n")
        raise typer.Exit(int(ExitCode.INTERRUPTED)) from None


def _why(engine: Engine) -> Callable[[str], str]:
    """Tells what reads a fact: rules with their claims, and estimates with who reads those."""
    from advisor.rules import purpose_of

    return lambda key: "\n".join(f"  {line}" for line in purpose_of(key, engine.base))


def _require_terminal(request: Request) -> None:
    """Refuse to ask where nobody can answer, and name what would have been asked."""
    if sys.stdin.isatty():
        return
    from advisor.app import gather_facts
    from advisor.facts import FactBase
    from advisor.questionnaire import open_questions

    gathered = gather_facts(request)
    known = [*gathered.common, *(fact for _, own in gathered.models for fact in own)]
    missing = [
        fact_type.key
        for fact_type in open_questions(FactBase(known))
        if fact_type.default is None and not fact_type.optional
    ]
    named = " ".join(f"--set {key}=..." for key in missing)
    raise AdvisorError(
        "standard input is not a terminal, so nothing can be asked",
        where="missing facts: " + ", ".join(missing) if missing else "",
        hint=f"state them: advisor advise {named}" if named else "run: advisor advise",
    )
