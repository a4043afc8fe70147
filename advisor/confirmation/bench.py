"""From the user's flags and facts to weights, device and the bench that every trial works on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from advisor.facts import FactBase
from advisor.methods import SOFT_PROMPT, load_methods
from advisor.microbench import (
    Bench,
    Route,
    SplitSizes,
    candidate_prompts,
    choose_task,
    general_text,
    label_notes,
    new_tokens_for,
    read_examples,
    read_prompts,
    sizes_for,
    split,
    tokens_for,
)
from advisor.profilers import (
    DataFiles,
    TargetKind,
    ask_torch,
    cached_folder,
    has_tokenizer,
    holds_weights,
    locate,
    require_base,
    torch_is_cpu_build,
)
from advisor.support import AdvisorError, ExitCode, printable

# The trials import torch anyway, which can take a minute where the disk is cold.
_SECONDS = 120.0
# ROCm answers to the name of CUDA in PyTorch.
_NAMES = {"cuda": "cuda", "rocm": "cuda", "mps": "mps"}


def device_of(facts: FactBase, *, here: bool) -> tuple[str, str]:
    """The device by PyTorch's name, and why it is not the project's; empty if it is.

    The driver may know a card that the installed torch cannot use, and the facts may tell of
    another machine, so torch itself is asked.

    Args:
        facts: tell the project's accelerator.
        here: whether the trials run on this machine.
    """
    wanted = _NAMES.get(str(facts.value("hardware.accelerator")), "cpu")
    if wanted == "cpu" or not here:
        return wanted, ""
    reason = _why_not(wanted)
    if not reason:
        return wanted, ""
    return "cpu", f"The trials run on this machine's CPU, not on {wanted}: {reason}."


def _why_not(wanted: str) -> str:
    """Why torch cannot compute on the device; empty if it can."""
    if torch_is_cpu_build():
        return "the installed torch is a build for the CPU alone"
    survey = ask_torch(timeout_s=_SECONDS).survey
    if _NAMES.get(survey.accelerator or "") == wanted:
        return ""
    return "; ".join(survey.notes) or f"{survey.source} finds {survey.accelerator} instead"


_SPARE = 4
"""So many times the wanted rows are sampled, since repeated and overlapping ones drop out."""


@dataclass(frozen=True)
class PreparedBench:
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
) -> PreparedBench:  # fmt: skip
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
        virtual_tokens=load_methods()[SOFT_PROMPT].virtual_tokens,
        device=device,
    )
    notes = [*train.notes, *(evaluation.notes if evaluation else ()), *parts.notes]
    if elsewhere:
        notes.append(elsewhere)
    if prompts is None:
        notes.extend(label_notes(task))
    return PreparedBench(bench, parts.overlap, tuple(notes))


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


_WANTED = ("*.json", "*.safetensors", "*.txt", "*.model")
"""Files that are fetched: configuration, tokenizer, weights. Pickled weights and code are not."""


def weights_of(spec: str, *, download: bool) -> Path:
    """The folder or GGUF file to load.

    Args:
        spec: a model folder, a GGUF file or a Hub id.
        download: whether the user allows the Hub to be asked for weights that are not here.

    Raises:
        AdvisorError: if there are no weights of a base model, or only such as are never opened.
    """
    target = locate(spec)
    if target.kind is TargetKind.FOLDER:
        require_base(target.path)
    if target.kind in (TargetKind.FOLDER, TargetKind.GGUF):
        return _named_in_utf8(target.path)
    if target.kind is TargetKind.HUB:
        return _of_hub(target.text, download=download)
    raise AdvisorError(
        "this file alone cannot be trained",
        where=spec,
        hint="name the folder that holds it with config.json, weights and tokenizer",
    )


def _named_in_utf8(path: Path) -> Path:
    """The path, which the libraries that load weights want as text."""
    try:
        str(path.resolve()).encode()
    except UnicodeEncodeError:
        raise AdvisorError(
            "the path of the model is not UTF-8 text",
            where=printable(str(path)),
            hint="rename the folder, or link to it under another name",
        ) from None
    return path


def _of_hub(model_id: str, *, download: bool) -> Path:
    cached = cached_folder(model_id)
    if cached is not None and holds_weights(cached) and has_tokenizer(cached):
        require_base(cached)
        return cached
    if not download:
        raise AdvisorError(
            "the weights of this model are not, or not all, on this machine",
            where=model_id,
            hint="--download fetches them from the Hub, which may be gigabytes",
        )
    from huggingface_hub import snapshot_download

    try:
        folder = Path(snapshot_download(model_id, allow_patterns=list(_WANTED)))
    except Exception as error:  # noqa: BLE001 - the library raises errors of many kinds
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:300]
        raise AdvisorError(
            f"the weights cannot be fetched: {reason}",
            where=model_id,
            hint="check the network and the name; gated models need a login",
            exit_code=ExitCode.MICROBENCH_FAILED,
        ) from None
    require_base(folder)
    return folder
