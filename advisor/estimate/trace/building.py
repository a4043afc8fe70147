"""Build the model that a method trains, without weights."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM
from transformers import AutoModelForSequenceClassification as AutoClassifier

from advisor.estimate.settings import Head, Precision, Settings
from advisor.estimate.trace.quantised import quantise
from advisor.methods import Method, load_methods
from advisor.support import AdvisorError

_CLASSES: dict[Head, Any] = {
    Head.CAUSAL_LM: AutoModelForCausalLM,
    Head.CLASSIFICATION: AutoClassifier,
    Head.SEQ2SEQ: AutoModelForSeq2SeqLM,
}
_TASKS = {Head.CAUSAL_LM: "CAUSAL_LM", Head.CLASSIFICATION: "SEQ_CLS", Head.SEQ2SEQ: "SEQ_2_SEQ_LM"}


def hugging_face_config(raw: Mapping[str, Any]) -> transformers.PretrainedConfig:
    """The configuration object of a config.json's content; nothing is fetched or executed.

    Raises:
        AdvisorError: if transformers does not know the type, or refuses the values.
    """
    kind = raw.get("model_type")
    known = transformers.CONFIG_MAPPING
    if not isinstance(kind, str) or kind not in known:
        raise AdvisorError(
            f"transformers {transformers.__version__} has no model type {str(kind)[:60]!r}",
            where="config.json, key model_type",
            hint="code that comes with a model is never run; the closed form needs sizes alone",
        )
    content = {key: value for key, value in raw.items() if key not in ("auto_map", "architectures")}
    content.pop("quantization_config", None)
    try:
        config: transformers.PretrainedConfig = known[kind].from_dict(content)
    except Exception as error:  # noqa: BLE001 - each configuration class raises errors of its own
        raise AdvisorError(
            f"transformers refuses the configuration: {first_line(error)}", where="config.json"
        ) from None
    return config


def build_model(
    raw: Mapping[str, Any], method: str, settings: Settings, device: str = "meta"
) -> torch.nn.Module:
    """The model as the method trains it, in training mode.

    Args:
        raw: the content of a config.json.
        method: its identifier, such as ``lora``.
        settings: precision, head and sizes of the adapter.
        device: ``meta``, or ``cpu`` for a model with random weights.

    Raises:
        AdvisorError: if the model or the method's wrapper cannot be built.
    """
    config = hugging_face_config(raw)
    if settings.head is Head.CLASSIFICATION:
        config.num_labels = settings.labels
    if getattr(config, "pad_token_id", None) is None:
        config.pad_token_id = 0
    if config.is_encoder_decoder and getattr(config, "decoder_start_token_id", None) is None:
        config.decoder_start_token_id = config.pad_token_id
    dtype = torch.float32 if settings.precision is not Precision.BF16 else torch.bfloat16
    own = load_methods()[method]
    if own.quantised_base:
        dtype = torch.bfloat16
    try:
        with torch.device(device), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model: Any = _CLASSES[settings.head].from_config(
                config, dtype=dtype, trust_remote_code=False
            )
            model.tie_weights()
            if settings.checkpointing:
                model.gradient_checkpointing_enable({"use_reentrant": False})
            if settings.checkpointing or not settings.use_cache:
                model.config.use_cache = False
            model = _wrapped(model, own, settings)
    except AdvisorError:
        raise
    except Exception as error:  # noqa: BLE001 - any model class may fail in a way of its own
        raise AdvisorError(
            f"{method} cannot be built for {config.model_type}: {first_line(error)}",
            where="transformers and peft",
            hint="the closed form needs sizes alone",
        ) from None
    model.train()
    return model


def runs_under_autocast(method: str, settings: Settings) -> bool:
    """Whether matrix products are cast to bfloat16 as they run.

    Over a 4-bit base they always are in 16-bit training, since what is not packed is kept in 32
    bits there.
    """
    if load_methods()[method].quantised_base:
        return settings.upcast and settings.precision is not Precision.FP32
    return settings.precision is Precision.BF16_MIXED


def _wrapped(model: Any, method: Method, settings: Settings) -> Any:
    if settings.checkpointing and method.no_checkpointing:
        raise AdvisorError(
            f"{method.name} cannot be combined with gradient checkpointing",
            hint=method.no_checkpointing,
        )
    import peft

    from advisor.tuning.learner import configuration, untrained

    heads = _heads(model) if settings.head is Head.CLASSIFICATION else frozenset[str]()
    dropout = settings.adapter_dropout
    if dropout is None:
        dropout = method.recipe.get("dropout", 0.0)
    adapter = {
        "virtual_tokens": settings.virtual_tokens,
        "rank": settings.rank,
        "alpha": 2 * settings.rank,
        "dropout": dropout,
        "targets": list(settings.targets),
    }
    if method.quantised_base:
        quantise(model, upcast=settings.upcast)
    base = untrained(model, heads)
    config = configuration(base, method.adapter, adapter, _TASKS[settings.head])
    if config is None:
        return model
    if settings.checkpointing:
        model.enable_input_require_grads()
    return peft.get_peft_model(model, config)


def _heads(model: Any) -> frozenset[str]:
    """The parameters of a classification head, which no weights give: it is trained as a whole."""
    body = f"{model.base_model_prefix}."
    names = (name for name, _ in model.named_parameters())
    return frozenset(name for name in names if not name.startswith(body))


def first_line(error: Exception) -> str:
    """The gist of a library's error, without its traceback."""
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:200]
