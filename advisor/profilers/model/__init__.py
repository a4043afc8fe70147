"""What a pre-trained model is, read from its files without loading or running it.

The parameter count is exact where the files allow it: the sum of the tensor shapes in safetensors
or GGUF headers, or a count from config.json. A count from config.json is that of the class named
first under `architectures`; where none is named it is the class that the pre-trained weights of
the type are published with (`base_class` in architectures.yaml, such as GPT2LMHeadModel,
LlamaForCausalLM, BertForPreTraining, T5ForConditionalGeneration). Tied tensors count once, buffers
do not count.
"""

from advisor.profilers.model.profile import profile_model

__all__ = ["profile_model"]
