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
from advisor.methods import UnknownMethodError
from advisor.support.errors import AdvisorError

_CLASSES: dict[Head, Any] = {
    Head.CAUSAL_LM: AutoModelForCausalLM,
    Head.CLASSIFICATION: AutoClassifier,
    Head.SEQ2SEQ: AutoModelForSeq2SeqLM,
}
_VIRTUAL = ("prompt_tuning", "p_tuning", "prefix_tuning")
_LOW_RANK = ("lora", "qlora")
_HERE = "advisor/estimate/trace/building.py"
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
    if method == "qlora":
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
            model = _wrapped(model, method, settings)
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
    if method == "qlora":
        return settings.upcast and settings.precision is not Precision.FP32
    return settings.precision is Precision.BF16_MIXED


def _wrapped(model: Any, method: str, settings: Settings) -> Any:
    if method == "full_fine_tuning":
        return model
    if method == "qlora":
        quantise(model, upcast=settings.upcast)
    import peft

    if settings.checkpointing and method == "prefix_tuning":
        raise AdvisorError(
            "prefix tuning cannot be combined with gradient checkpointing",
            hint="transformers drops the cached keys and values that it works through",
        )
    if settings.checkpointing:
        model.enable_input_require_grads()
    return peft.get_peft_model(model, _peft_config(model, method, settings))


def _peft_config(model: Any, method: str, settings: Settings) -> Any:
    import peft

    common: dict[str, Any] = {"task_type": _TASKS[settings.head]}
    if method in _VIRTUAL:
        config = model.config.get_text_config()
        return virtual_config(config, method, common, settings.virtual_tokens)
    if method == "ia3":
        return peft.IA3Config(**common)
    if method not in _LOW_RANK:
        raise UnknownMethodError(method, f"{_HERE}, _peft_config")
    targets = list(settings.targets) or "all-linear"
    if settings.head is Head.CLASSIFICATION:
        # They are trained as a whole; peft takes a pre_classifier for a classifier as well.
        common["exclude_modules"] = r".*classifier$"
    return peft.LoraConfig(
        **common,
        r=settings.rank,
        lora_alpha=2 * settings.rank,
        lora_dropout=settings.adapter_dropout,
        target_modules=targets,
    )


def virtual_config(config: Any, method: str, common: dict[str, Any], tokens: int) -> Any:
    """The configuration of a soft prompt; peft looks sizes up under a few names only.

    Args:
        config: of the language model.
        method: prompt tuning, P-tuning or prefix tuning.
        common: what else the configuration gets, such as the task's type.
        tokens: how many virtual ones.

    Raises:
        AdvisorError: if the method is none of them.
    """
    import peft

    sizes = {
        **common,
        "num_virtual_tokens": tokens,
        "num_layers": config.num_hidden_layers,
        "num_attention_heads": config.num_attention_heads,
    }
    if method == "prefix_tuning":
        if config.is_encoder_decoder:
            # The prefix stands in the decoder, whose heads may be narrower than the states.
            sizes["num_layers"] = _first(config, "num_decoder_layers", "decoder_layers")
            sizes["num_attention_heads"] = _first(config, "decoder_attention_heads", "num_heads")
        head_width = _first(config, "d_kv") or config.hidden_size // config.num_attention_heads
        return peft.PrefixTuningConfig(**sizes, token_dim=head_width * sizes["num_attention_heads"])
    # Some encoders embed their input in fewer dimensions.
    width = _first(config, "embedding_size") or config.hidden_size
    if method == "p_tuning":
        return peft.PromptEncoderConfig(**sizes, token_dim=width, encoder_hidden_size=width)
    if method == "prompt_tuning":
        return peft.PromptTuningConfig(**sizes, token_dim=width)
    raise UnknownMethodError(method, f"{_HERE}, virtual_config")


def _first(config: Any, *names: str) -> Any:
    """The first of the attributes that the configuration has."""
    return next((found for name in names if (found := getattr(config, name, None))), None)


def first_line(error: Exception) -> str:
    """The gist of a library's error, without its traceback."""
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:200]
