"""The tokenizer and the base model."""

from __future__ import annotations

from typing import Any

import adapter
import safetensors
import torch
import transformers
from settings import model_of
from transformers.utils import find_adapter_config_file
from tuning.encoding import positions_of
from tuning.learner import HEADS, Learner, untrained

# The report of loading names a new head as missing each time; what must not be missing is checked.
transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
LOADING = {"trust_remote_code": False}
POOLERS = ("pooler.dense", "pre_classifier")


def load_tokenizer(source: str) -> Any:
    """The tokenizer, with a padding token."""
    tokenizer = _loaded(transformers.AutoTokenizer, source, **LOADING)
    if tokenizer.pad_token_id is None:
        # Padding is masked wherever it counts, so any token will do.
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.convert_ids_to_tokens(0)
    return tokenizer


def load_base(settings: dict, outputs: int, source: str = "") -> Learner:
    """The base model, or a trained copy of it in the folder ``source``, before any method.

    Args:
        settings: of config.yaml.
        outputs: of a new head.
        source: a folder with a whole model; the base model of the settings if empty.
    """
    options = {**LOADING, "use_safetensors": True, "output_loading_info": True}
    options["dtype"] = weights_format(settings)
    if adapter.FOUR_BITS:
        options |= four_bits(settings)
    if settings["task"]["route"] == "head":
        options |= {"num_labels": outputs, "ignore_mismatched_sizes": True}
    source = source or model_of(settings)
    family = _family(settings, _lonely_config(source))
    model, report = _loaded(family, source, **options)
    missing = {*report["missing_keys"], *(key[0] for key in report["mismatched_keys"])}
    _require_body(model, missing, settings["task"]["route"])
    heads = set()
    if settings["task"]["route"] == "head":
        names = {name for name, _ in model.named_parameters()}
        heads = {name for name in names if name.split(".")[0] in HEADS or name in missing}
    if settings["train"]["checkpointing"]:
        model.gradient_checkpointing_enable({"use_reentrant": False})
    if not adapter.FOUR_BITS:  # a quantised model stands on its device already
        model.to(device_here())
    return untrained(model, frozenset(heads))


def task_type(settings: dict, base: Learner) -> str:
    """What peft calls the kind of the model."""
    if settings["task"]["route"] == "head":
        return "SEQ_CLS"
    return "SEQ_2_SEQ_LM" if base.model.config.is_encoder_decoder else "CAUSAL_LM"


def device_here() -> str:
    """The device that training and answering use."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def weights_format(settings: dict) -> Any:
    """In which format weights are kept: 32 bits on a CPU, whatever was planned for a GPU."""
    whole = settings["train"]["precision"] == "bf16" or adapter.FOUR_BITS
    return torch.bfloat16 if whole and device_here() == "cuda" else torch.float32


def four_bits(settings: dict) -> dict[str, Any]:
    """Loading options of QLoRA: NF4, double quantisation, computing in bfloat16.

    transformers leaves the output layer of a language model as it is, but not a head with a bias,
    and four bits cannot be trained.
    """
    if device_here() != "cuda":
        raise SystemExit("QLoRA needs a CUDA device and bitsandbytes; take lora on a CPU")
    quantised = transformers.BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
        llm_int8_skip_modules=[*HEADS, *POOLERS] if settings["task"]["route"] == "head" else None,
    )
    return {"quantization_config": quantised, "device_map": {"": 0}}


def room_left(tuned: Learner, settings: dict, written: int = 0) -> int | None:
    """Tokens for an input, beside virtual tokens and what is written; None without a limit."""
    room = positions_of(tuned.base)
    if room is None:
        return None
    virtual = settings["adapter"].get("virtual_tokens", 0)
    if virtual + written >= room:
        raise SystemExit(
            f"the model has {room} positions, and {virtual} virtual tokens with {written} written "
            "ones leave none for an input: lower adapter.virtual_tokens or train.max_new_tokens"
        )
    return room - virtual - written


def _loaded(kind: Any, source: str, **options: Any) -> Any:
    """What ``from_pretrained`` gives; a wrong name or a damaged folder ends in one message."""
    try:
        return kind.from_pretrained(source, **options)
    except (OSError, ValueError, ImportError, safetensors.SafetensorError) as error:
        reason = str(error).strip().split("\n")[0]
        raise SystemExit(f"{source} cannot be loaded: {reason}") from None


def _require_body(model: Any, missing: set[str], route: str) -> None:
    """Only a head, and the pooler below it, may be missing from the weights."""
    base = f"{model.base_model_prefix}."
    if route == "head":
        missing = {name for name in missing if name.startswith(base) and ".pooler." not in name}
    if missing:
        raise SystemExit(
            f"the weights lack {len(missing)} tensors that the model needs, such as {min(missing)}"
        )


def _lonely_config(source: str) -> Any:
    """The configuration of a model that consists of its own safetensors alone.

    transformers would silently put an adapter that lies beside them into the model, and open what
    the configuration names in their place, a pickled file included.
    """
    if find_adapter_config_file(source) is not None:
        raise SystemExit(
            f"{source}: an adapter lies beside the model, and would change it: move its adapter_* "
            "files elsewhere, or merge it into the model"
        )
    config = _loaded(transformers.AutoConfig, source, **LOADING)
    if getattr(config, "transformers_weights", None) is not None:
        raise SystemExit(
            f"{source}: config.json names other weights than the model's own: remove "
            "transformers_weights from it"
        )
    return config


def _family(settings: dict, config: Any) -> Any:
    if settings["task"]["route"] == "head":
        return transformers.AutoModelForSequenceClassification
    if config.is_encoder_decoder:
        return transformers.AutoModelForSeq2SeqLM
    return transformers.AutoModelForCausalLM
