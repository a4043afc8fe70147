"""The content of a model's config.json, for what builds the model from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.profilers.model.config import ModelConfig, parse_config
from advisor.profilers.model.config_facts import typed
from advisor.profilers.model.findings import plain
from advisor.profilers.model.folder import CONFIG, read_config
from advisor.profilers.model.hub import fetch_model
from advisor.profilers.model.hub_cache import cached_folder, offline_by_environment
from advisor.profilers.model.locate import Kind, locate
from advisor.profilers.model.profile import TIMEOUT_S
from advisor.support.errors import AdvisorError

_ESSENTIAL = {"hidden": "the hidden size", "layers": "the number of layers"}


def raw_config(spec: str, *, offline: bool = False) -> Mapping[str, Any] | None:
    """The configuration of a model that `profile_model` has read, or None if it has none.

    Args:
        spec: as for `profile_model`.
        offline: never touch the network.

    Raises:
        AdvisorError: if there is no such model, or its configuration is damaged or incomplete.
    """
    config = _parsed(spec, offline=offline)
    if config is None:
        return None
    seen = typed(config)
    unstated = [name for key, name in _ESSENTIAL.items() if seen and not seen.states(key)]
    if unstated:
        raise AdvisorError(
            f"the configuration is incomplete: it does not state {' and '.join(unstated)}",
            where=config.where,
            hint="download the file again; the defaults of the model type would be another model's",
        )
    return config.raw


def _parsed(spec: str, *, offline: bool) -> ModelConfig | None:
    target = locate(spec)
    if target.kind is Kind.GGUF:
        return None
    folder = target.path
    if target.kind is Kind.HUB:
        cached = cached_folder(target.text)
        if cached is None:
            if offline or offline_by_environment():
                return None
            text = fetch_model(target.text, timeout_s=TIMEOUT_S).config
            return parse_config(text, f"config.json of {plain(target.text)}")
        folder = cached
    if target.kind is Kind.SAFETENSORS:
        folder = target.path.parent
    path = target.path if target.kind is Kind.CONFIG else folder / CONFIG
    if not path.exists():
        return None
    return read_config(path)
