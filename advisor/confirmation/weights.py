"""Where a model's weights lie on this machine."""

from __future__ import annotations

from pathlib import Path

from advisor.profilers.model.base import has_tokenizer, require_base
from advisor.profilers.model.hub_cache import cached_folder
from advisor.profilers.model.locate import Kind, locate
from advisor.profilers.model.shards import holds_weights
from advisor.support.errors import AdvisorError, ExitCode, printable

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
    if target.kind is Kind.FOLDER:
        require_base(target.path)
    if target.kind in (Kind.FOLDER, Kind.GGUF):
        return _named_in_utf8(target.path)
    if target.kind is Kind.HUB:
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
