"""The kinds of memory that a training step holds, with the mark of each in every chart."""

from __future__ import annotations

PARTS = {
    "weights": ("W", "weights"),
    "gradients": ("G", "gradients"),
    "optimizer_state": ("O", "optimizer state"),
    "activations": ("A", "activations"),
    "logits_and_loss": ("L", "logits and loss"),
    "workspace": ("T", "temporaries"),
}
"""Mark and name of each part of an estimate's breakdown."""

RESERVE = ("r", "allocator reserve")
CONTEXT = ("c", "context")
