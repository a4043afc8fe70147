# ruff: noqa: E501 - the tables are read across
"""Writes counts.json: parameter counts of many configurations, as transformers builds them.

Run it where torch and transformers are installed: python tests/profilers/model_counts/make.py
Models are built on the meta device, so that no weights are allocated. The fast tests read the
table and need neither package.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import AutoConfig

SMALL = {
    "vocab_size": 97, "hidden_size": 24, "n_embd": 24, "d_model": 24, "dim": 24,
    "num_hidden_layers": 3, "n_layer": 3, "n_layers": 3, "num_layers": 3, "num_decoder_layers": 2,
    "encoder_layers": 3, "decoder_layers": 2, "num_attention_heads": 6, "n_head": 6, "n_heads": 6,
    "num_heads": 6, "encoder_attention_heads": 6, "decoder_attention_heads": 4,
    "intermediate_size": 40, "ffn_dim": 40, "encoder_ffn_dim": 40, "decoder_ffn_dim": 44,
    "hidden_dim": 40, "d_ff": 40, "d_kv": 10, "max_position_embeddings": 19, "n_positions": 19,
    "embedding_size": 14, "word_embed_proj_dim": 24, "ffn_hidden_size": 50,
    "num_key_value_heads": 3, "num_kv_heads": 2,
}  # fmt: skip
# For each type: settings that differ from the defaults in what they do to the count.
ODD: dict[str, list[dict[str, Any]]] = {
    "gpt2": [{"n_inner": 33}, {"add_cross_attention": True}, {"tie_word_embeddings": False}],
    "gptj": [{"n_inner": 33}, {"tie_word_embeddings": True}],
    "gpt_neox": [{"attention_bias": False}, {"tie_word_embeddings": True}],
    "bloom": [{"tie_word_embeddings": False}, {"n_layer": 5}],
    "phi": [{"qk_layernorm": True}, {"head_dim": 8}, {"tie_word_embeddings": True}, {"num_key_value_heads": None}],
    "opt": [{"word_embed_proj_dim": 10}, {"enable_bias": False}, {"layer_norm_elementwise_affine": False},
            {"do_layer_norm_before": False}, {"_remove_final_layer_norm": True}, {"tie_word_embeddings": False},
            {"word_embed_proj_dim": 10, "tie_word_embeddings": False}],
    "falcon": [{"new_decoder_architecture": True}, {"multi_query": False}, {"parallel_attn": False},
               {"bias": True}, {"new_decoder_architecture": True, "num_ln_in_parallel_attn": 1},
               {"ffn_hidden_size": None}, {"num_kv_heads": None, "new_decoder_architecture": True},
               {"num_ln_in_parallel_attn": 2}, {"tie_word_embeddings": False}, {"alibi": True}],
    "llama": [{"attention_bias": True}, {"mlp_bias": True}, {"head_dim": 10}, {"num_key_value_heads": None},
              {"num_key_value_heads": 1, "tie_word_embeddings": True}],
    "granite": [{"attention_bias": True}, {"mlp_bias": True}, {"tie_word_embeddings": True}],
    "olmo2": [{"attention_bias": True}, {"tie_word_embeddings": True}, {"num_key_value_heads": None}],
    "mistral": [{"head_dim": 10}, {"tie_word_embeddings": True}],
    "mixtral": [{"num_local_experts": 5, "num_experts_per_tok": 3}, {"head_dim": 10}, {"tie_word_embeddings": True}],
    "qwen2": [{"tie_word_embeddings": True}, {"head_dim": 10}, {"num_key_value_heads": None}],
    "qwen3": [{"head_dim": 10}, {"attention_bias": True}, {"tie_word_embeddings": True}],
    "phi3": [{"tie_word_embeddings": True}, {"num_key_value_heads": None}, {"head_dim": 10}],
    "gemma": [{"head_dim": 10}, {"attention_bias": True}, {"tie_word_embeddings": False}],
    "gemma2": [{"head_dim": 10}, {"attention_bias": True}, {"tie_word_embeddings": False}],
    "gemma3_text": [{"head_dim": 10}, {"attention_bias": True}, {"tie_word_embeddings": False}],
    "bert": [{"type_vocab_size": 5}, {"tie_word_embeddings": False}, {"is_decoder": True, "add_cross_attention": True}],
    "roberta": [{"type_vocab_size": 1}, {"tie_word_embeddings": False}, {"is_decoder": True, "add_cross_attention": True}],
    "xlm-roberta": [{"type_vocab_size": 1}, {"tie_word_embeddings": False}],
    "electra": [{"embedding_size": 24}, {"tie_word_embeddings": False}, {"summary_use_proj": False}],
    "distilbert": [{"sinusoidal_pos_embds": True}, {"tie_word_embeddings": False}],
    "albert": [{"num_hidden_groups": 3}, {"inner_group_num": 2}, {"embedding_size": 24}, {"tie_word_embeddings": False}],
    "deberta-v2": [{"relative_attention": True, "pos_att_type": ["c2p", "p2c"]},
                   {"relative_attention": True, "pos_att_type": "p2c|c2p", "share_att_key": True, "position_buckets": 7, "norm_rel_ebd": "layer_norm", "position_biased_input": False},
                   {"relative_attention": True, "max_relative_positions": 11, "pos_att_type": "c2p"},
                   {"conv_kernel_size": 3, "conv_act": "gelu"}, {"conv_kernel_size": 5, "conv_groups": 2},
                   {"embedding_size": 14}, {"type_vocab_size": 3}, {"tie_word_embeddings": False},
                   {"legacy": False}, {"legacy": False, "tie_word_embeddings": False}, {"attention_head_size": 4}],
    "modernbert": [{"norm_bias": True}, {"attention_bias": True}, {"mlp_bias": True}, {"classifier_bias": True},
                   {"decoder_bias": False}, {"tie_word_embeddings": False}],
    "t5": [{"feed_forward_proj": "gated-gelu"}, {"num_decoder_layers": None}, {"relative_attention_num_buckets": 9}],
    "mt5": [{"feed_forward_proj": "relu"}, {"num_decoder_layers": None}],
    "bart": [{"decoder_layers": 5}, {"tie_word_embeddings": False}],
    "mbart": [{"decoder_layers": 5}, {"tie_word_embeddings": False}],
}  # fmt: skip
BASE = {
    "gpt2": "GPT2LMHeadModel", "gptj": "GPTJForCausalLM", "gpt_neox": "GPTNeoXForCausalLM",
    "bloom": "BloomForCausalLM", "phi": "PhiForCausalLM", "opt": "OPTForCausalLM",
    "falcon": "FalconForCausalLM", "llama": "LlamaForCausalLM", "granite": "GraniteForCausalLM",
    "olmo2": "Olmo2ForCausalLM", "mistral": "MistralForCausalLM", "mixtral": "MixtralForCausalLM",
    "qwen2": "Qwen2ForCausalLM", "qwen3": "Qwen3ForCausalLM", "phi3": "Phi3ForCausalLM",
    "gemma": "GemmaForCausalLM", "gemma2": "Gemma2ForCausalLM", "gemma3_text": "Gemma3ForCausalLM",
    "bert": "BertForPreTraining", "roberta": "RobertaForMaskedLM",
    "xlm-roberta": "XLMRobertaForMaskedLM", "electra": "ElectraForPreTraining",
    "distilbert": "DistilBertForMaskedLM", "albert": "AlbertForPreTraining",
    "deberta-v2": "DebertaV2ForMaskedLM", "modernbert": "ModernBertForMaskedLM",
    "t5": "T5ForConditionalGeneration", "mt5": "MT5ForConditionalGeneration",
    "bart": "BartForConditionalGeneration", "mbart": "MBartForConditionalGeneration",
}  # fmt: skip
SUFFIXES = (
    "Model", "LMHeadModel", "ForCausalLM", "ForMaskedLM", "ForPreTraining", "EncoderModel",
    "ForNextSentencePrediction", "ForSequenceClassification", "ForMultipleChoice",
    "ForTokenClassification", "ForQuestionAnswering", "ForConditionalGeneration", "TextModel",
    "TextForSequenceClassification",
)  # fmt: skip


def build(settings: dict[str, Any]) -> int:
    """Parameters of the model that transformers builds from a config.json."""
    config_class = type(AutoConfig.for_model(settings["model_type"]))
    config = config_class.from_dict({k: v for k, v in settings.items() if k != "architectures"})
    name = (settings.get("architectures") or [BASE[settings["model_type"]]])[0]
    with torch.device("meta"):
        model = getattr(transformers, name)(config)
    model.tie_weights()
    return sum(parameter.numel() for parameter in model.parameters())


def small(model_type: str) -> dict[str, Any]:
    """A tiny configuration of a type, with only the keys that the type knows."""
    known = AutoConfig.for_model(model_type).to_dict()
    settings = {key: value for key, value in SMALL.items() if key in known}
    if known.get("head_dim") and model_type not in ("llama", "mistral", "falcon"):
        settings["head_dim"] = 6
    if "pad_token_id" in known:
        settings["pad_token_id"] = 1
    return {"model_type": model_type, **settings}


def cases() -> list[dict[str, Any]]:
    """Every type with defaults, small, odd in each listed way, and with each head."""
    result: list[dict[str, Any]] = []
    for model_type, odd in ODD.items():
        result.append({"model_type": model_type})
        base = small(model_type)
        result.append(base)
        result.extend({**base, **settings} for settings in odd)
        prefix = BASE[model_type].split("For")[0].replace("LMHeadModel", "")
        for suffix in SUFFIXES:
            if not hasattr(transformers, prefix + suffix):
                continue
            if model_type == "gemma3_text" and suffix in (
                "Model",
                "ForSequenceClassification",
                "ForConditionalGeneration",
            ):
                continue  # fmt: skip  # these are the multimodal classes
            named = {**base, "architectures": [prefix + suffix]}
            labels = {"id2label": {"0": "a", "1": "b", "2": "c", "3": "d", "4": "e"}}
            result.extend([named, {**named, **labels}])
            if suffix not in ("Model", "ForSequenceClassification", "ForConditionalGeneration"):
                result.extend({**named, **settings} for settings in odd[:8])
    return [json.loads(text) for text in dict.fromkeys(json.dumps(case) for case in result)]


def main() -> None:
    """Write the table next to this file."""
    # transformers refuses to build this class with any other number of labels than two.
    refused = "DistilBertForQuestionAnswering"
    rows = [
        {"config": case, "parameters": build(case)}
        for case in cases()
        if case.get("architectures") != [refused] or "id2label" not in case
    ]
    table = {"transformers": transformers.__version__, "torch": torch.__version__, "rows": rows}
    lines = ",\n".join(json.dumps(row) for row in rows)
    head = json.dumps({key: table[key] for key in ("transformers", "torch")})[:-1]
    Path(__file__).with_name("counts.json").write_text(f'{head}, "rows": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
