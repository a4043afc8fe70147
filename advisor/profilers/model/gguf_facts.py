"""Facts of a GGUF file, or of the parts of one that was split."""

from __future__ import annotations

from pathlib import Path

from advisor.profilers.model.describe import file_name, load_architectures
from advisor.profilers.model.findings import ModelFindings
from advisor.profilers.model.gguf_header import GgufHeader, Scalar, elements_of, read_gguf_header
from advisor.profilers.model.shards import SHARD_NAME, all_parts
from advisor.support import AdvisorError, excerpt

_EMBEDDING, _OUTPUT = "token_embd.weight", "output.weight"
# Frequencies that the converter stores as tensors; no training changes them.
_BUFFERS = frozenset({"rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight"})


def gguf_findings(path: Path) -> ModelFindings:
    """Read a GGUF file and state what its header tells.

    Raises:
        AdvisorError: if a part is missing or damaged, or it holds an adapter or no weights.
    """
    headers = [read_gguf_header(part) for part in _parts(path)]
    values = headers[0].values
    name = str(values.get("general.architecture", ""))
    _require_model(path, headers)
    findings = ModelFindings(excerpt(str(path)))
    findings.state_text(
        "model.name",
        [
            (values.get("general.name"), "general.name in the GGUF header"),
            (file_name(path), "file name"),
        ],
    )
    tensors = {key: shape for header in headers for key, shape in header.tensors.items()}
    known = load_architectures()
    shown = excerpt(name, 40) or "no architecture named"
    detail = f"GGUF header ({shown}), sum of {len(tensors)} tensor shapes"
    findings.state("model.parameters", _parameters(tensors, name), detail)
    findings.state("model.architecture", known.gguf.get(name), f"GGUF header ({shown})")
    _state_sizes(findings, headers[0], name, tensors)
    findings.state("model.weights_access", "open", "weights on disk")
    findings.state_text("model.licence", [(values.get("general.license"), "GGUF header")])
    return findings


def _parts(path: Path) -> list[Path]:
    if not SHARD_NAME.match(path.name):
        return [path]
    return [path.with_name(name) for name in all_parts(path.parent, path.name)]


def _require_model(path: Path, headers: list[GgufHeader]) -> None:
    kind = headers[0].values.get("general.type", "model")
    if kind != "model":
        raise AdvisorError(
            f"the GGUF file holds something else than a model: {excerpt(str(kind), 40)}",
            where=excerpt(str(path)),
            hint="pass the GGUF file of the base model",
        )
    if headers[0].values.get("split.count", 0) not in (0, len(headers)):
        raise AdvisorError(
            "the GGUF file is one part of several, and the other parts are not named like it",
            where=excerpt(str(path)),
            hint="keep the names that the parts were published with",
        )
    if not any(header.tensors for header in headers):
        raise AdvisorError(
            "the GGUF file holds no weights, only a vocabulary",
            where=excerpt(str(path)),
            hint="pass the GGUF file of the model",
        )


def _parameters(tensors: dict[str, tuple[int, ...]], name: str) -> int:
    counted = {key: shape for key, shape in tensors.items() if key not in _BUFFERS}
    tied = name in load_architectures().gguf_always_tied
    if tied and counted.get(_OUTPUT) == counted.get(_EMBEDDING) is not None:
        del counted[_OUTPUT]
    return sum(elements_of(shape) for shape in counted.values())


def _state_sizes(
    findings: ModelFindings, header: GgufHeader, name: str, tensors: dict[str, tuple[int, ...]]
) -> None:
    def size(key: str) -> int | None:
        return _whole(header.values.get(f"{name}.{key}"))

    detail = f"GGUF header ({excerpt(name, 40)})"
    findings.state("model.context_length", size("context_length"), detail)
    findings.state("model.hidden_size", size("embedding_length"), detail)
    layers = size("block_count")
    if layers is not None and load_architectures().gguf.get(name) == "encoder_decoder":
        layers += size("decoder_block_count") or layers
    findings.state("model.layer_count", layers, detail)
    embedding = tensors.get(_EMBEDDING, ())
    rows = embedding[-1] if embedding else header.lengths.get("tokenizer.ggml.tokens")
    findings.state("model.vocabulary_size", rows, detail)


def _whole(value: Scalar | None) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
