"""The micro-benchmark from request to record: advise, seal, measure, judge again."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from advisor.app.gather import Gathered, gather_facts, subject_of
from advisor.catalogue import planning
from advisor.confirmation import (
    HEADLINE,
    Agreement,
    Forecaster,
    RunFolder,
    confirmation_record,
    earlier_measurements,
    fingerprint_of,
    open_folder,
    plan_record,
    prepare,
    soft_prompt_to_train,
    weights_of,
)
from advisor.decide import Answer, answer_for
from advisor.estimate import chosen_methods
from advisor.facts import Fact, FactBase, QuantityError, Source, parse_quantity
from advisor.methods import Method, UnknownMethodError, load_methods
from advisor.microbench import (
    Allowance,
    Bench,
    Conductor,
    Executor,
    LocalExecutor,
    Progress,
    Trial,
    TrialPlan,
    TrialResult,
    parse_budget,
)
from advisor.profilers import Request, cpu_fact
from advisor.report import MeasuredRun, PlannedRun
from advisor.rules import load_engine
from advisor.support import STANDARD_INPUT, AdvisorError, ExitCode, plugin

_LIBRARIES = ("torch", "transformers", "peft", "numpy")
_CODES = {
    Agreement.OVERTURNED.value: ExitCode.OVERTURNED,
    Agreement.UNSETTLED.value: ExitCode.INCONCLUSIVE,
}


@dataclass(frozen=True)
class Wish:
    """What the user has said of the run; None is decided by the machine.

    Attributes:
        resumable: whether a later command can ask for the same, and go on with a stopped run.
    """

    prompts: Path | None = None
    methods: tuple[str, ...] = ()
    budget: str = "3m"
    slots: int | None = None
    memory: str | None = None
    seed: int = 0
    dry_run: bool = False
    resume: bool = False
    keep: Path | None = None
    download: bool = False
    ray: bool = False
    address: str | None = None
    resumable: bool = True


@dataclass(frozen=True)
class Confirmed:
    """The run file with what was measured, remarks for the user, and the exit code."""

    record: PlannedRun
    notes: tuple[str, ...]
    exit_code: ExitCode
    folder: RunFolder

    def delivered(self) -> None:
        """The report is where the user wants it: only an interrupted run is still needed."""
        if self.exit_code is ExitCode.INTERRUPTED:
            self.folder.leave()
        else:
            self.folder.done()


def confirm_advice(
    request: Request,
    wish: Wish,
    rules: Sequence[Path],
    progress: Progress,
    known: Sequence[Fact] = (),
) -> Confirmed:
    """Train the methods on the user's model and data, and judge the advice by it.

    Args:
        request: one model, its data, and stated facts.
        wish: budget, methods and place of the run.
        rules: folders of house rules.
        progress: is told what happens.
        known: further facts of the project.

    Raises:
        AdvisorError: if model, data or machine cannot be used.
    """
    began = time.monotonic()
    _require_libraries()
    budget = parse_budget(wish.budget)
    memory = _stated_memory(wish)
    wanted = _wanted(wish.methods)
    gathered = gather_facts(request, known)
    spec = request.models[0]
    facts = (*gathered.common, *gathered.models[0][1])
    # What an earlier micro-benchmark measured would be prediction and result at once.
    stated = [fact for fact in facts if not fact.of_microbenchmark]
    engine = load_engine(rules)
    answer = answer_for(stated, engine)
    asked_at = time.monotonic()
    model = weights_of(spec, download=wish.download)
    began += time.monotonic() - asked_at  # a download is no part of the micro-benchmark
    prepared = prepare(
        model, request.data, answer.facts, budget=budget, seed=wish.seed, prompts=wish.prompts,
        here=not wish.ray,
    )  # fmt: skip
    notes = [*gathered.notes, *prepared.notes]
    earlier = earlier_measurements(facts, notes)
    subject = subject_of(request, FactBase(stated), notes, traced=False)
    asked = _asked(request, wish, rules, model, wanted)
    if STANDARD_INPUT in request.facts_files:
        asked["facts"] = _as_text(gathered)
    methods = [method.on(prepared.bench.task.architecture) for method in _methods(answer, wanted)]
    folder = open_folder(asked, resume=wish.resume, keep=wish.keep, resumable=wish.resumable)
    forecaster = Forecaster(answer, subject, prepared.bench.task)
    bench = prepared.bench.model_copy(update={"accelerator_memory": memory})
    allowance = Allowance(budget, memory, time.monotonic() - began)
    with _in_order(folder), _closed(_executor(bench, folder, wish, budget, progress)) as executor:
        conductor = Conductor(bench, methods, allowance, executor, folder.journal, progress)
        findings = conductor.plan(forecaster)
        if not wish.dry_run:
            conductor.run(findings)
    if wish.dry_run:
        found = plan_record(findings, prepared, answer, engine)
        return Confirmed(found, _once(notes), ExitCode.OK, folder)
    record = confirmation_record(prepared, findings, [*stated, *earlier], answer, engine)
    if findings.interrupted:
        notes.append("; ".join(filter(None, ("stopped", folder.go_on))))
    code = _exit_code(record, interrupted=findings.interrupted)
    return Confirmed(record, _once(notes), code, folder)


@contextlib.contextmanager
def _in_order(folder: RunFolder) -> Iterator[None]:
    """Leave the folder so that a run that does not come to its end can be resumed."""
    try:
        yield
    except Exception:
        folder.failed()
        raise
    except KeyboardInterrupt:
        folder.leave()
        raise AdvisorError(
            "interrupted before the first trial",
            hint=folder.go_on,
            exit_code=ExitCode.INTERRUPTED,
        ) from None


@contextlib.contextmanager
def _closed(executor: Executor) -> Iterator[Executor]:
    try:
        yield executor
    finally:
        # Who presses Ctrl-C again while processes end has the report all the same.
        with contextlib.suppress(KeyboardInterrupt):
            executor.close()


def _require_libraries() -> None:
    missing = [name for name in _LIBRARIES if find_spec(name) is None]
    if missing:
        raise AdvisorError(
            f"{' and '.join(missing)} not installed, and nothing can be trained without",
            where="advisor confirm",
            hint="pip install 'tuning-advisor[train]'",
            exit_code=ExitCode.MICROBENCH_FAILED,
        )


def _methods(answer: Answer, wanted: Sequence[Method]) -> list[Method]:
    """The two of the headline, the soft prompt that is recommended, and what was asked for."""
    soft, reference = HEADLINE
    verdict = answer.verdict
    recommended = soft_prompt_to_train(verdict.recommendation, verdict.variant)
    chosen = dict.fromkeys((soft, recommended, *(method.id for method in wanted)))
    chosen.pop(reference, None)
    for id_ in chosen:
        if not load_methods()[id_].microbench:
            raise UnknownMethodError(id_, f"advisor/methods/{id_}/method.yaml, microbench")
    return [load_methods()[id_] for id_ in (*chosen, reference)]


def _wanted(names: Sequence[str]) -> list[Method]:
    """The methods that were asked for."""
    found = chosen_methods(names) if names else []
    for method in found:
        if not method.microbench:
            raise AdvisorError(
                f"the micro-benchmark does not train {method.name}",
                where=f"--method {method.id}",
                hint=f"its quality is near that of {load_methods()[method.instead].name}: "
                f"--method {method.instead}",
            )
    return found


def _asked(
    request: Request, wish: Wish, rules: Sequence[Path], model: Path, wanted: Sequence[Method]
) -> dict[str, Any]:
    """All that decides the run, so that it can be told from another one."""
    data = request.data
    facts = [Path(name) for name in request.facts_files if name != STANDARD_INPUT]
    files = [
        file
        for file in (data.train, data.evaluation, wish.prompts, *facts, *rules)
        if file is not None
    ]
    return {
        "model": fingerprint_of(model),
        "files": [fingerprint_of(file) for file in files],
        "columns": [*data.text_columns, data.label_column],
        "settings": list(request.settings),
        "methods": [method.id for method in wanted],
        "budget": wish.budget,
        "memory": wish.memory,
        "seed": wish.seed,
        "dry_run": wish.dry_run,
    }


def _as_text(gathered: Gathered) -> list[str]:
    """Facts that no file keeps; what was found of this machine changes from hour to hour."""
    return sorted(
        f"{fact.key}={sorted(fact.value) if isinstance(fact.value, frozenset) else fact.value}"
        for fact in gathered.common
        if not (fact.source is Source.DETECTED and fact.key.startswith("hardware."))
    )


def _executor(
    bench: Bench, folder: RunFolder, wish: Wish, budget: float, progress: Progress
) -> Executor:
    if wish.ray:
        cluster = plugin("advisor_ray")
        progress.stage("connecting to the cluster, whose nodes load the model")
        executor: Executor = cluster.RayExecutor(
            bench, address=wish.address, most=wish.slots, say=progress.stage
        )
        return executor
    progress.stage("loading the model")
    folder.write_bench(bench)
    return LocalExecutor(
        folder.bench_file,
        folder.path,
        slots=slots_for(bench, wish),
        watch=progress.look,
        most_loading=max(budget, planning().least_patience),
    )


def slots_for(bench: Bench, wish: Wish) -> int:
    """One trial for each core that is allowed here; one on an accelerator, of which one is used."""
    if wish.slots is not None:
        return wish.slots
    if bench.device != "cpu":
        return 1
    return max(int(FactBase([cpu_fact()]).number("hardware.cpu_cores") or 1), 1)


def _stated_memory(wish: Wish) -> int | None:
    """Bytes for each trial, if the user says how many."""
    if wish.memory is None:
        return None
    hint = "write it such as 800MB or 8GB"
    try:
        size = int(parse_quantity(wish.memory, "GiB") * 2**30)
    except QuantityError as error:
        raise AdvisorError(f"this is no size: {error}", where="--memory", hint=hint) from None
    if size <= 0:
        raise AdvisorError("no trial runs without memory", where="--memory", hint=hint)
    return size


def _exit_code(run: MeasuredRun, *, interrupted: bool) -> ExitCode:
    if interrupted:
        return ExitCode.INTERRUPTED
    return _CODES.get(run.agreement.verdict, ExitCode.OK)


def _once(notes: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(notes))


class Silent:
    """A progress that shows nothing, for callers from Python."""

    def stage(self, sentence: str) -> None:
        """Nothing is shown."""

    def planned(self, plan: TrialPlan) -> None:
        """Nothing is shown."""

    def started(self, trial: Trial) -> None:
        """Nothing is shown."""

    def look(self, look: Mapping[str, Any]) -> None:
        """Nothing is shown."""

    def ended(self, trial: Trial, result: TrialResult) -> None:
        """Nothing is shown."""
