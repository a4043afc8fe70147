"""A linear head on frozen features: what a new head reaches without touching the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from advisor.catalogue import training
from advisor.microbench.worker.coding import outputs_of
from advisor.microbench.worker.evaluation import Answers, Evaluation, summary
from advisor.microbench.worker.workbench import Workbench
from advisor.tuning.head import choices_in_rows, head_losses, judge_head
from advisor.tuning.learner import untrained
from advisor.tuning.rows import Batch, Row, collate, sorted_batches


def head_only(workbench: Workbench) -> Answers:
    """The test split judged by a linear head on what the model gives to its new head.

    Features are computed once, in 32 bits and without dropout.
    """
    features = Features(workbench)
    train, dev, test = (features.of(s) for s in (workbench.train, workbench.dev, workbench.test))
    return best_head(workbench, train, dev, test)


def best_head(workbench: Workbench, train: Computed, dev: Computed, test: Computed) -> Answers:
    """The test split judged by the head of the ridge that has the lowest development loss.

    Each head is fitted to the end by L-BFGS.
    """
    heads = [LinearHead(workbench, train, ridge) for ridge in training().ridge]
    best = min(heads, key=lambda head: head.evaluate(dev).loss)
    return best.evaluate(test).answers


@dataclass(frozen=True, slots=True)
class Computed:
    """Rows and the features of their sequences (S x H), in the rows' order."""

    rows: Sequence[Row]
    features: Any


class Features:
    """What the base model hands to its head."""

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench
        self._learner = untrained(workbench.model.to(workbench.bench.device))
        self._seen: list[Any] = []
        first_new_module(workbench).register_forward_pre_hook(
            lambda _module, given: self._seen.append(given[0])
        )

    def of(self, rows: Sequence[Row]) -> Computed:
        """The rows with their features."""
        self._learner.model.eval()
        found: dict[int, Any] = {}
        size = self._workbench.bench.batch_size * training().evaluation_batches
        with torch.no_grad():
            for places, chosen in sorted_batches(rows, size):
                parts = self._batch(chosen).split([len(row.sequences) for row in chosen])
                found.update(zip(places, parts, strict=True))
        return Computed(rows, torch.cat([found[place] for place in range(len(rows))]))

    def _batch(self, rows: Sequence[Row]) -> Any:
        filler = self._workbench.encoder.tokenizer.pad_token_id
        batch = collate(rows, filler, self._learner.device)
        self._learner.forward(**batch.inputs)
        states = self._seen.pop()
        if states.ndim == 2:  # noqa: PLR2004 - sequences and features, pooled already
            return states
        # Heads that pool themselves read the first position; decoders' are read at the last one.
        decoder = self._workbench.bench.task.architecture == "decoder"
        places = batch.lengths - 1 if decoder else torch.zeros_like(batch.lengths)
        return states[torch.arange(len(places)), places]


def first_new_module(workbench: Workbench) -> Any:
    """The first module whose weights are new: what it reads is all that the base model gives.

    A head may have several layers; behind the first one features are mixed at random.
    """
    owners = {name.rpartition(".")[0] for name in workbench.new}
    return next(module for name, module in workbench.model.named_modules() if name in owners)


class LinearHead:
    """A linear map of standardised features, fitted to the training rows."""

    def __init__(self, workbench: Workbench, train: Computed, ridge: float) -> None:
        self._task = workbench.bench.task
        self._scale = workbench.coder.scale
        self._mean = train.features.mean(dim=0)
        self._spread = train.features.std(dim=0, correction=0).clamp_min(1e-6)
        shape = (train.features.shape[1], outputs_of(self._task))
        device = train.features.device
        self._weight = torch.zeros(shape, device=device, requires_grad=True)
        self._bias = torch.zeros(shape[1], device=device, requires_grad=True)
        self._fit(train, ridge)

    def evaluate(self, computed: Computed) -> Evaluation:
        """Losses and outcomes of the rows."""
        with torch.no_grad():
            batch = self._batch(computed)
            judged = judge_head(self._scores(computed), batch, self._scale)
        return summary(judged, self._task, computed.rows)

    def _fit(self, train: Computed, ridge: float) -> None:
        batch = self._batch(train)
        optimizer = torch.optim.LBFGS(
            [self._weight, self._bias],
            max_iter=training().ridge_iterations,
            line_search_fn="strong_wolfe",
        )

        def closure() -> Any:
            optimizer.zero_grad()
            losses = head_losses(self._scores(train), batch, self._scale)
            loss = losses.mean() + ridge * self._weight.square().sum()
            loss.backward()
            return loss

        optimizer.step(closure)

    def _scores(self, computed: Computed) -> Any:
        """The head's numbers for each example (B x C)."""
        scores = (computed.features - self._mean) / self._spread @ self._weight + self._bias
        counts = [len(row.sequences) for row in computed.rows]
        return choices_in_rows(scores[:, 0], counts) if max(counts) > 1 else scores

    def _batch(self, computed: Computed) -> Batch:
        answers = [row.answer for row in computed.rows]
        device = computed.features.device
        return Batch({}, None, torch.tensor(answers, device=device), computed.rows)
