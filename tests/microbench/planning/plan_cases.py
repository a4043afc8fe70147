"""Benches, probes and plans to test with; no model is behind them."""

from __future__ import annotations

from advisor.methods import load_methods
from advisor.microbench.planning.ladder import (
    Room,
    affordable_sizes,
    make_plan,
    sizes_for,
    whole_sizes,
)
from advisor.microbench.records import (
    Bench,
    Example,
    MethodProbe,
    Metric,
    Probe,
    Route,
    Splits,
    Task,
    TrialPrecision,
    TrialStatus,
)

BOTH = ("prompt_tuning", "full_fine_tuning")
FAST = {"prompt_tuning": 0.17, "full_fine_tuning": 0.30}
"""Seconds a step, as of a small encoder."""
SLOW = {"prompt_tuning": 1.0, "full_fine_tuning": 1.7}


def bench(route=Route.HEAD, train=300, dev=128, test=400):
    def examples(name, count):
        return tuple(Example(inputs=(f"{name} {i}",), target="ab"[i % 2]) for i in range(count))

    return Bench(
        model="model",
        task=Task(
            type="classification",
            architecture="encoder",
            route=route,
            metric=Metric.ACCURACY,
            labels=("a", "b"),
        ),
        splits=Splits(
            train=examples("train", train), dev=examples("dev", dev), test=examples("test", test)
        ),
        prompts=(),
        max_tokens=64,
    )


def probe(seconds=None, evaluation=0.006, failed=()):
    return Probe(
        precision=TrialPrecision.BF16,
        batch_size=16,
        max_tokens=64,
        methods={
            method: MethodProbe(
                status=TrialStatus.OUT_OF_MEMORY if method in failed else TrialStatus.FINISHED,
                message="it needs more than 2 GiB" if method in failed else "",
                seconds_per_step=step,
                evaluation_seconds=evaluation,
            )
            for method, step in (seconds or FAST).items()
        },
        token_lengths=(20, 40, 64),
    )


def plan(
    budget, *, seconds=None, route=Route.HEAD, failed=(), evaluation=0.006, architecture="encoder",
    **splits,
):  # fmt: skip
    of = bench(route, **splits)
    found = probe(seconds, evaluation, failed)
    room = Room(budget, budget - 20, 2)
    methods = [load_methods()[method].on(architecture) for method in found.methods]
    return make_plan(of, methods, found, room, affordable_sizes(whole_sizes(of), found, room))


__all__ = ["BOTH", "FAST", "SLOW", "bench", "plan", "probe", "sizes_for"]
