"""Parameters of encoder-decoder bodies, whole or with one half dropped."""

from __future__ import annotations

from advisor.profilers.model.config import TypedConfig
from advisor.profilers.model.modules import Body, attention, feed_forward, linear, norm


def t5_model(config: TypedConfig) -> Body:
    """T5 and mT5: no biases, RMS norms, one table of relative positions for each half.

    The embedding is shared by both halves in every published checkpoint.
    """
    hidden, heads = config.size("hidden"), config.size("heads")
    width = heads * config.size("head_dim")
    attended = 3 * linear(hidden, width, bias=False) + linear(width, hidden, bias=False) + hidden
    gated = config.words("feed_forward").split("-")[0] == "gated"
    inner = (3 if gated else 2) * hidden * config.size("inner") + hidden
    half = hidden + config.size("position_rows") * heads
    layers = config.size("layers")
    decoder_layers = config.maybe("decoder_layers")
    decoder_layers = layers if decoder_layers is None else decoder_layers
    embedding = config.size("vocab") * hidden
    encoder = layers * (attended + inner) + half
    decoder = decoder_layers * (2 * attended + inner) + half
    return Body(embedding + encoder + decoder, encoder_only=embedding + encoder)


def bart_model(config: TypedConfig) -> Body:
    """BART and mBART: learned positions with two spare rows, mBART with a norm after each half."""
    hidden = config.size("hidden")
    config.divided("hidden", "heads")
    config.divided("hidden", "decoder_heads")
    table = config.size("vocab") * hidden
    half = (config.size("context") + 2) * hidden + norm(hidden)
    half += norm(hidden) if config.flag("final_norms") else 0
    attended = attention(hidden) + norm(hidden)
    layer = attended + feed_forward(hidden, config.size("inner")) + norm(hidden)
    decoder_layer = 2 * attended + norm(hidden)
    decoder_layer += feed_forward(hidden, config.size("decoder_inner"))
    encoder = half + config.size("layers") * layer
    decoder = half + config.size("decoder_layers") * decoder_layer
    tables = 1 if config.flag("tied") else 3
    return Body(tables * table + encoder + decoder, decoder_only=table + decoder)
