"""Parameters of encoder bodies: embeddings and layers, without pooler and head."""

from __future__ import annotations

from advisor.profilers.model.config import TypedConfig
from advisor.profilers.model.modules import Body, attention, feed_forward, linear, norm


def bert_encoder(config: TypedConfig) -> Body:
    """BERT, RoBERTa, XLM-R, DistilBERT, ELECTRA."""
    hidden = config.size("hidden")
    config.divided("hidden", "heads")
    embedding = config.maybe("embedding") or hidden
    layer = attention(hidden) + feed_forward(hidden, config.size("inner")) + 2 * norm(hidden)
    if config.flag("cross"):
        layer += attention(hidden) + norm(hidden)
    total = _embeddings(config, embedding) + config.size("layers") * layer
    if embedding != hidden:
        total += linear(embedding, hidden)
    return Body(total)


def albert_encoder(config: TypedConfig) -> Body:
    """ALBERT: the layers of a group share their parameters."""
    hidden = config.size("hidden")
    config.divided("hidden", "heads")
    embedding = config.size("embedding")
    layer = attention(hidden) + feed_forward(hidden, config.size("inner")) + 2 * norm(hidden)
    shared = config.size("groups") * config.size("group_layers") * layer
    return Body(_embeddings(config, embedding) + linear(embedding, hidden) + shared)


def _embeddings(config: TypedConfig, width: int) -> int:
    rows = config.size("vocab") + config.size("context") + config.size("types")
    return rows * width + norm(width)


def deberta_encoder(config: TypedConfig) -> Body:
    """DeBERTa v2 and v3: relative positions, perhaps a convolution, perhaps no position table."""
    hidden = config.size("hidden")
    config.divided("hidden", "heads")
    heads_width = config.size("heads") * config.head_size
    embedding = config.maybe("embedding") or hidden
    rows = config.size("vocab") + config.size("types")
    rows += config.size("context") * config.flag("absolute")
    total = rows * embedding + norm(hidden)
    if embedding != hidden:
        total += linear(embedding, hidden, bias=False)
    layer = (3 + _position_projections(config)) * linear(hidden, heads_width)
    layer += linear(hidden, hidden) + feed_forward(hidden, config.size("inner")) + 2 * norm(hidden)
    total += config.size("layers") * layer
    return Body(total + _relative_positions(config) + _convolution(config))


def _position_projections(config: TypedConfig) -> int:
    if not config.flag("relative") or config.flag("shared_key"):
        return 0
    terms = {term.strip() for term in config.words("position_terms").lower().split("|")}
    return len(terms & {"c2p", "p2c"})


def _relative_positions(config: TypedConfig) -> int:
    hidden, rows = config.size("hidden"), 0
    if config.flag("relative"):
        span = config.size("relative_positions")
        rows = span if span >= 1 else config.size("context")
        buckets = config.size("buckets")
        rows = buckets if buckets > 0 else rows
    names = {part.strip() for part in config.words("position_norm").lower().split("|")}
    return 2 * rows * hidden + (norm(hidden) if "layer_norm" in names else 0)


def _convolution(config: TypedConfig) -> int:
    kernel, hidden = config.size("kernel"), config.size("hidden")
    if kernel == 0:
        return 0
    return config.divided("hidden", "kernel_groups") * hidden * kernel + hidden + norm(hidden)


def modernbert_encoder(config: TypedConfig) -> Body:
    """ModernBERT: rotary positions, gated feed-forward, no norm before the first attention."""
    hidden, inner, layers = config.size("hidden"), config.size("inner"), config.size("layers")
    config.divided("hidden", "heads")
    norm_size = norm(hidden, bias=config.flag("norm_bias"))
    bias = config.flag("mlp_bias")
    layer = attention(hidden, bias=config.flag("attention_bias")) + 2 * norm_size
    layer += linear(hidden, 2 * inner, bias=bias) + linear(inner, hidden, bias=bias)
    # The first layer lacks one norm, and there is one after the embeddings and one at the end.
    return Body(config.size("vocab") * hidden + layers * layer - norm_size + 2 * norm_size)
