"""Facts of a model in a folder, or of one of its files; and whether it can be trained."""

from __future__ import annotations

from pathlib import Path

from advisor.profilers.model.config import ModelConfig, parse_config
from advisor.profilers.model.config_facts import state_config, state_count
from advisor.profilers.model.describe import file_name, folder_name
from advisor.profilers.model.findings import ModelFindings
from advisor.profilers.model.gguf_facts import gguf_findings
from advisor.profilers.model.licence import licence_in_folder
from advisor.profilers.model.safetensors_header import TensorInfo
from advisor.profilers.model.shards import (
    SHARD_NAME,
    all_parts,
    holds_weights,
    is_packed,
    parameter_sum,
    read_tensors,
    weight_files,
)
from advisor.support import AdvisorError, excerpt, parse_json, read_text

ADAPTER = "adapter_config.json"
CONFIG = "config.json"
# With it transformers opens the file that the key names, a pickled one included.
_OTHER_WEIGHTS = "transformers_weights"
_PICKLE_ENDINGS = frozenset({".bin", ".pt", ".pth", ".ckpt"})


def folder_findings(folder: Path, name: str | None = None) -> ModelFindings:
    """Facts of a model folder: config.json, safetensors weights or one GGUF model.

    Args:
        folder: the folder.
        name: the name for the report; by default the folder's own.

    Raises:
        AdvisorError: if it holds no model, or a file of it is damaged.
    """
    config = read_config(folder / CONFIG) if (folder / CONFIG).exists() else None
    weights = weight_files(folder)
    if config is None and not weights:
        return gguf_findings(_only_gguf(folder))
    findings = ModelFindings(excerpt(str(folder)))
    findings.state_text("model.name", [(name or folder_name(folder), "name of the folder")])
    _state_model(findings, config, read_tensors(weights), len(weights))
    findings.state_text("model.licence", list(licence_in_folder(folder)))
    return findings


def snapshot_findings(folder: Path, model_id: str) -> ModelFindings:
    """Facts of a cached snapshot of a Hub id; the configuration's where weights are missing still.

    Raises:
        AdvisorError: if it holds no model, or a file of it is damaged.
    """
    if not (folder / CONFIG).exists() or holds_weights(folder):
        return folder_findings(folder, model_id)
    findings = ModelFindings(excerpt(str(folder)))
    findings.state_text("model.name", [(model_id, "Hub id")])
    _state_model(findings, read_config(folder / CONFIG), {}, 0)
    findings.state_text("model.licence", list(licence_in_folder(folder)))
    return findings


def config_findings(path: Path) -> ModelFindings:
    """Facts of a single config.json.

    Raises:
        AdvisorError: if it is no usable configuration.
    """
    findings = ModelFindings(excerpt(str(path)))
    findings.state_text("model.name", [(file_name(path), "name of the file or its folder")])
    _state_model(findings, read_config(path), {}, 0)
    licences = licence_in_folder(path.parent, card_only=True) if path.name == CONFIG else []
    findings.state_text("model.licence", list(licences))
    return findings


def safetensors_findings(path: Path) -> ModelFindings:
    """Facts of a safetensors file, with all its parts and the config.json beside it.

    Raises:
        AdvisorError: if a part is missing or damaged.
    """
    names = all_parts(path.parent, path.name) if SHARD_NAME.match(path.name) else [path.name]
    beside = path.parent / CONFIG
    findings = ModelFindings(excerpt(str(path)))
    findings.state_text("model.name", [(file_name(path), "name of the file or its folder")])
    config = read_config(beside) if beside.exists() else None
    tensors = read_tensors([path.with_name(name) for name in names])
    _state_model(findings, config, tensors, len(names))
    return findings


def config_text_findings(text: str, name: str, where: str) -> ModelFindings:
    """Facts of a configuration that was downloaded.

    Raises:
        AdvisorError: if it is no usable configuration.
    """
    findings = ModelFindings(where)
    findings.state_text("model.name", [(name, "Hub id")])
    config = parse_config(text, where)
    state_count(findings, config)
    state_config(findings, config)
    findings.state("model.weights_access", "open", "the Hub serves the configuration to anyone")
    return findings


def _state_model(
    findings: ModelFindings, config: ModelConfig | None, tensors: dict[str, TensorInfo], files: int
) -> None:
    if tensors and not is_packed(tensors):
        plural = "header" if files == 1 else "headers"
        detail = f"sum of tensor shapes in {files} safetensors {plural}"
        findings.state("model.parameters", parameter_sum(tensors), detail)
    elif config is not None:
        packed = bool(tensors) or config.quantised
        note = "; the weights are quantised, so their shapes do not tell" if packed else ""
        state_count(findings, config, note)
    else:
        reason = "not counted: the weights are quantised and there is no config.json"
        findings.state_unknown("model.parameters", reason)
    if config is not None:
        state_config(findings, config)
    access = "weights on disk" if tensors else "configuration on disk"
    findings.state("model.weights_access", "open", access)


def read_config(path: Path) -> ModelConfig:
    """The configuration in a file.

    Raises:
        AdvisorError: if it is no usable configuration.
    """
    where = excerpt(str(path))
    return parse_config(read_text(path, what="model configuration"), where)


def _only_gguf(folder: Path) -> Path:
    """The one GGUF model of a folder that holds nothing else.

    Raises:
        AdvisorError: if there is none, or several to choose from.
    """
    models = sorted(folder.glob("*.gguf"))
    first_parts = [p for p in models if not SHARD_NAME.match(p.name) or "-00001-of-" in p.name]
    if len(first_parts) == 1:
        return first_parts[0]
    problem, hint = _no_model(folder, models)
    raise AdvisorError(problem, where=excerpt(str(folder)), hint=hint)


def _no_model(folder: Path, models: list[Path]) -> tuple[str, str]:
    """What is wrong with a folder without one clear model, and what to do."""
    if models:
        return "the folder holds several GGUF models", "pass one of the files"
    if (folder / ADAPTER).exists():
        return "the folder holds an adapter, not a model", "pass the base model's folder"
    if any(path.suffix in _PICKLE_ENDINGS for path in folder.iterdir()):
        return (
            "the folder holds pickle files, which are never opened, and no config.json",
            "put the model's config.json beside them, or convert the weights to safetensors",
        )
    return (
        "the folder holds neither a config.json nor model weights",
        "pass the folder that holds config.json, *.safetensors or *.gguf",
    )


def require_base(folder: Path) -> None:
    """Check that a folder holds configuration and safetensors of a base model, and these alone.

    Raises:
        AdvisorError: if something is missing, or an adapter or other weights would be loaded.
    """
    where = excerpt(str(folder))
    if not (folder / CONFIG).is_file():
        raise AdvisorError(
            "the model's folder has no config.json",
            where=where,
            hint="name the folder of config.json, weights and tokenizer, or a GGUF file",
        )
    refuse_adapter(folder)
    config = parse_json(read_text(folder / CONFIG, what="model configuration"), where=where)
    if isinstance(config, dict) and config.get(_OTHER_WEIGHTS) is not None:
        raise AdvisorError(
            f"the configuration names other weights than the model's own ({_OTHER_WEIGHTS})",
            where=excerpt(str(folder / CONFIG)),
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
