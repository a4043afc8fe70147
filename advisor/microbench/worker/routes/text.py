"""The model writes the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from advisor.microbench.records import Example, Metric, Prompt
from advisor.microbench.worker.routes.answering import Judged
from advisor.microbench.worker.rows import Batch, Row, collate
from advisor.microbench.worker.wording import prompted, spaced
from advisor.tuning.batches import Picked, by_length, padded
from advisor.tuning.encoding import Encoder
from advisor.tuning.learner import Learner
from advisor.tuning.scoring import outcome
from advisor.tuning.writing import write


def text_rows(
    encoder: Encoder, prompt: Prompt, examples: Sequence[Example], most: int
) -> list[Row]:
    """The rendered examples, each with the tokens to write and the end mark, cut to ``most``."""
    prompt = spaced(prompt)
    rows = []
    for example in examples:
        written = (*encoder.continuation(prompt.after, example.target), encoder.end)[:most]
        ids = prompted(encoder, prompt, example)
        rows.append(Row((ids,), written=written, target=example.target))
    return rows


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """What is known of the answers before they are written.

    Attributes:
        most: tokens, the end mark included.
        one_line: whether all training targets are single lines. Then an answer ends with its first
            line: a model that was never trained to stop goes on behind it.
    """

    most: int
    one_line: bool


def form_of(examples: Sequence[Example], most: int) -> AnswerForm:
    """The form of the training examples' targets."""
    return AnswerForm(most, one_line=all("\n" not in e.target.strip() for e in examples))


class TextAnswering:
    """A learner that writes.

    Training, and every look at the development split, go by the loss on the target's tokens, each
    example counting the same; outcomes there are shares of tokens that are right when the target's
    earlier ones are given. Really writing takes longer, and is done once at the end.

    Args:
        learner: who writes.
        encoder: of the prompts.
        start: what the decoder of an encoder-decoder begins with; empty elsewhere.
        metric: how a written answer is judged.
        form: of the answers.
    """

    def __init__(
        self,
        learner: Learner,
        encoder: Encoder,
        start: tuple[int, ...],
        metric: Metric,
        form: AnswerForm,
    ) -> None:
        self._learner = learner
        self._tokenizer = encoder.tokenizer
        self._filler = encoder.tokenizer.pad_token_id
        self._end = encoder.end
        self._start = start
        self._metric = metric
        self._form = form
        self._picked = None if start else Picked(learner.base.get_output_embeddings())

    def collate(self, rows: Sequence[Row]) -> Batch:
        """A padded batch in which a decoder also reads the target but for its last token."""
        if not self._start:
            whole = [Row(([*r.sequences[0], *r.written[:-1]],)) for r in rows]
            batch = collate(whole, self._filler, self._learner.device)
            return Batch(batch.inputs, batch.lengths, batch.answers, rows)
        batch = collate(rows, self._filler, self._learner.device)
        read = [(*self._start, *row.written[:-1]) for row in rows]
        batch.inputs["decoder_input_ids"] = padded(read, self._filler, self._learner.device)
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

    def write(self, rows: Sequence[Row], size: int) -> list[float]:
        """Outcomes of answers that are really written."""
        outcomes = [0.0] * len(rows)
        for places in by_length([len(row.sequences[0]) for row in rows], size, alike=True):
            prompts = [rows[place].sequences[0] for place in places]
            ids = torch.tensor(prompts, device=self._learner.device)
            written = write(
                self._learner, self._picked, ids, self._start, self._over, self._form.most
            )
            for place, ids in zip(places, written, strict=True):
                outcomes[place] = outcome(self._metric, self._text(ids), rows[place].target)
        return outcomes

    def _over(self, ids: list[int]) -> bool:
        """Whether the answer ended with its last token."""
        return ids[-1] == self._end or (self._form.one_line and "\n" in self._decoded(ids))

    def _text(self, ids: list[int]) -> str:
        """What counts of a written answer."""
        # Where the tokenizer has no token for ends, that of padding is one, and may be a word.
        text = self._decoded(ids[:-1] if ids[-1] == self._end else ids)
        return text.partition("\n")[0] if self._form.one_line else text

    def _decoded(self, ids: list[int]) -> str:
        text: str = self._tokenizer.decode(ids, skip_special_tokens=True)
        return text.lstrip()

    def _logits(self, batch: Batch) -> tuple[Any, Any]:
        """Scores of words (N x W) where targets follow, at N places, and the targets."""
        device = self._learner.device
        counts = torch.tensor([len(row.written) for row in batch.rows], device=device)
        targets = torch.tensor([i for row in batch.rows for i in row.written], device=device)
        rows = torch.repeat_interleave(torch.arange(len(counts), device=device), counts)
        offsets = torch.cat([torch.arange(count, device=device) for count in counts.tolist()])
        if self._picked is None:
            logits = self._learner.forward(**batch.inputs).logits
            return logits[rows, offsets + len(self._start) - 1], targets
        # The last of the places stands at the sequence's last token.
        positions = (batch.lengths - counts + self._learner.shift)[rows] + offsets
        output = self._picked.output(self._learner.forward, batch.inputs, rows, positions)
        return output.logits[0], targets

    @staticmethod
    def _token_losses(logits: Any, targets: Any) -> Any:
        return torch.nn.functional.cross_entropy(logits.float(), targets, reduction="none")

    @staticmethod
    def _per_row(values: Any, rows: Sequence[Row]) -> Any:
        """Means over each row's target tokens (B)."""
        return torch.stack([part.mean() for part in values.split([len(r.written) for r in rows])])
