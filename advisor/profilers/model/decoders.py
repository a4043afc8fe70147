"""Parameters of decoder bodies: embeddings, layers and final norm, without the head."""

from __future__ import annotations

from advisor.profilers.model.config import TypedConfig
from advisor.profilers.model.modules import Body, attention, feed_forward, linear, norm


def gated_decoder(config: TypedConfig) -> Body:
    """Llama and its kin: grouped queries, RMS norms, gated feed-forward, perhaps experts."""
    hidden, layers = config.size("hidden"), config.size("layers")
    width = config.head_size
    queries, keys = config.size("heads") * width, config.key_value_heads * width
    layer = linear(hidden, queries, bias=config.flag("qkv_bias"))
    layer += 2 * linear(hidden, keys, bias=config.flag("qkv_bias"))
    layer += linear(queries, hidden, bias=config.flag("output_bias"))
    layer += 2 * width * config.flag("qk_norm")
    layer += (queries + keys) * config.flag("whole_qk_norm")
    layer += config.size("layer_norms") * hidden
    expert = _gated_feed_forward(config)
    experts = config.maybe("experts")
    idle = 0
    if experts is None:
        layer += expert
    else:
        layer += experts * expert + hidden * experts
        idle = max(0, experts - config.size("active_experts")) * expert
    total = config.size("vocab") * hidden + layers * layer + hidden
    return Body(total, idle=layers * idle)


def _gated_feed_forward(config: TypedConfig) -> int:
    hidden, inner, bias = config.size("hidden"), config.size("inner"), config.flag("mlp_bias")
    return 2 * linear(hidden, inner, bias=bias) + linear(inner, hidden, bias=bias)


def classic_decoder(config: TypedConfig) -> Body:
    """GPT-2, GPT-J, GPT-NeoX, BLOOM: full attention, layer norms, plain feed-forward."""
    hidden = config.size("hidden")
    config.divided("hidden", "heads")
    inner = config.maybe("inner") or 4 * hidden
    layer = attention(hidden, bias=config.flag("attention_bias"))
    layer += feed_forward(hidden, inner, bias=config.flag("mlp_bias"))
    layer += config.size("layer_norms") * norm(hidden)
    if config.flag("cross"):
        layer += attention(hidden) + norm(hidden)
    total = config.size("vocab") * hidden + config.size("layers") * layer + norm(hidden)
    if config.flag("position_table"):
        total += config.size("context") * hidden
    if config.flag("embedding_norm"):
        total += norm(hidden)
    return Body(total)


def phi_decoder(config: TypedConfig) -> Body:
    """Phi: grouped queries with biases, one norm a layer, perhaps norms of queries and keys."""
    hidden, width = config.size("hidden"), config.head_size
    queries, keys = config.size("heads") * width, config.key_value_heads * width
    layer = linear(hidden, queries) + 2 * linear(hidden, keys) + linear(queries, hidden)
    layer += feed_forward(hidden, config.size("inner")) + norm(hidden)
    if config.flag("qk_norm"):
        layer += 2 * norm(config.divided("hidden", "heads"))
    return Body(config.size("vocab") * hidden + config.size("layers") * layer + norm(hidden))


def opt_decoder(config: TypedConfig) -> Body:
    """OPT: learned positions with two spare rows, perhaps narrower embeddings."""
    hidden, bias, affine = config.size("hidden"), config.flag("bias"), config.flag("affine")
    config.divided("hidden", "heads")
    embedding = config.maybe("embedding") or hidden
    layer = attention(hidden, bias=bias) + feed_forward(hidden, config.size("inner"), bias=bias)
    layer += 2 * norm(hidden, affine=affine)
    total = config.size("vocab") * embedding + (config.size("context") + 2) * hidden
    total += config.size("layers") * layer
    if embedding != hidden:
        total += 2 * linear(hidden, embedding, bias=False)
    if config.flag("norm_before") and not config.flag("no_final_norm"):
        total += norm(hidden, affine=affine)
    return Body(total)


def falcon_decoder(config: TypedConfig) -> Body:
    """Falcon: one shared key and value head, or groups of them in the newer layout."""
    hidden, bias = config.size("hidden"), config.flag("bias")
    width = config.divided("hidden", "heads")
    if config.flag("grouped"):
        projected = (2 * config.key_value_heads + config.size("heads")) * width
    else:
        projected = hidden + 2 * width if config.flag("multi_query") else 3 * hidden
    layer = linear(hidden, projected, bias=bias) + linear(hidden, hidden, bias=bias)
    layer += feed_forward(hidden, config.maybe("inner") or 4 * hidden, bias=bias)
    layer += _falcon_norms(config) * norm(hidden)
    return Body(config.size("vocab") * hidden + config.size("layers") * layer + norm(hidden))


def _falcon_norms(config: TypedConfig) -> int:
    if not config.flag("parallel"):
        return 2
    stated = config.maybe("layer_norms")
    if stated is None:
        return 2 if config.flag("grouped") else 1
    # Any other number than two is read as one norm shared by attention and feed-forward.
    return 2 if stated == 2 else 1  # noqa: PLR2004
