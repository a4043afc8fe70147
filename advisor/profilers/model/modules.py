"""Parameter counts of the modules that all transformers are built from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Body:
    """Parameters of a model without its head.

    Attributes:
        total: all of them.
        idle: those that one token does not use, in a mixture of experts.
        encoder_only: those left when the decoder is dropped.
        decoder_only: those left when the encoder is dropped.
    """

    total: int
    idle: int = 0
    encoder_only: int | None = None
    decoder_only: int | None = None


def linear(inputs: int, outputs: int, *, bias: bool = True) -> int:
    """A dense layer."""
    return inputs * outputs + (outputs if bias else 0)


def norm(width: int, *, bias: bool = True, affine: bool = True) -> int:
    """A layer norm; an RMS norm is one without bias."""
    return width * (1 + bias) if affine else 0


def attention(hidden: int, *, bias: bool = True) -> int:
    """Query, key, value and output projections of one width."""
    return 4 * linear(hidden, hidden, bias=bias)


def feed_forward(hidden: int, inner: int, *, bias: bool = True) -> int:
    """Two dense layers, up and down."""
    return linear(hidden, inner, bias=bias) + linear(inner, hidden, bias=bias)
