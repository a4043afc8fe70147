"""The parameter count of a configuration, body and head, for the class that it names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from advisor.profilers.model import bodies
from advisor.profilers.model.bodies import Body, linear, norm
from advisor.profilers.model.config import TypedConfig

_BODY_CHOICES = frozenset({"encoder_only", "decoder_only"})


def head_parameters(parts: tuple[str, ...], config: TypedConfig) -> int:
    """Parameters of all `parts` together; parts that only choose the body count nothing."""
    return sum(_part(part, config) for part in parts if part not in _BODY_CHOICES)


def _part(part: str, config: TypedConfig) -> int:
    hidden, labels = config.size("hidden"), config.label_count
    # OPT's heads read the projected output; elsewhere a narrower embedding is the encoder's own.
    narrow = config.maybe("embedding") if config.model_type.architecture == "decoder" else None
    output = narrow or hidden
    pooler = config.maybe("pooler") or hidden
    sizes = {
        "dense": lambda: linear(hidden, hidden),
        "summary": lambda: linear(hidden, hidden) if config.flag("summary") else 0,
        "pooler": lambda: linear(pooler, pooler),
        "pooled_labels": lambda: linear(pooler, labels),
        "pooled_choice": lambda: linear(pooler, 1),
        "labels": lambda: linear(hidden, labels),
        "score": lambda: linear(output, labels, bias=False),
        "pair": lambda: linear(hidden, 2),
        "choice": lambda: linear(hidden, 1),
        "span": lambda: linear(output, labels if config.flag("question_labels") else 2),
        "language": lambda: _language(config, output),
        "masked": lambda: _masked(config),
        "deberta_masked": lambda: _deberta_masked(config),
        "modern_dense": lambda: (
            linear(hidden, hidden, bias=config.flag("classifier_bias"))
            + norm(hidden, bias=config.flag("norm_bias"))
        ),
    }
    return sizes[part]()


def _language(config: TypedConfig, width: int) -> int:
    vocab = config.size("vocab")
    matrix = 0 if config.flag("tied") else vocab * width
    return matrix + (vocab if config.flag("head_bias") else 0)


def _masked(config: TypedConfig) -> int:
    """A transform and the output layer; untied, its matrix and its second bias count too."""
    hidden, vocab = config.size("hidden"), config.size("vocab")
    width = config.maybe("embedding") or hidden
    extra = 0
    if not config.flag("tied"):
        extra = vocab * width + (vocab if config.flag("second_bias") else 0)
    return linear(hidden, width) + norm(width) + vocab + extra


def _deberta_masked(config: TypedConfig) -> int:
    """DeBERTa's head; its newer form multiplies with the embedding, so nothing is left to tie."""
    if config.flag("legacy"):
        return _masked(config)
    hidden = config.size("hidden")
    return linear(hidden, hidden) + norm(hidden) + config.size("vocab")


_BODIES: dict[str, Callable[[TypedConfig], Body]] = {
    function.__name__: function
    for function in (
        bodies.classic_decoder,
        bodies.falcon_decoder,
        bodies.gated_decoder,
        bodies.opt_decoder,
        bodies.phi_decoder,
        bodies.albert_encoder,
        bodies.bert_encoder,
        bodies.deberta_encoder,
        bodies.modernbert_encoder,
        bodies.bart_model,
        bodies.t5_model,
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
class ParameterCount:
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


def count_parameters(config: TypedConfig) -> ParameterCount:
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
    return ParameterCount(total, total - body.idle)
