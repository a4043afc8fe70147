"""``advisor estimate``: memory, time, money and storage of every method, before training."""

from __future__ import annotations

from typing import Annotated

import typer

from advisor.cli import options
from advisor.estimate import Head, Optimizer, Precision
from advisor.support import ExitCode

_Model = Annotated[
    str, typer.Argument(metavar="MODEL", help="Folder, config.json, weight file or Hub id.")
]


def estimate(
    model: _Model,
    method: Annotated[
        list[str] | None, typer.Option("--method", help="Only this one; may be repeated.")
    ] = None,
    gpu: options.GpuName = None,
    gpus: options.GpuCount = 1,
    batch: Annotated[
        int | None, typer.Option("--batch", min=1, max=10**6, help="Examples a step and device.")
    ] = None,
    seq_len: Annotated[
        int | None,
        typer.Option("--seq-len", min=1, max=10**9, help="Longest input in tokens, padded."),
    ] = None,
    mean_len: Annotated[
        int | None,
        typer.Option("--mean-len", min=1, max=10**9, help="Mean input in tokens, for the time."),
    ] = None,
    target_len: Annotated[
        int | None,
        typer.Option("--target-len", min=1, max=10**9, help="Output tokens of seq2seq models."),
    ] = None,
    precision: Annotated[
        Precision | None, typer.Option("--precision", help="Default: the method's usual one.")
    ] = None,
    optimizer: Annotated[
        Optimizer | None, typer.Option("--optimizer", help="adamw is foreach on a GPU.")
    ] = None,
    checkpointing: Annotated[
        bool, typer.Option("--checkpointing", help="Recompute activations in the backward pass.")
    ] = False,
    accumulation: Annotated[
        int, typer.Option("--accumulation", min=1, max=10**6, help="Batches a step.")
    ] = 1,
    padded: Annotated[
        bool, typer.Option("--padded/--no-padding", help="Whether batches hold padding.")
    ] = True,
    cache: Annotated[
        bool, typer.Option("--cache/--no-cache", help="use_cache of the model's configuration.")
    ] = True,
    head: Annotated[
        Head | None, typer.Option("--head", help="Default: by the architecture.")
    ] = None,
    virtual_tokens: Annotated[
        int | None, typer.Option("--virtual-tokens", min=1, max=10**5, help="Of soft prompts.")
    ] = None,
    rank: Annotated[
        int | None, typer.Option("--rank", min=1, max=10**5, help="Of low-rank updates.")
    ] = None,
    upcast: Annotated[
        bool,
        typer.Option("--upcast/--no-upcast", help="QLoRA: cast what is not quantised to 32 bits."),
    ] = True,
    examples: Annotated[
        str | None, typer.Option("--examples", metavar="N", help="Training examples, as 5k.")
    ] = None,
    epochs: Annotated[
        float | None,
        typer.Option("--epochs", min=0.001, max=10**6, help="Default: the method's recipe."),
    ] = None,
    settings: options.SettingsOption = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Closed form only: at once, and without torch.")
    ] = False,
    format_: options.OutputFormat = None,
    output: options.Output = None,
    offline: options.Offline = False,
    plain: options.Plain = False,
) -> None:
    """Memory, time, money and storage of every method, traced without weights or GPU.

    For example:

      advisor estimate ./Llama-3.1-8B --gpu "RTX 4090" --seq-len 2048 --checkpointing

      advisor estimate config.json --method lora --batch 8 --examples 20k --set price.per_hour=2

      advisor estimate ./bert --quick --format json
    """
    from advisor.app import estimate_methods as estimate_all
    from advisor.cli.output import deliver, estimate_report, say
    from advisor.estimate import Wishes
    from advisor.profilers import Request
    from advisor.report import record_of_estimate

    stated = list(settings or ())
    if examples is not None:
        stated.append(f"data.train_examples={examples}")
    wishes = Wishes(
        methods=tuple(method or ()), batch_size=batch, sequence_length=seq_len,
        mean_tokens=mean_len, target_length=target_len, precision=precision, optimizer=optimizer,
        head=head, checkpointing=checkpointing, accumulation=accumulation, padded=padded,
        use_cache=cache, virtual_tokens=virtual_tokens, rank=rank, upcast=upcast, epochs=epochs,
        quick=quick,
    )  # fmt: skip
    request = Request(settings=tuple(stated), models=(model,), gpu=gpu, gpus=gpus, offline=offline)
    found = estimate_all(request, wishes)
    say(found.notes if format_ is options.Format.JSON else ())
    deliver(estimate_report(record_of_estimate(found)), format_, output, plain=plain)
    if not found.feasible:
        raise typer.Exit(int(ExitCode.INFEASIBLE))
