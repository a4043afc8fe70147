"""Facts that a config.json tells."""

from __future__ import annotations

from advisor.profilers.model.config import ModelConfig, TypedConfig
from advisor.profilers.model.count import Reference, count_parameters, reference_class
from advisor.profilers.model.describe import load_architectures
from advisor.profilers.model.findings import ModelFindings
from advisor.support import excerpt

_CODE_NOTE = "; the configuration asks for remote code, which is never run"
# Where configurations of types that are not described usually keep their sizes.
_USUAL_KEYS = {
    "model.context_length": ("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len"),
    "model.hidden_size": ("hidden_size", "d_model", "n_embd", "dim"),
    "model.layer_count": ("num_hidden_layers", "num_layers", "n_layer", "n_layers"),
    "model.vocabulary_size": ("vocab_size",),
}
_LARGEST = {"model.context_length": 10**9, "model.hidden_size": 10**7, "model.layer_count": 10**5}
_LARGEST_OTHER = 10**8
_ENDINGS = (
    ("ForConditionalGeneration", "encoder_decoder"),
    ("ForCausalLM", "decoder"),
    ("LMHeadModel", "decoder"),
    ("ForMaskedLM", "encoder"),
)


def typed(config: ModelConfig) -> TypedConfig | None:
    """The configuration seen as its model type, or None if the type is not described.

    A configuration that asks for code of its own may mean another architecture than its
    `model_type` says, so it counts as not described unless the class is a known one.
    """
    model_type = load_architectures().types.get(config.model_type)
    if model_type is None:
        return None
    seen = TypedConfig(config, model_type)
    if config.asks_for_code and not reference_class(seen).described:
        return None
    return seen


def state_config(findings: ModelFindings, config: ModelConfig) -> None:
    """State architecture and sizes, everything but the number of parameters.

    Raises:
        AdvisorError: if a value is impossible.
    """
    note = _CODE_NOTE if config.asks_for_code else ""
    seen = typed(config)
    if seen is None:
        _state_unfamiliar(findings, config, note)
        return
    detail = f"config.json ({seen.model_type.name})"
    reference = reference_class(seen)
    findings.state("model.architecture", _architecture(seen, reference), detail + note)
    context = seen.maybe("context")
    padding = seen.maybe("padding_index")
    if context is not None and padding is not None and context > padding + 1:
        # RoBERTa's positions begin after the padding index, so its table has rows to spare.
        context -= padding + 1
    findings.state("model.context_length", context, detail)
    findings.state("model.hidden_size", seen.size("hidden"), detail)
    findings.state("model.layer_count", _layers(seen, reference), detail)
    findings.state("model.vocabulary_size", seen.size("vocab"), detail)
    findings.state("model.type", seen.model_type.name, detail)
    findings.state("model.tied_embeddings", seen.flag("tied"), detail)
    findings.state("model.feed_forward_size", seen.maybe("inner"), detail)
    if seen.maybe("heads") is not None:
        findings.state("model.query_size", seen.size("heads") * seen.head_size, detail)
        findings.state("model.key_value_size", seen.key_value_heads * seen.head_size, detail)


def state_count(findings: ModelFindings, config: ModelConfig, note: str = "") -> None:
    """State the number of parameters counted from the configuration, or why it is unknown.

    Raises:
        AdvisorError: if a value that the count needs is missing or impossible.
    """
    note += _CODE_NOTE if config.asks_for_code else ""
    seen = typed(config)
    if seen is None:
        name = excerpt(config.model_type, 40) or "none"
        reason = f"not counted: no description of the model type {name}"
        findings.state_unknown("model.parameters", reason + note)
        return
    count, reference = count_parameters(seen), reference_class(seen)
    detail = f"counted from config.json ({seen.model_type.name}, {reference.name})"
    if not reference.described:
        detail += f"; {excerpt(config.classes[0], 40)} is not described"
    if count.active < count.total:
        detail += f"; {count.active:,} of them active for each token"
    findings.state("model.parameters", count.total, detail + note)


def _architecture(seen: TypedConfig, reference: Reference) -> str:
    if reference.encoder_only:
        return "encoder"
    if reference.decoder_only or seen.flag("causal"):
        return "decoder"
    return seen.model_type.architecture


def _layers(seen: TypedConfig, reference: Reference) -> int:
    encoder = seen.size("layers")
    if seen.model_type.architecture != "encoder_decoder" or reference.encoder_only:
        return encoder
    stated = seen.maybe("decoder_layers")
    decoder = encoder if stated is None else stated
    return decoder if reference.decoder_only else encoder + decoder


def _state_unfamiliar(findings: ModelFindings, config: ModelConfig, note: str) -> None:
    name = excerpt(config.model_type, 40) or "no model type"
    guess = _guess(config)
    if guess:
        detail = f"guessed from the class or flags in config.json ({name})"
        findings.state("model.architecture", guess, detail + note)
    for key, names in _USUAL_KEYS.items():
        present = [n for n in names if config.raw.get(n) is not None]
        if present:
            largest = _LARGEST.get(key, _LARGEST_OTHER)
            value = config.number(present[0], lowest=1, largest=largest)
            findings.state(key, value, f"{present[0]} in config.json ({name})")


def _guess(config: ModelConfig) -> str | None:
    if config.raw.get("is_encoder_decoder") is True:
        return "encoder_decoder"
    for ending, architecture in _ENDINGS:
        if config.classes and config.classes[0].endswith(ending):
            return architecture
    return None
