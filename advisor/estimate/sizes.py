"""How many parameters each method trains, and how much it stores for each task."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.catalogue.known import UnknownMethodError
from advisor.catalogue.tables import closed_form, load_methods
from advisor.estimate.settings import Settings
from advisor.estimate.shape import ModelShape

_PROMPT_ENCODER_MATRICES = 3


def trained_parameters(method: str, shape: ModelShape, settings: Settings) -> float:
    """Parameters that receive gradients.

    Raises:
        AdvisorError: if the method is not known here.
    """
    virtual, width = float(settings.virtual_tokens), shape.width
    family: Mapping[str, Mapping[str, float]] = closed_form()["families"][shape.family]
    # peft puts virtual tokens before the input of the encoder and of the decoder.
    vectors = virtual * width * (2.0 if shape.encoder_decoder else 1.0)
    if method == "full_fine_tuning":
        return shape.parameters
    if method in ("lora", "qlora"):
        return settings.rank * shape.layers * _widths(family["adapted"], shape)
    if method == "ia3":
        return shape.layers * _widths(family["scaled"], shape)
    if method == "prefix_tuning":
        return virtual * shape.layers * 2.0 * shape.key_value
    if method == "p_tuning":
        return vectors + _PROMPT_ENCODER_MATRICES * (width**2 + width)
    if method == "prompt_tuning":
        return vectors
    if method == "few_shot_prompting":
        return 0.0
    raise UnknownMethodError(method, "advisor/estimate/sizes.py, trained_parameters")


def artefact_bytes(method: str, shape: ModelShape, settings: Settings) -> float:
    """Bytes stored for one task, the shared base left out.

    A full copy is stored in 16 bits, adapters and vectors in 32; of P-tuning the vectors alone,
    since its encoder is not needed after training.
    """
    table = closed_form()
    if not load_methods()[method].trained:
        return 0.0
    if method == "full_fine_tuning":
        return shape.parameters * float(table["bytes_16bit"])
    stored = "prompt_tuning" if method == "p_tuning" else method
    return trained_parameters(stored, shape, settings) * float(table["bytes_32bit"])


def _widths(multiples: Mapping[str, float], shape: ModelShape) -> float:
    """The sum of the shape's widths, each times its multiple."""
    return sum(float(getattr(shape, name)) * times for name, times in multiples.items())
