"""Padded batches, and hidden states at chosen places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch


def padded(sequences: Sequence[Sequence[int]], filler: int, device: Any) -> Any:
    """Token ids as one tensor (B x T), padded on the right.

    Training and scoring pad decoders on the right, too: with virtual tokens in front, padding on
    the left would stand between prompt and text.
    """
    longest = max(map(len, sequences))
    table = [[*ids, *[filler] * (longest - len(ids))] for ids in sequences]
    return torch.tensor(table, dtype=torch.long, device=device)


def inputs_of(
    sequences: Sequence[Sequence[int]], filler: int, device: Any, segments: Sequence[list[int]] = ()
) -> dict[str, Any]:
    """Arguments of a model: padded token ids, their mask, and segment ids where there are any."""
    ones = [[1] * len(ids) for ids in sequences]
    inputs = {
        "input_ids": padded(sequences, filler, device),
        "attention_mask": padded(ones, 0, device),
    }
    return {**inputs, "token_type_ids": padded(segments, 0, device)} if segments else inputs


def by_length(lengths: Sequence[int], size: int, *, alike: bool = False) -> Iterator[list[int]]:
    """Places of inputs, the longest first, at most ``size`` at a time.

    Args:
        lengths: tokens of each input.
        size: of a batch.
        alike: whether a batch holds inputs of one length only. Without padding every method is
            exact, whatever it makes of masks and positions.
    """
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        if batch and (len(batch) == size or (alike and lengths[batch[0]] != lengths[place])):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


class Picked:
    """Lets the output layer see only the hidden states at chosen places.

    An output layer of 50,000 words costs more than a small model's body, and is needed at few
    positions. A hook in front of it works whatever a method wraps around the model.
    """

    def __init__(self, layer: Any) -> None:
        self._places: tuple[Any, Any] | None = None
        layer.register_forward_pre_hook(self._pick)

    def output(
        self, forward: Callable[..., Any], inputs: Mapping[str, Any], rows: Any, positions: Any
    ) -> Any:
        """The model's output, its logits (1 x N x W) at N places: rows of the batch, positions."""
        self._places = (rows, positions)
        try:
            return forward(**inputs)
        finally:
            self._places = None

    def _pick(self, _layer: Any, arguments: tuple[Any, ...]) -> Any:
        if self._places is None:
            return None
        rows, positions = self._places
        return (arguments[0][rows, positions].unsqueeze(0), *arguments[1:])
