"""The method: virtual tokens in front of a frozen model.

Prompt tuning and P-tuning put vectors before the embedded input; prefix tuning puts keys and
values before every layer.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import peft
import torch
from models import HEADS, Tuned, load_base
from tuning.prefix import PrefixForward, keys_and_values

METHODS = ("prompt_tuning", "p_tuning", "prefix_tuning")


def wrap(settings: dict, task: Any, base: Tuned) -> Tuned:
    """The base model behind new virtual tokens, which start from words."""
    model = peft.get_peft_model(base.model, _config(settings, base))
    tuned = _tuned(settings, base, model)
    _start_from_words(settings, task, tuned)
    return tuned


def save(tuned: Tuned, folder: Path) -> None:
    """Write the virtual tokens, and a new head if there is one, as safetensors."""
    tuned.model.save_pretrained(folder, save_embedding_layers=False)


def load(settings: dict, task: Any, folder: Path) -> Tuned:
    """The base model behind the virtual tokens that were saved."""
    base = load_base(settings, task.outputs)
    model = peft.PeftModel.from_pretrained(base.model, folder)
    return _tuned(settings, base, model)


def _tuned(settings: dict, base: Tuned, model: Any) -> Tuned:
    if settings["method"] not in METHODS:
        raise SystemExit(f"method.py does not know the method {settings['method']!r}")
    prefix = settings["method"] == "prefix_tuning"
    shift = 0 if prefix else settings["adapter"]["virtual_tokens"]
    forward = PrefixForward(model) if prefix else model
    return Tuned(model, base.model, forward, shift, base.heads)


def _config(settings: dict, base: Tuned) -> Any:
    config = base.model.config.get_text_config()
    method = settings["method"]
    common: dict[str, Any] = {
        "task_type": _task_type(settings, base),
        "num_virtual_tokens": settings["adapter"]["virtual_tokens"],
        "num_layers": config.num_hidden_layers,
        "num_attention_heads": config.num_attention_heads,
    }
    if settings["task"]["route"] == "head":
        # peft adds the usual heads itself; a pooler without weights has to be trained as well.
        modules = {name.rsplit(".", 1)[0] for name in base.heads}
        common["modules_to_save"] = sorted(m for m in modules if m.split(".")[0] not in HEADS)
    if method == "prefix_tuning":
        return peft.PrefixTuningConfig(**{**common, **_prefix_sizes(config)})
    if config.is_encoder_decoder:
        # Rows for a decoder of its own would never get a gradient.
        common["num_transformer_submodules"] = 1
    # Some encoders embed their input in fewer dimensions.
    width = getattr(config, "embedding_size", None) or config.hidden_size
    if method == "p_tuning":
        return peft.PromptEncoderConfig(**common, token_dim=width, encoder_hidden_size=width)
    if method == "prompt_tuning":
        return peft.PromptTuningConfig(**common, token_dim=width)
    raise SystemExit(f"method.py has no configuration for the method {method!r}")


def _prefix_sizes(config: Any) -> dict[str, int]:
    """Sizes that peft does not find under every model's names for them."""
    width = _first(config, "d_kv") or config.hidden_size // config.num_attention_heads
    if not config.is_encoder_decoder:
        return {"token_dim": width * config.num_attention_heads}
    # The prefix stands in the decoder, whose heads may be narrower than the states.
    heads = _first(config, "decoder_attention_heads", "num_heads")
    layers = _first(config, "num_decoder_layers", "decoder_layers")
    return {"num_layers": layers, "num_attention_heads": heads, "token_dim": width * heads}


def _task_type(settings: dict, base: Tuned) -> str:
    if settings["task"]["route"] == "head":
        return "SEQ_CLS"
    return "SEQ_2_SEQ_LM" if base.model.config.is_encoder_decoder else "CAUSAL_LM"


def _start_from_words(settings: dict, task: Any, tuned: Tuned) -> None:
    """Start from the words of the best prompt: peft's own start is random, and too large.

    P-tuning's encoder keeps its own start. Layers of different widths keep the library's.
    """
    if settings["method"] == "p_tuning":
        return
    count = settings["adapter"]["virtual_tokens"]
    tokenizer = task.tokenizer
    ids = tokenizer(task.starting_text(), add_special_tokens=False)["input_ids"]
    if ids:
        ids = list(itertools.islice(itertools.cycle(ids), count))
    else:
        ids = torch.randint(len(tokenizer), (count,)).tolist()
    words = torch.tensor([ids], device=tuned.device)
    weight = tuned.model.prompt_encoder["default"].embedding.weight
    with torch.no_grad():
        if settings["method"] == "prompt_tuning":
            start = tuned.model.word_embeddings(words)[0]
        elif settings["method"] == "prefix_tuning":
            start = keys_and_values(tuned.base, words)
        else:
            raise SystemExit(f"method.py has no start for the method {settings['method']!r}")
        if start.shape == weight.shape:
            weight.copy_(start)


def _first(config: Any, *names: str) -> Any:
    return next((found for name in names if (found := getattr(config, name, None))), None)
