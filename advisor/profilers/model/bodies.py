"""Parameters of model bodies, from the modules that all are built from; heads are counted apart."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.profilers.model.config import TypedConfig


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
