"""Options that several commands share under the same names, and the request that they make."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from advisor.profilers import DataFiles, Request


class Format(str, Enum):
    """How a report is written."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    JSON = "json"
    HTML = "html"


Facts = Annotated[
    list[str] | None,
    typer.Option("--facts", metavar="FILE", help="YAML or JSON facts, or a run; - is stdin."),
]
Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        help="Folder, config.json, safetensors or GGUF file, or Hub id; several are compared.",
    ),
]
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="FILE", help="Training data: JSONL, CSV, TSV, Parquet, text."),
]
EvalData = Annotated[
    Path | None, typer.Option("--eval-data", metavar="FILE", help="Held-out data.")
]
TextColumns = Annotated[
    list[str] | None,
    typer.Option("--text-column", metavar="C", help="Column of the input text; may be repeated."),
]
LabelColumn = Annotated[
    str | None, typer.Option("--label-column", metavar="C", help="Column of the label.")
]
GpuName = Annotated[
    str | None,
    typer.Option("--gpu", metavar="NAME", help="Plan for this device instead of this machine."),
]
GpuCount = Annotated[int, typer.Option("--gpus", metavar="N", help="How many of them.")]
SettingsOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="State one fact; may be repeated."),
]
RulePacks = Annotated[
    list[Path] | None,
    typer.Option("--rules", metavar="DIR", help="House rules on top of the shipped ones."),
]
Offline = Annotated[bool, typer.Option("--offline", help="Never use the network.")]
NoDetect = Annotated[
    bool, typer.Option("--no-detect", help="Do not look at this machine's hardware.")
]
Plain = Annotated[
    bool, typer.Option("--plain", help="One statement a line, for screen readers and logs.")
]
OutputFormat = Annotated[
    Format | None, typer.Option("--format", help="Default: by the suffix of -o, else terminal.")
]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the report here.")
]


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
