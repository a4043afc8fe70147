"""The safetensors files that together hold one model, and the sum of their tensors."""

from __future__ import annotations

import re
from pathlib import Path

from advisor.profilers.model.safetensors_header import TensorInfo, read_safetensors_header
from advisor.support import AdvisorError, excerpt, parse_json, read_text

INDEX = "model.safetensors.index.json"
SINGLE = "model.safetensors"
_MAX_INDEX_BYTES = 32 * 1024 * 1024
_MAX_SHARDS = 10_000
SHARD_NAME = re.compile(r"(?P<stem>.*)-(?P<part>[0-9]{5})-of-(?P<parts>[0-9]{5})\.(?P<kind>\w+)\Z")


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a folder: those of the index, else the single one, else all.

    Raises:
        AdvisorError: if the index is damaged or a file of it is missing.
    """
    if (folder / INDEX).exists():
        names = _indexed(folder / INDEX)
    elif (folder / SINGLE).exists():
        names = [SINGLE]
    else:
        found = (path.name for path in folder.glob("*.safetensors"))
        names = sorted(name for name in found if not name.startswith("adapter_"))[:_MAX_SHARDS]
        parts = [name for name in names if SHARD_NAME.match(name)]
        names = all_parts(folder, parts[0]) if parts else names
    paths = [folder / name for name in names]
    for path in paths:
        if not path.exists():
            raise AdvisorError(
                f"a file of the model is missing: {excerpt(path.name)}",
                where=excerpt(str(folder)),
                hint="download the remaining files, or for advice pass the config.json alone",
            )
    return paths


def holds_weights(folder: Path) -> bool:
    """Whether a folder has safetensors weights, and all files of them."""
    try:
        return bool(weight_files(folder))
    except AdvisorError:
        return False


def all_parts(folder: Path, name: str) -> list[str]:
    """The names of all parts of the split file that `name` is one part of.

    Raises:
        AdvisorError: if the part or the number of parts is impossible.
    """
    match = SHARD_NAME.match(name)
    parts = int(match["parts"]) if match else 0
    if match is None or not 1 <= int(match["part"]) <= parts <= _MAX_SHARDS:
        raise AdvisorError(
            "the file name counts its parts in an impossible way",
            where=excerpt(str(folder / name)),
            hint="keep the names that the files were published with",
        )
    stem, total, kind = match["stem"], match["parts"], match["kind"]
    return [f"{stem}-{part:05d}-of-{total}.{kind}" for part in range(1, parts + 1)]


def _indexed(path: Path) -> list[str]:
    text = read_text(path, what="index of the weights", max_bytes=_MAX_INDEX_BYTES)
    raw = parse_json(text, where=excerpt(str(path)))
    names = raw.get("weight_map") if isinstance(raw, dict) else None
    listed = set(names.values()) if isinstance(names, dict) and _all_texts(names) else set()
    if not listed or len(listed) > _MAX_SHARDS:
        raise AdvisorError(
            "the index of the weights names no files",
            where=excerpt(str(path)),
            hint="download again",
        )
    for name in listed:
        # A name with a folder in it could point anywhere on this machine.
        if Path(name).name != name or not name.endswith(".safetensors") or "\0" in name:
            raise AdvisorError(
                f"the index of the weights names something else than a file: {excerpt(name)}",
                where=excerpt(str(path)),
                hint="download it again from the model's publisher",
            )
    return sorted(listed)


def _all_texts(names: dict[str, object]) -> bool:
    return all(isinstance(name, str) for name in names.values())


def read_tensors(paths: list[Path]) -> dict[str, TensorInfo]:
    """The tensors of all files by name.

    Raises:
        AdvisorError: if a file is damaged, or a tensor stands in two of them.
    """
    tensors: dict[str, TensorInfo] = {}
    for path in paths:
        found = read_safetensors_header(path)
        twice = tensors.keys() & found.keys()
        if twice:
            raise AdvisorError(
                f"the tensor {excerpt(min(twice))} stands in two files",
                where=excerpt(str(path)),
                hint="pass the one file that holds the model",
            )
        tensors.update(found)
    if paths and not tensors:
        raise AdvisorError("the weight file holds no tensors", where=excerpt(str(paths[0])))
    return tensors


# Tensors that older versions of transformers saved, although no training changes them.
_BUFFERS = re.compile(
    r"(^|\.)(position_ids|token_type_ids|inv_freq|original_inv_freq|masked_bias|final_logits_bias"
    r"|embed_scale|cos_cached|sin_cached|num_batches_tracked)\Z"
)
_CAUSAL_MASK = re.compile(r"(^|\.)(attn|attention)\.bias\Z")
_MASK_DIMENSIONS = 4
_FLOATS = frozenset({"F64", "F32", "F16", "BF16"})
_NEVER_WEIGHTS = frozenset({"I64", "U64", "BOOL"})
# Matrices that may be one and the same tensor under several names.
_TIED = re.compile(
    r"(^|\.)(lm_head|embed_out|generator_lm_head|vocab_projector|predictions\.decoder"
    r"|lm_head\.decoder|decoder|embed_tokens|wte|word_embeddings|tok_embeddings|embed_in|shared)"
    r"\.weight\Z"
)
_TIED_BIAS = re.compile(r"(^|\.)(predictions|lm_head)(\.decoder)?\.bias\Z")
_SAMPLE_BYTES = 4096


def is_buffer(name: str, tensor: TensorInfo) -> bool:
    """Whether a tensor is no parameter: position numbers, masks, rotary frequencies."""
    mask = _CAUSAL_MASK.search(name) and len(tensor.shape) == _MASK_DIMENSIONS
    return bool(mask or _BUFFERS.search(name) or tensor.dtype in _NEVER_WEIGHTS)


def is_packed(tensors: dict[str, TensorInfo]) -> bool:
    """Whether weights are quantised, so that shapes no longer tell the number of parameters."""
    return any(
        tensor.dtype not in _FLOATS and not is_buffer(name, tensor)
        for name, tensor in tensors.items()
    )


def parameter_sum(tensors: dict[str, TensorInfo]) -> int:
    """Parameters of unpacked tensors.

    Output matrix and embedding are counted once if their types, shapes and sampled bytes agree;
    that is evidence from the weights themselves, which a configuration can only claim.
    """
    seen: dict[tuple[object, ...], bool] = {}
    total = 0
    for name, tensor in tensors.items():
        if is_buffer(name, tensor):
            continue
        if _TIED.search(name) or _TIED_BIAS.search(name):
            key = (tensor.dtype, tensor.shape, _sample(tensor))
            if key in seen:
                continue
            seen[key] = True
        total += tensor.elements
    return total


def _sample(tensor: TensorInfo) -> bytes:
    """Some bytes from the start, the middle and the end of a tensor."""
    places = (0, tensor.size // 2, max(0, tensor.size - _SAMPLE_BYTES))
    with tensor.path.open("rb") as stream:
        parts = []
        for place in places:
            stream.seek(tensor.start + place)
            parts.append(stream.read(min(_SAMPLE_BYTES, tensor.size - place)))
    return b"".join(parts)
