"""Reading the head of a decoder."""

from __future__ import annotations

from typing import Any

import torch


class LastToken:
    """Reads a decoder's head at each input's own last token.

    transformers looks for it among the token ids, which it does not see behind virtual tokens:
    there it would read the padding.

    Args:
        base: the model with the head.
        filler: the token of padding, without which transformers refuses a batch.
    """

    def __init__(self, base: Any, filler: int) -> None:
        base.config.get_text_config().pad_token_id = filler
        self._scores: Any = None
        base.score.register_forward_hook(self._keep)

    def scores(self, learner: Any, inputs: dict[str, Any]) -> Any:
        """The head's numbers (B x C)."""
        learner.forward(**inputs)
        last = inputs["attention_mask"].sum(dim=1) - 1 + learner.shift
        whole, self._scores = self._scores, None
        return whole[torch.arange(len(last), device=last.device), last]

    def _keep(self, _layer: Any, _arguments: Any, found: Any) -> None:
        """Keep the scores of all positions (B x T x C)."""
        self._scores = found
