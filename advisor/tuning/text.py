"""Answers that the model writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from .batches import Picked, by_length, padded
from .encoding import Encoder
from .rows import Batch, Judged, Row, collate
from .writing import write


def text_row(encoder: Encoder, ids: list[int], tail: str, target: str, most: int) -> Row:
    """A rendered example as a row, with the tokens to write and the end mark.

    Of a longer target only the start is learned, and not that it ends there.

    Args:
        encoder: of the model.
        ids: token ids of the prompt with its inputs.
        tail: with which the prompt ends, without blanks at the end.
        target: what is to be written; empty where it is not known.
        most: tokens of an answer, its end mark included.
    """
    answer = encoder.continuation(tail, target) if target else []
    return Row((ids,), written=(*answer, encoder.end)[:most], target=target)


def ending(targets: Sequence[str], marks: Sequence[str]) -> str:
    """The first of the marks that is in no target; empty if each is in some.

    A model that was never trained to stop goes on behind it; with examples in its prompt it writes
    the next one there.
    """
    free = (mark for mark in marks if not any(mark in target.strip() for target in targets))
    return next(free, "")


class TextAnswering:
    """A learner that writes.

    Training, and every look at the development split, go by the loss on the target's tokens, each
    example counting the same; outcomes there are shares of tokens that are right when the target's
    earlier ones are given. Really writing takes longer, and is done once at the end.

    Args:
        learner: who writes.
        encoder: of the prompts.
        start: what the decoder of an encoder-decoder begins with; empty elsewhere.
        most: tokens of an answer that is written, its end mark included.
        ends: a text that ends an answer as well; empty for none. It may be set anew.
    """

    def __init__(
        self, learner: Any, encoder: Encoder, start: Sequence[int], most: int, ends: str
    ) -> None:
        self.learner = learner
        self.tokenizer = encoder.tokenizer
        self.end = encoder.end
        self._filler = encoder.tokenizer.pad_token_id
        self._start = start
        self.most = most
        self.ends = ends
        self._picked = None if start else Picked(learner.base.get_output_embeddings())

    def collate(self, rows: Sequence[Row]) -> Batch:
        """A padded batch in which a decoder also reads the target but for its last token."""
        if not self._start:
            whole = [Row(([*r.sequences[0], *r.written[:-1]],)) for r in rows]
            batch = collate(whole, self._filler, self.learner.device)
            return Batch(batch.inputs, batch.lengths, batch.answers, rows)
        batch = collate(rows, self._filler, self.learner.device)
        read = [(*self._start, *row.written[:-1]) for row in rows]
        batch.inputs["decoder_input_ids"] = padded(read, self._filler, self.learner.device)
        return batch

    def losses(self, batch: Batch) -> Any:
        """The mean loss of each example's target tokens (B)."""
        return self._per_row(self._token_losses(*self._logits(batch)), batch.rows)

    def judge(self, batch: Batch) -> Judged:
        """Losses, and shares of right tokens."""
        logits, targets = self._logits(batch)
        losses = self._per_row(self._token_losses(logits, targets), batch.rows)
        right = self._per_row((logits.argmax(dim=-1) == targets).float(), batch.rows)
        return Judged(losses, right.tolist(), [])

    def write(self, rows: Sequence[Row], size: int) -> list[str]:
        """Answers that are really written, always by the most likely token.

        Inputs of one length are written together, so that no padding can change an answer.
        """
        texts = [""] * len(rows)
        for places in by_length([len(row.sequences[0]) for row in rows], size, alike=True):
            prompts = [rows[place].sequences[0] for place in places]
            ids = torch.tensor(prompts, device=self.learner.device)
            with torch.no_grad():
                written = write(self.learner, self._picked, ids, self._start, self._over, self.most)
            for place, answer in zip(places, written, strict=True):
                texts[place] = self._text(answer)
        return texts

    def _over(self, ids: list[int]) -> bool:
        """Whether an answer ended with the last of its tokens."""
        return ids[-1] == self.end or (bool(self.ends) and self.ends in self._decoded(ids))

    def _text(self, ids: list[int]) -> str:
        """What counts of a written answer."""
        # Where the tokenizer has no token for ends, that of padding is one, and may be a word.
        text = self._decoded(ids[:-1] if ids[-1] == self.end else ids)
        return (text.partition(self.ends)[0] if self.ends else text).strip()

    def _decoded(self, ids: list[int]) -> str:
        text: str = self.tokenizer.decode(ids, skip_special_tokens=True)
        return text.lstrip()

    def _logits(self, batch: Batch) -> tuple[Any, Any]:
        """Scores of words (N x W) where targets follow, at N places, and the targets."""
        device = self.learner.device
        counts = torch.tensor([len(row.written) for row in batch.rows], device=device)
        targets = torch.tensor([i for row in batch.rows for i in row.written], device=device)
        rows = torch.repeat_interleave(torch.arange(len(counts), device=device), counts)
        offsets = torch.cat([torch.arange(count, device=device) for count in counts.tolist()])
        if self._picked is None:
            logits = self.learner.forward(**batch.inputs).logits
            return logits[rows, offsets + len(self._start) - 1], targets
        # The last of the places stands at the sequence's last token.
        positions = (batch.lengths - counts + self.learner.shift)[rows] + offsets
        output = self._picked.output(self.learner.forward, batch.inputs, rows, positions)
        return output.logits[0], targets

    @staticmethod
    def _token_losses(logits: Any, targets: Any) -> Any:
        return torch.nn.functional.cross_entropy(logits.float(), targets, reduction="none")

    @staticmethod
    def _per_row(values: Any, rows: Sequence[Row]) -> Any:
        """Means over each row's target tokens (B)."""
        return torch.stack([part.mean() for part in values.split([len(r.written) for r in rows])])
