"""The alarm on test examples that were trained on."""

from __future__ import annotations

from advisor.microbench.judging.alarms.alarm import Alarm, Level
from advisor.microbench.judging.table import judging_table
from advisor.microbench.spec import Example, Splits


def train_test_overlap(splits: Splits) -> Alarm | None:
    """Inputs that stand in both splits, but for case and spaces: they measure memory."""
    known = {_plain(example) for example in splits.train}
    shared = sum(_plain(example) in known for example in splits.test)
    if not shared:
        return None
    share = shared / len(splits.test)
    serious = share > judging_table()["alarms"]["serious_overlap"]
    return Alarm(
        id="train_test_overlap",
        method=None,
        level=Level.SERIOUS if serious else Level.WARNING,
        sentence=f"{shared} of {len(splits.test)} test examples also stand in the training data.",
    )


def _plain(example: Example) -> tuple[str, ...]:
    return tuple(" ".join(text.casefold().split()) for text in (*example.inputs, *example.choices))
