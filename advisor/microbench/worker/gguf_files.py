"""Load GGUF files as plain 32-bit models, and without parsing them again and again."""

from __future__ import annotations

import contextlib
import functools
import io
from collections.abc import Iterator
from typing import Any
from unittest import mock

import transformers


@contextlib.contextmanager
def parsed_once() -> Iterator[None]:
    """Let transformers parse a GGUF file once; it does so for each of config, words and weights.

    It also looks up the names of all tensors once for each module. Without this a file of 100 MB
    takes three times as long to load. The progress bar, which it draws whatever is set, is dropped.
    """
    import gguf  # noqa: PLC0415 - not needed for a folder, and then it may be missing

    with (
        # Or else a thread watches the progress bar from then on.
        mock.patch("tqdm.tqdm.monitor_interval", 0),
        mock.patch.object(gguf, "GGUFReader", functools.cache(gguf.GGUFReader)),
        mock.patch.object(gguf, "get_tensor_name_map", functools.cache(gguf.get_tensor_name_map)),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        yield


def unpacking_options() -> dict[str, Any]:
    """Arguments that have the weights unpacked; newer versions keep them in blocks otherwise."""
    if not hasattr(transformers, "GgufConfig"):
        return {}
    return {"quantization_config": transformers.GgufConfig(dequantize=True)}


def forget_quantisation(model: Any) -> None:
    """Remove the mark of a quantised file, which forbids training and saving the plain weights."""
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.is_quantized = False
    model.hf_quantizer = None
