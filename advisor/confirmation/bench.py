"""From the user's flags and facts to the bench that every trial works on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from advisor.catalogue.tables import load_methods
from advisor.confirmation.device import device_of
from advisor.facts import FactBase
from advisor.gather import DataFiles
from advisor.microbench.planning.ladder import new_tokens_for, sizes_for, tokens_for
from advisor.microbench.preparing.examples import read_examples
from advisor.microbench.preparing.general import general_text
from advisor.microbench.preparing.prompts import candidate_prompts, label_notes
from advisor.microbench.preparing.sizes import SplitSizes
from advisor.microbench.preparing.splits import split
from advisor.microbench.preparing.tasks import choose_task
from advisor.microbench.preparing.userprompts import read_prompts
from advisor.microbench.spec import Bench, Route
from advisor.support.errors import AdvisorError

_SPARE = 4
"""So many times the wanted rows are sampled, since repeated and overlapping ones drop out."""


@dataclass(frozen=True)
class Prepared:
    """A bench, and what there is to say about its examples.

    Attributes:
        overlap: share of the evaluation examples that also stand in the training file.
        notes: sentences that a person should see.
    """

    bench: Bench
    overlap: float
    notes: tuple[str, ...]


def prepare(
    model: Path, data: DataFiles, facts: FactBase, *, budget: float, seed: int,
    prompts: Path | None, here: bool,
) -> Prepared:  # fmt: skip
    """Read and split the examples, choose the route, and write the candidate prompts.

    Args:
        model: folder or GGUF file with weights.
        data: the user's files and columns.
        facts: tell architecture, positions and, if stated, the type of the task.
        budget: wall seconds, which bound the splits.
        seed: of the splits.
        prompts: the user's candidate prompts, or None.
        here: whether the trials run on this machine.

    Raises:
        AdvisorError: if the data or prompts cannot be used, or the task has no route.
    """
    if data.train is None:
        raise AdvisorError("a micro-benchmark needs training data", where="--data")
    sizes = SplitSizes(*sizes_for(budget))
    train = read_examples(
        data.train,
        limit=_SPARE * sum(sizes),
        text_columns=data.text_columns,
        label_column=data.label_column,
    )
    evaluation = None
    if data.evaluation is not None:
        evaluation = read_examples(data.evaluation, limit=_SPARE * sizes.test, train=train)
    task = choose_task(_text(facts, "task.type"), _architecture(facts), train, evaluation)
    parts = split(task, train, evaluation, sizes, seed)
    candidates = (
        candidate_prompts(task, parts.splits.train)
        if prompts is None
        else read_prompts(prompts, task, parts.splits.train)
    )
    device, elsewhere = device_of(facts, here=here)
    bench = Bench(
        model=str(model.resolve()),
        task=task,
        splits=parts.splits,
        prompts=candidates,
        general=general_text(),
        max_tokens=tokens_for(budget),
        max_new_tokens=new_tokens_for(budget) if task.route is Route.TEXT else 0,
        virtual_tokens=load_methods()["prompt_tuning"].virtual_tokens,
        device=device,
    )
    notes = [*train.notes, *(evaluation.notes if evaluation else ()), *parts.notes]
    if elsewhere:
        notes.append(elsewhere)
    if prompts is None:
        notes.extend(label_notes(task))
    return Prepared(bench, parts.overlap, tuple(notes))


def _architecture(facts: FactBase) -> str:
    found = _text(facts, "model.architecture")
    if found is None:
        raise AdvisorError(
            "the model's architecture is not known",
            where="model.architecture",
            hint="--set model.architecture=encoder, decoder or encoder_decoder",
        )
    return found


def _text(facts: FactBase, key: str) -> str | None:
    value = facts.value(key)
    return value if isinstance(value, str) else None
