"""The one entry point: from the user's model argument to facts, or to its raw configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.facts import Fact
from advisor.profilers.model.config import ModelConfig, parse_config
from advisor.profilers.model.config_facts import typed
from advisor.profilers.model.findings import ModelFindings
from advisor.profilers.model.folder import (
    CONFIG,
    config_findings,
    config_text_findings,
    folder_findings,
    read_config,
    safetensors_findings,
    snapshot_findings,
)
from advisor.profilers.model.gguf_facts import gguf_findings
from advisor.profilers.model.hub import cached_folder, fetch_model, offline_by_environment
from advisor.profilers.model.licence import CARD, licence_of_card
from advisor.profilers.model.locate import ModelTarget, TargetKind, locate
from advisor.support import AdvisorError, excerpt

TIMEOUT_S = 5.0
"""Seconds that the Hub has for all its answers together."""

_MAX_MESSAGE = 400
_HINT = "download the file again, or pass the model in another form"


def profile_model(spec: str, *, offline: bool = False, timeout_s: float = TIMEOUT_S) -> list[Fact]:
    """Read what a pre-trained model is from its files or its Hub page.

    Args:
        spec: a model folder, a config.json, a .safetensors or .gguf file, or a Hub id (org/name).
        offline: never touch the network; HF_HUB_OFFLINE=1 has the same effect.
        timeout_s: seconds that the Hub may take in all.

    Returns:
        Facts of the source READ_FROM_FILE. Parameters, tokens, layers and units are whole
        numbers; model.parameters has the value None, with the reason, where the files do not
        tell it.

    Raises:
        AdvisorError: if there is no such model, or a file of it is damaged or absurd.
    """
    target = locate(spec)
    try:
        return _findings(target, offline or offline_by_environment(), timeout_s).facts
    except AdvisorError as error:
        # The files' own words may stand in it, and a terminal would obey their control characters.
        raise AdvisorError(
            excerpt(error.message, _MAX_MESSAGE),
            where=excerpt(error.where, _MAX_MESSAGE),
            hint=excerpt(error.hint or _HINT, _MAX_MESSAGE),
        ) from None
    except OSError as error:
        raise AdvisorError(
            f"the model cannot be read: {error.strerror or error}",
            where=excerpt(target.text),
            hint="check the permissions of its files",
        ) from None


def _findings(target: ModelTarget, offline: bool, timeout_s: float) -> ModelFindings:
    if target.kind is TargetKind.FOLDER:
        return folder_findings(target.path)
    if target.kind is TargetKind.CONFIG:
        return config_findings(target.path)
    if target.kind is TargetKind.SAFETENSORS:
        return safetensors_findings(target.path)
    if target.kind is TargetKind.GGUF:
        return gguf_findings(target.path)
    return _hub_findings(target.text, offline, timeout_s)


def _hub_findings(model_id: str, offline: bool, timeout_s: float) -> ModelFindings:
    cached = cached_folder(model_id)
    if cached is not None:
        return snapshot_findings(cached, model_id)
    if offline:
        raise AdvisorError(
            "the model is neither on disk nor in the local cache of the Hub",
            where=model_id,
            hint="pass a local folder or config.json, state model.parameters, or drop --offline",
        )
    fetched = fetch_model(model_id, timeout_s=timeout_s)
    findings = config_text_findings(fetched.config, model_id, f"config.json of {model_id}")
    findings.state_text(
        "model.licence", [(licence_of_card(fetched.card), f"front matter of {CARD}")]
    )
    return findings


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
    if target.kind is TargetKind.GGUF:
        return None
    folder = target.path
    if target.kind is TargetKind.HUB:
        cached = cached_folder(target.text)
        if cached is None:
            if offline or offline_by_environment():
                return None
            text = fetch_model(target.text, timeout_s=TIMEOUT_S).config
            return parse_config(text, f"config.json of {excerpt(target.text)}")
        folder = cached
    if target.kind is TargetKind.SAFETENSORS:
        folder = target.path.parent
    path = target.path if target.kind is TargetKind.CONFIG else folder / CONFIG
    if not path.exists():
        return None
    return read_config(path)
