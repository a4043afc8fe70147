"""The Python API: facts in, the run record out, as on the command line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from advisor.decide import answer_for as advise_on
from advisor.facts import facts_from
from advisor.report import plain, run_record
from advisor.rules import load_engine
from advisor.support import YamlDocument, plugin


def advise(
    facts: Mapping[str, Any], *, rules: Sequence[Path] = (), outlook: bool = False
) -> dict[str, Any]:
    """Judge a project and return its run record (docs/run-file.md).

    Args:
        facts: by key, flat or nested, as in a facts file; amounts may be text such as ``"8B"``
            (parameters, examples) or ``"24GiB"``. This machine is not looked at.
        rules: folders of house rules.
        outlook: whether to follow facts behind the estimates, too, for what would change the
            answer; up to some seconds instead of milliseconds.

    Raises:
        AdvisorError: if a fact is unknown or impossible, facts contradict each other, or a rule
            file is wrong.

    Example:
        >>> import advisor
        >>> run = advisor.advise({"data.train_examples": 8, "model.parameters": "8B"})
        >>> run["recommendation"] is None or run["status"] == "undetermined"
        True
    """
    engine = load_engine(rules)
    stated = facts_from(YamlDocument(dict(facts), {}, "facts"))
    answer = advise_on(stated, engine)
    from advisor.reasoning import outlook_of as look_out

    run: dict[str, Any] = plain(
        run_record(answer, engine.base, look_out(stated, engine, quick=not outlook))
    )
    return run


def judge_portfolio(
    records: Iterable[Mapping[str, Any]], *, rules: Sequence[Path] = ()
) -> Iterator[dict[str, Any]]:
    """Judge many projects at once and yield a short answer to each, in their order.

    Args:
        records: the facts of each, as for `advise`; any number of them, since some hundred are held
            at a time.
        rules: folders of house rules.

    Yields:
        For each record ``line`` (its number, from one), ``status``, ``recommendation``,
        ``variant``, ``alternative``, ``confidence`` and ``scores`` (decibans by method), with the
        values that `advise` gives; for a wrong record ``error``, ``where``, ``hint`` and
        ``exit_code``.

    Raises:
        AdvisorError: if numpy is not installed, or a rule file is wrong.

    Example:
        >>> import advisor
        >>> found = advisor.judge_portfolio([{"data.train_examples": 8}, {"data.train": 8}])
        >>> [answer.get("status", "wrong") for answer in found]
        ['undetermined', 'wrong']
    """
    portfolio = plugin("advisor_portfolio")
    numbered = (
        portfolio.PortfolioRow(number, f"record {number}", partial(dict, record))
        for number, record in enumerate(records, start=1)
    )
    answers: Iterator[dict[str, Any]] = portfolio.short_answers(numbered, load_engine(rules))
    return answers


def what_if(
    facts: Mapping[str, Any],
    changes: Mapping[str, Any] | None = None,
    *,
    rules: Sequence[Path] = (),
) -> dict[str, Any]:
    """What would change the answer (docs/whatif-file.md).

    Args:
        facts: as for `advise`.
        changes: other values of some of them, all at once. Without, every known fact is changed
            alone, and the exact values are found at which the answer changes; this takes seconds.
        rules: folders of house rules.

    Raises:
        AdvisorError: if a fact is unknown or impossible, or facts contradict each other.

    Example:
        >>> import advisor
        >>> found = advisor.what_if({"data.train_examples": 500}, {"data.train_examples": 5})
        >>> found["changes"]
        {'data.train_examples': {'from': 500, 'to': 5}}
    """
    from advisor.app import whatif_record
    from advisor.reasoning import Case

    case = Case(facts_from(YamlDocument(dict(facts), {}, "facts")), load_engine(rules))
    changed = facts_from(YamlDocument(dict(changes or {}), {}, "changes"))
    found: dict[str, Any] = plain(whatif_record(case, {fact.key: fact.value for fact in changed}))
    return found


def decision_map(
    facts: Mapping[str, Any],
    x: str = "model.parameters",
    y: str = "data.train_examples",
    *,
    rules: Sequence[Path] = (),
) -> dict[str, Any]:
    """The answers on a grid over two numbers, which takes seconds.

    Args:
        facts: as for `advise`.
        x: the numeric fact across.
        y: the numeric fact upwards.
        rules: folders of house rules.

    Returns:
        The `map` of docs/whatif-file.md.

    Raises:
        AdvisorError: if a fact is unknown or impossible, or an axis is no number.

    Example:
        >>> import advisor
        >>> found = advisor.decision_map(
        ...     {"deployment.tasks_per_base": 4}, "quality.tolerance_points",
        ...     "deployment.tasks_per_base"
        ... )
        >>> found["up"]["values"][found["up"]["here"]]
        4
    """
    from advisor.reasoning import Case, map_entry
    from advisor.reasoning import draw_map as drawn

    case = Case(facts_from(YamlDocument(dict(facts), {}, "facts")), load_engine(rules))
    found: dict[str, Any] = plain(map_entry(drawn(case, x, y)))
    return found


def check_evidence(path: str | Path) -> list[str]:
    """What is wrong with a table of published comparisons, as ``advisor evidence check`` says it.

    Args:
        path: a CSV file with the columns of docs/evidence.md.

    Raises:
        AdvisorError: if the file cannot be read.

    Example:
        >>> import advisor
        >>> advisor.check_evidence("advisor/catalogue/evidence.csv")
        []
    """
    from advisor.catalogue import check_table as check
    from advisor.catalogue import table_text

    return [str(remark) for remark in check(table_text(Path(path)))]


def fit_weights(path: str | Path | None = None) -> str:
    """The text of a rules/fitted.yaml, fitted to published comparisons.

    Args:
        path: a CSV file with the columns of docs/evidence.md; the shipped one if None.

    Raises:
        AdvisorError: if the file is wrong, or numpy or scipy is not installed.
    """
    from advisor.app import fitted_weights as fit

    return fit(None if path is None else Path(path))


def estimate_model(  # noqa: PLR0913 - one keyword for each thing that a user says
    model: str,
    *,
    methods: Sequence[str] = (),
    gpu: str | None = None,
    gpus: int = 1,
    batch_size: int | None = None,
    sequence_length: int | None = None,
    checkpointing: bool = False,
    accumulation: int = 1,
    examples: float | None = None,
    facts: Mapping[str, str] | None = None,
    quick: bool = False,
    offline: bool = False,
) -> dict[str, Any]:
    """Estimate memory (GiB), time (seconds, hours), cost (US dollars) and storage (bytes).

    Args:
        model: a folder, config.json, weight file or Hub id.
        methods: their identifiers; all trained ones if empty.
        gpu: a row of the GPU table; this machine if None.
        gpus: how many of them.
        batch_size: examples a step and device.
        sequence_length: longest input in tokens, virtual tokens left out.
        checkpointing: whether activations are recomputed in the backward pass.
        accumulation: batches for each optimizer step.
        examples: training examples, for the time of the whole run.
        facts: further facts by key, as after ``--set``, such as ``{"price.per_hour": "2"}``.
        quick: use the closed form alone, at once and without torch.
        offline: never touch the network.

    Returns:
        The object that ``advisor estimate --format json`` prints (docs/estimate-file.md).

    Raises:
        AdvisorError: if the model or a setting is impossible.

    Example:
        >>> import advisor
        >>> found = advisor.estimate_model(
        ...     "examples/models/gpt2", methods=["lora"], gpu="RTX 4090", quick=True, offline=True
        ... )
        >>> found["methods"]["lora"]["fits"]
        'fits'
    """
    from advisor.app import estimate_methods
    from advisor.estimate import Wishes
    from advisor.profilers import Request
    from advisor.report import record_of_estimate

    stated = [f"{key}={value}" for key, value in (facts or {}).items()]
    if examples is not None:
        stated.append(f"data.train_examples={examples:g}")
    request = Request(
        settings=tuple(stated),
        models=(model,),
        gpu=gpu,
        gpus=gpus,
        offline=offline,
    )
    wishes = Wishes(
        methods=tuple(methods),
        batch_size=batch_size,
        sequence_length=sequence_length,
        checkpointing=checkpointing,
        accumulation=accumulation,
        quick=quick,
    )
    found: dict[str, Any] = plain(record_of_estimate(estimate_methods(request, wishes)))
    return found


def confirm(  # noqa: PLR0913 - one keyword for each thing that a user says
    model: str | Path,
    data: str | Path,
    *,
    facts: Mapping[str, Any] | None = None,
    eval_data: str | Path | None = None,
    text_columns: Sequence[str] = (),
    label_column: str | None = None,
    methods: Sequence[str] = (),
    budget: str = "3m",
    seed: int = 0,
    rules: Sequence[Path] = (),
) -> dict[str, Any]:
    """Train prompt tuning and full fine-tuning on a slice of the data, and judge the advice by it.

    Args:
        model: folder with safetensors, GGUF file, or Hub id whose weights are in the local cache.
        data: training file.
        facts: further facts of the project, as for `advise`.
        eval_data: held-out file; a part of the training file is held out without one.
        text_columns: the input columns; guessed if empty.
        label_column: the label column; guessed if None.
        methods: further methods to train, such as ``lora``.
        budget: wall time in all, such as ``30s``, ``3m`` or ``2h``.
        seed: of the splits.
        rules: folders of house rules.

    Returns:
        the run file of the advice with what was measured (docs/confirm-file.md).

    Raises:
        AdvisorError: if model, data or machine cannot be used.
    """
    from advisor.app import Silent, Wish, confirm_advice
    from advisor.profilers import DataFiles, Request

    stated = facts_from(YamlDocument(dict(facts or {}), {}, "facts"))
    request = Request(
        models=(str(model),),
        data=DataFiles(
            Path(data),
            None if eval_data is None else Path(eval_data),
            tuple(text_columns),
            label_column,
        ),
        offline=True,
    )
    wish = Wish(methods=tuple(methods), budget=budget, seed=seed)
    found = confirm_advice(request, wish, rules, Silent(), stated)
    found.delivered()
    run: dict[str, Any] = plain(found.record)
    return run
