"""Turn the options of a command into a request for facts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from advisor.gather import DataFiles, Request


def request_from(
    *,
    facts: Sequence[str] | None,
    settings: Sequence[str] | None,
    models: Sequence[str] | None,
    data: Path | None,
    eval_data: Path | None,
    text_columns: Sequence[str] | None,
    label_column: str | None,
    gpu: str | None,
    gpus: int,
    offline: bool,
    no_detect: bool = False,
) -> Request:
    """The request that the shared options describe."""
    return Request(
        facts_files=tuple(facts or ()),
        settings=tuple(settings or ()),
        models=tuple(models or ()),
        data=DataFiles(data, eval_data, tuple(text_columns or ()), label_column),
        gpu=gpu,
        gpus=gpus,
        offline=offline,
        detect=not no_detect,
    )
