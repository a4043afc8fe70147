"""A training step in closed form: the trace's breakdown from sizes alone, at once.

Nothing heavy is imported. The whole grows with every size, so that a larger job never needs less;
single terms need not, such as the share of the layers in a model of a given size.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from advisor.catalogue import Factors, closed_form, load_activations
from advisor.estimate.breakdown import Breakdown, StepProfile, Work
from advisor.estimate.settings import Head, Kernels, Optimizer, Precision, Settings
from advisor.estimate.shape import ModelShape, trained_parameters
from advisor.estimate.sharding import GATHERING, Sharding, shared_part
from advisor.methods import FULL, Method, load_methods, row_of


@functools.lru_cache(maxsize=10_000)
def closed_form_profile(
    shape: ModelShape,
    method: str,
    settings: Settings,
    *,
    share: Sharding = Sharding.NONE,
    devices: float = 1.0,
) -> StepProfile:
    """The step as the trace would see it, by formula.

    Args:
        shape: the model.
        method: a trained method's identifier.
        settings: the training run.
        share: how the run is spread over devices.
        devices: how many there are.

    Returns:
        Bytes of one device by phase and kind, and the work of each phase; `basis` is ``closed
        form``.
    """
    held = _held(shape, method, settings)
    moments = _moments(shape, method, settings, held, share, devices)
    peaks = {phase: max(parts, key=lambda part: part.total) for phase, parts in moments.items()}
    resting = peaks["optimizer"]
    return StepProfile(
        peaks=peaks,
        work=work_of(shape, method, settings),
        parameters=shape.parameters + held.added,
        trained_parameters=held.trained,
        resting=resting.weights + resting.optimizer_state,
        basis="closed form",
    )


def closed_form_moments(
    shape: ModelShape, method: str, settings: Settings, *, share: Sharding, devices: float
) -> tuple[float, ...]:
    """Bytes at each moment that can be the highest of a step, always in the same order.

    Each of them alone is monotone in every size, which their maximum is not: at a given number of
    parameters a larger vocabulary needs more for the logits and less for the layers.
    """
    held = _held(shape, method, settings)
    moments = _moments(shape, method, settings, held, share, devices)
    return tuple(part.total for parts in moments.values() for part in parts)


def forward_activations(shape: ModelShape, method: str, settings: Settings) -> float:
    """Bytes of activations at the end of a forward pass on one device."""
    kept = _activations(shape, method, settings)
    return kept.layers + kept.cast_weights


def _moments(
    shape: ModelShape, method: str, settings: Settings, held: _Held, share: Sharding, devices: float
) -> dict[str, list[Breakdown]]:
    """The moments of each phase that can be its highest, as one device sees them.

    What is shared is divided at each moment, before the highest of them is looked for.
    """
    moments = _whole_moments(shape, method, settings, held, share)
    return {
        phase: [shared_part(moment, phase, share, devices) for moment in parts]
        for phase, parts in moments.items()
    }


def _whole_moments(
    shape: ModelShape, method: str, settings: Settings, held: _Held, share: Sharding
) -> dict[str, list[Breakdown]]:
    """The moments before anything is shared."""
    kept = _activations(shape, method, settings)
    weights, state, gradients = held.weights, held.state, held.gradients
    earlier = gradients if settings.accumulation > 1 else 0.0
    # Where weights are shared, they are gathered and cast a layer at a time.
    cast = 0.0 if share in GATHERING else kept.cast_weights
    again = kept.one_layer if settings.checkpointing else 0.0
    scratch = load_methods()[method].scratch * shape.widest
    working = max(kept.temporaries, scratch if settings.checkpointing else 0.0)
    # A head that shares the embedding already has its gradient in memory when the backward pass
    # reaches the embedding, which adds to it; accumulated batches do the same. Neither needs more.
    tied = shape.tied and settings.head is not Head.CLASSIFICATION
    shared = tied or settings.accumulation > 1
    pending = 0.0 if shared else held.embedding_gradient
    full = Breakdown(weights, gradients, state)
    return {
        "forward": [
            Breakdown(weights, earlier, state, kept.layers + cast, kept.logits),
            Breakdown(weights, earlier, state, kept.layers + cast, workspace=scratch),
        ],
        "backward": [
            Breakdown(weights, earlier, state, kept.layers, kept.backward_logits),
            Breakdown(weights, earlier, state, kept.layers + again, 0.0, working),
            Breakdown(
                weights,
                gradients - pending,
                state,
                kept.fixed + kept.one_layer,
                workspace=working,
            ),
            Breakdown(
                weights,
                gradients,
                state,
                kept.fixed,
                workspace=held.embedding_gradient if shared else 0.0,
            ),
        ],
        "clip": [full],
        "optimizer": [Breakdown(weights, gradients, state, workspace=held.update)],
    }


@dataclass(frozen=True, slots=True)
class _Held:
    """Bytes that do not depend on the batch, and counts of parameters."""

    weights: float
    gradients: float
    state: float
    update: float
    embedding_gradient: float
    trained: float
    added: float


def _held(shape: ModelShape, method: str, settings: Settings) -> _Held:
    table = closed_form()
    wide, narrow = float(table["bytes_32bit"]), float(table["bytes_16bit"])
    trained = trained_parameters(method, shape, settings)
    own = load_methods()[method]
    full = own.trains_all
    size = narrow if settings.precision is Precision.BF16 else wide
    weights = shape.parameters * size
    if own.quantised_base:
        linear = shape.layer_parameters * shape.layers
        rest = wide if settings.upcast else narrow
        weights = linear * float(table["bytes_4bit"]) + (shape.parameters - linear) * rest
    trained_size = size if full else wide
    largest = shape.embedding if full else trained
    return _Held(
        weights=weights + (0.0 if full else trained * wide),
        gradients=trained * trained_size,
        state=_state(settings.optimizer, trained, trained_size, shape),
        update=_update(settings, trained * trained_size, largest, trained_size),
        embedding_gradient=shape.embedding * trained_size if full else 0.0,
        trained=trained,
        added=0.0 if full else trained,
    )


def _state(optimizer: Optimizer, trained: float, size: float, shape: ModelShape) -> float:
    table = closed_form()
    if optimizer is Optimizer.SGD:
        return 0.0
    if optimizer is Optimizer.ADAMW_8BIT:
        return trained * float(table["bytes_8bit_moments"])
    if optimizer is Optimizer.ADAFACTOR:
        return trained * size * float(table["adafactor_rows"]) / shape.width
    return trained * size * float(table["adamw_moments"])


def _update(settings: Settings, gradients: float, largest: float, size: float) -> float:
    """Bytes of temporaries of the optimizer step.

    Args:
        settings: decides the optimizer.
        gradients: bytes of all gradients.
        largest: elements of the largest trained tensor.
        size: bytes of one element.
    """
    table = closed_form()
    if settings.optimizer in (Optimizer.ADAMW_FUSED, Optimizer.ADAMW_8BIT, Optimizer.SGD):
        return 0.0
    if settings.optimizer is Optimizer.ADAFACTOR:
        return largest * float(table["bytes_32bit"]) * float(table["adafactor_tensor_copies"])
    if settings.kernels is Kernels.CPU:
        return min(largest * size * float(table["single_tensor_copies"]), gradients)
    return gradients * float(table["foreach_copies"])


@dataclass(frozen=True, slots=True)
class _Kept:
    """Bytes of activations: of all layers, of one in full, and around the layers.

    `cast_weights` are the 16-bit copies that autocast keeps of trained weights until the forward
    pass is over, where they are not counted with the layers.
    """

    layers: float
    one_layer: float
    temporaries: float
    fixed: float
    cast_weights: float
    logits: float
    backward_logits: float


def _activations(shape: ModelShape, method: str, settings: Settings) -> _Kept:
    own = load_methods()[method]
    factors = _factors(shape, own, settings)
    table = closed_form()
    batch = settings.batch_size
    length = layer_length(shape, method, settings)
    keys = length + (settings.virtual_tokens if own.prompts_layers else 0)
    tokens = batch * length
    mixed = shape.layer_parameters if settings.precision is Precision.BF16_MIXED else 0.0
    one_layer = (
        factors.width * tokens * shape.width
        + factors.query * tokens * shape.query
        + factors.feed_forward * tokens * shape.feed_forward
        + factors.key_value * batch * keys * shape.key_value
        + factors.rank * tokens * settings.rank
        + factors.scores * batch * shape.heads * length * keys
        + factors.mask * batch * length * keys
        # Recomputed layers have their copies one at a time, which is next to nothing.
        + (0.0 if settings.checkpointing else factors.parameters * mixed)
    )
    fixed = factors.fixed_width * tokens * shape.width + factors.fixed_mask * batch * length**2
    logits = backward_logits = 0.0
    if settings.head is not Head.CLASSIFICATION:
        outputs = tokens if not shape.encoder_decoder else batch * settings.output_length
        # The head's weights are copied to 16 bits where it is kept in 32.
        copied = factors.fixed_parameters * shape.embedding
        logits = factors.fixed_vocabulary * outputs * shape.vocabulary + copied
        backward_logits = factors.backward_vocabulary * outputs * shape.vocabulary + copied
    upcast = own.quantised_base and settings.upcast
    narrow = settings.precision is Precision.BF16 and not upcast
    residual = table["bytes_16bit" if narrow else "bytes_32bit"]
    cast = settings.checkpointing and own.trains_all
    each = float(residual) * tokens * shape.width if settings.checkpointing else one_layer
    return _Kept(
        layers=each * shape.layers + fixed,
        one_layer=one_layer,
        temporaries=one_layer * float(table["layer_temporaries"]),
        fixed=fixed,
        cast_weights=mixed * shape.layers * float(table["bytes_16bit"]) if cast else 0.0,
        logits=logits,
        backward_logits=backward_logits,
    )


def _factors(shape: ModelShape, method: Method, settings: Settings) -> Factors:
    device = settings.kernels.value
    if settings.padded and settings.kernels is Kernels.CUDA:
        device = "cuda_padded"
    row = method.activations or method.id
    if not settings.upcast:
        row = method.activations_16bit or row
    key = shape.family, row, settings.precision.value, device
    return row_of(load_activations(), key, "advisor/catalogue/activations.csv")


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
