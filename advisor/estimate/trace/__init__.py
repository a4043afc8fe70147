"""Trace a real training step without weights and without a device; needs the `train` extra.

The real Hugging Face model under the real peft wrapper runs two steps on tensors that have shapes
but no values, while a ledger counts what is allocated. Nothing here is imported before a trace is
asked for.
"""
