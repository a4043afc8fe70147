"""Tells whether a folder holds one whole base model, and nothing that would change it."""

from __future__ import annotations

from pathlib import Path

from advisor.profilers.model.shards import weight_files
from advisor.support import AdvisorError, excerpt, parse_json, read_text

ADAPTER = "adapter_config.json"
_CONFIG = "config.json"
# With it transformers opens the file that the key names, a pickled one included.
_OTHER_WEIGHTS = "transformers_weights"


def require_base(folder: Path) -> None:
    """Check that a folder holds configuration and safetensors of a base model, and these alone.

    Raises:
        AdvisorError: if something is missing, or an adapter or other weights would be loaded.
    """
    where = excerpt(str(folder))
    if not (folder / _CONFIG).is_file():
        raise AdvisorError(
            "the model's folder has no config.json",
            where=where,
            hint="name the folder of config.json, weights and tokenizer, or a GGUF file",
        )
    refuse_adapter(folder)
    config = parse_json(read_text(folder / _CONFIG, what="model configuration"), where=where)
    if isinstance(config, dict) and config.get(_OTHER_WEIGHTS) is not None:
        raise AdvisorError(
            f"the configuration names other weights than the model's own ({_OTHER_WEIGHTS})",
            where=excerpt(str(folder / _CONFIG)),
            hint="remove the key, and the weights of model.safetensors are read",
        )
    if not weight_files(folder):
        raise AdvisorError(
            "the model's folder has no weights that can be trained",
            where=where,
            hint="it needs *.safetensors files (or name a GGUF file); pickled weights are not read",
        )


def refuse_adapter(folder: Path) -> None:
    """Refuse an adapter beside the model, which transformers would silently put into it.

    Raises:
        AdvisorError: if there is one.
    """
    if (folder / ADAPTER).exists():
        raise AdvisorError(
            "an adapter lies beside the model, and would change it",
            where=excerpt(str(folder / ADAPTER)),
            hint="move its adapter_* files elsewhere, or merge it into the model",
        )


def has_tokenizer(folder: Path) -> bool:
    """Whether a file of the folder may be a tokenizer's."""
    patterns = ("*token*", "*vocab*", "*.model")
    return any(True for pattern in patterns for _ in folder.glob(pattern))
