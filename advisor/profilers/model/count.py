"""The parameter count of a configuration, for the class that it names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from advisor.profilers.model import decoders, encoder_decoders, encoders
from advisor.profilers.model.config import TypedConfig
from advisor.profilers.model.heads import head_parameters
from advisor.profilers.model.modules import Body

_BODIES: dict[str, Callable[[TypedConfig], Body]] = {
    function.__name__: function
    for function in (
        decoders.classic_decoder,
        decoders.falcon_decoder,
        decoders.gated_decoder,
        decoders.opt_decoder,
        decoders.phi_decoder,
        encoders.albert_encoder,
        encoders.bert_encoder,
        encoders.deberta_encoder,
        encoders.modernbert_encoder,
        encoder_decoders.bart_model,
        encoder_decoders.t5_model,
    )
}


@dataclass(frozen=True, slots=True)
class Reference:
    """The class that is counted.

    Attributes:
        name: its name in transformers.
        parts: what it adds to the body.
        described: False when config.json names a class that no head table knows, and the base
            pre-training class is counted in its place.
    """

    name: str
    parts: tuple[str, ...]
    described: bool

    @property
    def encoder_only(self) -> bool:
        """Whether the class drops the decoder of an encoder-decoder."""
        return "encoder_only" in self.parts

    @property
    def decoder_only(self) -> bool:
        """Whether the class drops the encoder of an encoder-decoder."""
        return "decoder_only" in self.parts


@dataclass(frozen=True, slots=True)
class Count:
    """Parameters of a model.

    Attributes:
        total: all of them, tied ones once.
        active: those that one token uses; less than total in a mixture of experts.
    """

    total: int
    active: int


def reference_class(config: TypedConfig) -> Reference:
    """The class that config.json names first, or else the base pre-training class."""
    model_type = config.model_type
    named = config.config.classes[0] if config.config.classes else model_type.base_class
    parts = _parts(named, config)
    if parts is not None:
        return Reference(named, parts, described=True)
    return Reference(model_type.base_class, _parts(model_type.base_class, config) or (), False)


def _parts(name: str, config: TypedConfig) -> tuple[str, ...] | None:
    prefix = config.model_type.prefix
    return config.model_type.heads.get(name[len(prefix) :]) if name.startswith(prefix) else None


def count_parameters(config: TypedConfig) -> Count:
    """Count the parameters of the reference class.

    Raises:
        AdvisorError: if a size is missing, impossible or does not divide.
    """
    reference = reference_class(config)
    body = _BODIES[config.model_type.body](config)
    total = body.total
    if reference.encoder_only and body.encoder_only is not None:
        total = body.encoder_only
    if reference.decoder_only and body.decoder_only is not None:
        total = body.decoder_only
    total += head_parameters(reference.parts, config)
    return Count(total, total - body.idle)
