"""What room the nodes of a cluster have for jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from advisor.support import AdvisorError, ExitCode


@dataclass(frozen=True)
class Node:
    """A machine of the cluster, the jobs that it can run side by side, and its bytes for them."""

    id: str
    slots: int
    memory: int


def nodes_with_room(listed: Sequence[Mapping[str, Any]], *, cpus: int, gpus: int) -> list[Node]:
    """The nodes that can run a job, whether others use them at the moment or not.

    Args:
        listed: all nodes, as Ray lists them.
        cpus: that a job takes.
        gpus: that a job takes.

    Raises:
        AdvisorError: if there is none.
    """
    found = []
    for each in listed:
        has = each["Resources"] if each["Alive"] else {}
        slots = int(has.get("CPU", 0)) // cpus
        if gpus:
            slots = min(slots, int(has.get("GPU", 0)) // gpus)
        if slots:
            found.append(Node(each["NodeID"], slots, int(has.get("memory", 0))))
    if not found:
        raise AdvisorError(
            f"no node of the cluster has {'a GPU and a CPU' if gpus else 'a CPU'} for a trial",
            where="--executor ray",
            hint="ray status shows what the cluster has",
            exit_code=ExitCode.MICROBENCH_FAILED,
        )
    return found


def largest_share(nodes: Sequence[Node], slots: int) -> int:
    """The most bytes for each job with which so many of them still fit side by side."""
    shares = {each.memory // jobs for each in nodes for jobs in range(1, each.slots + 1)} - {0}
    fitting = (
        share
        for share in shares
        if sum(min(each.slots, each.memory // share) for each in nodes) >= slots
    )
    return max(fitting, default=0)


def require_memory(nodes: Sequence[Node], memory: int) -> None:
    """Refuse a job that no node can hold: Ray would wait for such a node for ever.

    Raises:
        AdvisorError: if the job needs more than the largest node has.
    """
    most = max(each.memory for each in nodes)
    if memory > most:
        raise AdvisorError(
            f"no node of the cluster has {memory / 2**30:.1f} GiB for a trial; "
            f"the largest has {most / 2**30:.1f} GiB for tasks",
            where="--memory",
            hint="ask for less, or start the nodes with more: ray start --memory BYTES",
            exit_code=ExitCode.MICROBENCH_FAILED,
        )


def shortage(free: Mapping[str, float], wanted: Mapping[str, float]) -> str:
    """What a job takes beside what a cluster has free; empty if that suffices.

    Args:
        free: what all nodes together have, as Ray lists it.
        wanted: what the job takes, as options of a task of Ray.
    """
    names = {"CPU": "num_cpus", "GPU": "num_gpus", "memory": "memory"}
    takes = {name: wanted[option] for name, option in names.items() if wanted.get(option)}
    has = {name: free.get(name, 0) for name in takes}
    if all(has[name] >= amount for name, amount in takes.items()):
        return ""
    return f"a trial takes {_amounts(takes)}; {_amounts(has)} free"


def _amounts(resources: Mapping[str, float]) -> str:
    gib = {"memory": (2**30, "GiB")}
    amounts = ((*gib.get(name, (1, name)), amount) for name, amount in resources.items())
    return ", ".join(f"{amount / size:.3g} {unit}" for size, unit, amount in amounts)
