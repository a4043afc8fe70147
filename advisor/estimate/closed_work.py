"""The operations and memory traffic of a training step in closed form."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.catalogue import closed_form, load_activations
from advisor.estimate.breakdown import Work
from advisor.estimate.settings import Head, Precision, Settings
from advisor.estimate.shape import ModelShape
from advisor.estimate.sizes import trained_parameters
from advisor.methods import FULL, load_methods


def work_of(shape: ModelShape, method: str, settings: Settings) -> dict[str, Work]:
    """What each phase computes; forward and backward for one micro-batch.

    Args:
        shape: the model.
        method: its identifier.
        settings: the training run.
    """
    table = closed_form()
    own, once = load_methods()[method], forward_flops(shape, method, settings)
    forward, backward = once * own.forward, once * own.backward
    backward += forward if settings.checkpointing else 0.0
    traffic = _kept_by_full(shape, method, settings)
    weights = own.weight_traffic * shape.layer_parameters * shape.layers
    shares: Mapping[str, float] = table["traffic_of_activations"]
    again = shares["forward"] if settings.checkpointing else 0.0
    launched: Mapping[str, float] = table["operators"]
    trained = trained_parameters(method, shape, settings)
    size = table["bytes_16bit" if settings.precision is Precision.BF16 else "bytes_32bit"]
    held = trained * float(size)
    update: Mapping[str, float] = table["traffic_of_update"]
    operators = launched["fixed"] + launched["forward"] * shape.layers
    operators_back = launched["fixed"] + launched["backward"] * shape.layers
    return {
        "forward": _work(forward, settings, traffic * shares["forward"] + weights, operators),
        "backward": _work(
            backward,
            settings,
            traffic * (shares["backward"] + again) + (weights if settings.checkpointing else 0.0),
            operators_back,
        ),
        "clip": Work(traffic=held * table["traffic_of_clipping"], operators=launched["fixed"]),
        "optimizer": Work(
            traffic=held * update[settings.optimizer.value], operators=launched["fixed"]
        ),
    }


def layer_length(shape: ModelShape, method: str, settings: Settings) -> float:
    """Tokens of an example that a layer sees: the mean of both stacks for an encoder-decoder."""
    length = float(settings.sequence_length)
    if shape.encoder_decoder:
        length = (length + settings.output_length) / 2
    return length + (settings.virtual_tokens if load_methods()[method].prompts_input else 0)


def forward_flops(shape: ModelShape, method: str, settings: Settings) -> float:
    """Floating-point operations of the matrix products of one forward pass."""
    length = layer_length(shape, method, settings)
    tokens = settings.batch_size * length
    layers = shape.layer_parameters * shape.layers
    head = 0.0 if settings.head is Head.CLASSIFICATION else shape.embedding
    attention = 4.0 * tokens * length * shape.width * shape.layers
    return 2.0 * tokens * (layers + head) + attention


def _work(flops: float, settings: Settings, traffic: float, operators: float) -> Work:
    if settings.precision is Precision.FP32:
        return Work(flops_32bit=flops, traffic=traffic, operators=operators)
    return Work(flops_16bit=flops, traffic=traffic, operators=operators)


def _kept_by_full(shape: ModelShape, method: str, settings: Settings) -> float:
    """Bytes that full fine-tuning keeps of all layers: what elementwise operators work through."""
    row = (shape.family, FULL, settings.precision.value, settings.kernels.value)
    factors = load_activations()[row]
    tokens = settings.batch_size * layer_length(shape, method, settings)
    widths = factors.width * shape.width + factors.query * shape.query
    widths += factors.feed_forward * shape.feed_forward
    logits = 0.0 if settings.head is Head.CLASSIFICATION else factors.fixed_vocabulary
    return tokens * (
        (widths + factors.key_value * shape.key_value) * shape.layers + logits * shape.vocabulary
    )
