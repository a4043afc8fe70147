"""Load a tokenizer and a base model from local files, or say clearly why that is impossible."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from unittest import mock

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
)

from advisor.estimate import first_line
from advisor.microbench.records import Bench, Route
from advisor.microbench.worker.environment import without_known_warnings
from advisor.microbench.worker.gguf_files import (
    forget_quantisation,
    parsed_once,
    unpacking_options,
)
from advisor.microbench.worker.memory import out_of_memory
from advisor.profilers import has_tokenizer, refuse_adapter, require_base
from advisor.support import AdvisorError
from advisor.tuning.learner import HEADS

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class WeightFiles:
    """Where the files are: a folder, and a file of it where that is a GGUF file."""

    folder: Path
    gguf: str | None

    @property
    def options(self) -> dict[str, Any]:
        """Arguments that every loader gets: local files only, and no code of the model's own."""
        found: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        return {**found, "gguf_file": self.gguf} if self.gguf else found

    @property
    def shown(self) -> str:
        """The path for messages."""
        return str(self.folder / self.gguf if self.gguf else self.folder)


def find_source(model: str) -> WeightFiles:
    """Check that there are weights of a base model to load, and no adapter beside them.

    Raises:
        AdvisorError: if there is no such file or folder, or it is no such model.
    """
    path = Path(model)
    if path.is_file():
        if path.suffix.lower() != ".gguf":
            raise AdvisorError(
                "a model is a folder or a GGUF file", where=model, hint="name the folder it is in"
            )
        refuse_adapter(path.parent)
        return WeightFiles(path.parent, path.name)
    if not path.is_dir():
        raise AdvisorError("there is no such model", where=model)
    require_base(path)
    return WeightFiles(path, None)


def load_both(source: WeightFiles, bench: Bench, outputs: int) -> tuple[Any, Any, frozenset[str]]:
    """The tokenizer, the base model and the names of its new parameters.

    Args:
        source: where the files are.
        bench: its route and architecture choose the model's class.
        outputs: of a new head.

    Raises:
        AdvisorError: if something is missing, damaged or of another model.
    """
    with parsed_once() if source.gguf else contextlib.nullcontext(), without_pickles():
        tokenizer = load_tokenizer(source)
        model, new = load_model(source, bench, outputs)
    return tokenizer, model, new


@contextlib.contextmanager
def without_pickles() -> Iterator[None]:
    """Let no file of a model, whatever it names, lead to a pickled one being opened."""
    with mock.patch.object(torch, "load", _refuse_pickle):
        yield


def load_tokenizer(source: WeightFiles) -> Any:
    """The tokenizer, with a padding token.

    Raises:
        AdvisorError: if there is none, or it cannot be read.
    """
    if not source.gguf and not has_tokenizer(source.folder):
        raise AdvisorError(
            "the model's folder has no tokenizer",
            where=source.shown,
            hint="copy tokenizer.json and tokenizer_config.json beside the weights",
        )
    tokenizer = _attempt(
        lambda: AutoTokenizer.from_pretrained(source.folder, **source.options),
        "the tokenizer cannot be loaded",
        source,
    )
    if tokenizer.pad_token_id is None:
        # Padding is masked wherever it matters, so any token will do.
        spare = tokenizer.eos_token_id if tokenizer.eos_token_id is not None else 0
        tokenizer.pad_token = tokenizer.convert_ids_to_tokens(spare)
    return tokenizer


def load_model(source: WeightFiles, bench: Bench, outputs: int) -> tuple[Any, frozenset[str]]:
    """The base model in 32 bits on the CPU, and the names of its parameters that are new.

    Args:
        source: where its files are.
        bench: its route and architecture choose the class.
        outputs: of a new head.

    Raises:
        AdvisorError: if weights are missing, truncated, no numbers, or of another model.
    """
    options = {**source.options, "dtype": torch.float32, "output_loading_info": True}
    options |= unpacking_options() if source.gguf else {"use_safetensors": True}
    if bench.task.route is Route.HEAD:
        options |= {"num_labels": outputs, "ignore_mismatched_sizes": True}
    family = _family(bench)
    with without_known_warnings():
        model, report = _attempt(
            lambda: family.from_pretrained(source.folder, **options),
            "the model's weights cannot be loaded",
            source,
        )
    new = _new_parameters(model, report, source, bench.task.route)
    _require_numbers(model, source)
    if source.gguf:
        forget_quantisation(model)
    return model, new


def _family(bench: Bench) -> Any:
    encoder_decoder = bench.task.architecture == "encoder_decoder"
    if bench.task.route is Route.HEAD:
        if encoder_decoder:
            raise AdvisorError(
                "an encoder-decoder gets no new head here",
                where=bench.model,
                hint="let it write the answer, or the words of the labels",
            )
        return AutoModelForSequenceClassification
    if bench.task.architecture == "encoder":
        raise AdvisorError("an encoder cannot write an answer", where=bench.model)
    return AutoModelForSeq2SeqLM if encoder_decoder else AutoModelForCausalLM


def _new_parameters(model: Any, report: Any, source: WeightFiles, route: Route) -> frozenset[str]:
    """Names of the parameters that the weights do not give, which must all belong to a head."""
    # A key that does not fit is given as a tuple of its name and both shapes.
    missing = set(report["missing_keys"]) | {
        key if isinstance(key, str) else key[0] for key in report["mismatched_keys"]
    }
    base = model.base_model_prefix + "."
    if route is Route.HEAD:
        lost = {name for name in missing if name.startswith(base) and ".pooler." not in name}
    else:
        lost = missing
    if lost:
        raise AdvisorError(
            f"the weights lack {len(lost)} tensors that the model needs, such as {min(lost)}",
            where=source.shown,
            hint="the files may be of another model, or incomplete",
        )
    names = {name for name, _ in model.named_parameters()}
    heads = {n for n in names if n.split(".")[0] in HEADS} if route is Route.HEAD else set()
    return frozenset((missing & names) | heads)


def _require_numbers(model: Any, source: WeightFiles) -> None:
    """One value that is none would make every trial diverge, which says nothing of a method."""
    for name, parameter in model.named_parameters():
        if not parameter.isfinite().all():
            raise AdvisorError(
                f"the weights hold values that are not numbers, first in {name}",
                where=source.shown,
                hint="the training that wrote them has diverged; take an earlier checkpoint",
            )


def _refuse_pickle(*_arguments: Any, **_options: Any) -> NoReturn:
    raise AdvisorError(
        "the model's files lead to pickled weights, which are never opened",
        where="the model",
        hint="convert the weights to safetensors",
    )


def _attempt(load: Callable[[], _T], problem: str, source: WeightFiles) -> _T:
    try:
        return load()
    except AdvisorError:
        raise
    except Exception as error:
        if out_of_memory(error):
            raise
        raise AdvisorError(
            f"{problem}: {first_line(error)}",
            where=source.shown,
            hint="the file may be damaged or incomplete; copy it again",
        ) from None
