"""``advisor doctor``: what the program can see of this machine, fit to paste into an issue."""

from __future__ import annotations

from typing import Annotated

import typer

from advisor.support import ExitCode


def doctor(
    network: Annotated[
        bool, typer.Option("--network", help="Also try to reach the model hub.")
    ] = False,
) -> None:
    """Check hardware, libraries and network, each by itself and timed.

    The output names no user, host or path, so it can be pasted into an issue.

    For example: advisor doctor --network
    """
    import advisor
    from advisor.profilers import run_checks

    checks = run_checks(network=network)
    typer.echo(f"advisor {advisor.__version__}")
    for check in checks:
        typer.echo(f"{check.status:<8} {check.name:<14} {check.text} ({check.seconds:.2f} s)")
    if any(check.status == "failed" for check in checks):
        raise typer.Exit(int(ExitCode.INTERNAL))
