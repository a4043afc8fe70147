"""The settings of a training run that decide what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Precision(str, Enum):
    """In which number format a run computes and keeps its weights.

    ``bf16_mixed`` keeps 32-bit weights and computes under bfloat16 autocast, as Hugging Face's
    Trainer does with ``bf16=True``; ``bf16`` loads the weights in bfloat16 and trains those.
    Adapters over a bfloat16 base are kept in 32 bits, as peft does.
    """

    FP32 = "fp32"
    BF16_MIXED = "bf16_mixed"
    BF16 = "bf16"


class Optimizer(str, Enum):
    """The optimizer and, for AdamW, how it is implemented.

    ``adamw`` is torch's default on the device: foreach on CUDA, which needs a temporary of the
    size of the trained part, one tensor after another on a CPU.
    """

    ADAMW = "adamw"
    ADAMW_FUSED = "adamw_fused"
    ADAMW_8BIT = "adamw_8bit"
    ADAFACTOR = "adafactor"
    SGD = "sgd"


class Kernels(str, Enum):
    """Whose attention and dropout kernels, and whose optimizer default, a run uses."""

    CUDA = "cuda"
    CPU = "cpu"


class Head(str, Enum):
    """What stands on top of the body."""

    CAUSAL_LM = "causal_lm"
    CLASSIFICATION = "classification"
    SEQ2SEQ = "seq2seq"


@dataclass(frozen=True, slots=True)
class Settings:
    """A training run, the model and the method left out.

    Attributes:
        batch_size: examples a step and device.
        sequence_length: tokens of an example after padding, virtual tokens left out.
        target_length: tokens of the target, for an encoder-decoder; the same as the input if None.
        padded: whether batches hold padding, which rules out the flash attention kernel.
        precision, optimizer, kernels, head: see the enumerations.
        labels: classes of a classification head.
        checkpointing: whether activations are recomputed in the backward pass.
        accumulation: batches whose gradients are added up before an optimizer step.
        use_cache: whether keys and values are kept for generation, which is the default of
            Hugging Face's configurations and is switched off by checkpointing.
        outputs_kept: whether the training loop holds the model's outputs during the backward
            pass; the Trainer does not, many loops written by hand do.
        virtual_tokens: of prompt tuning, P-tuning and prefix tuning.
        rank: of low-rank updates.
        targets: names of the modules that low-rank updates adapt; all linear layers if empty.
        adapter_dropout: of low-rank updates; that of the method's recipe if None.
        upcast: whether QLoRA casts what is not quantised to 32 bits, as peft's preparation for
            training in 4 bits does; without it the residual stream stays in 16 bits.
    """

    batch_size: int = 4
    sequence_length: int = 512
    target_length: int | None = None
    padded: bool = False
    precision: Precision = Precision.BF16
    optimizer: Optimizer = Optimizer.ADAMW
    kernels: Kernels = Kernels.CUDA
    head: Head = Head.CAUSAL_LM
    labels: int = 2
    checkpointing: bool = False
    accumulation: int = 1
    use_cache: bool = True
    outputs_kept: bool = False
    virtual_tokens: int = 20
    rank: int = 16
    targets: tuple[str, ...] = ()
    adapter_dropout: float | None = None
    upcast: bool = True

    @property
    def output_length(self) -> int:
        """Tokens of a target."""
        return self.target_length or self.sequence_length
