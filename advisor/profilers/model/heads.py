"""Parameters of the parts that a class adds to the body, named in heads.yaml."""

from __future__ import annotations

from advisor.profilers.model.config import TypedConfig
from advisor.profilers.model.modules import linear, norm

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
