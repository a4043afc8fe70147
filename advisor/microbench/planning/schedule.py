"""Which trials are due: successive halving of the rates, then the seeds, then the curve.

A pure function of the plan and the results so far, so that a run can be stopped at any moment, and
the same results lead to the same trials.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.microbench.planning.plan import MethodPlan, TrialPlan
from advisor.microbench.records import Purpose, Trial, TrialResult

RatePair = tuple[float, float | None]
Results = Mapping[str, TrialResult]


def rungs(method: MethodPlan) -> list[tuple[int, int]]:
    """How many pairs each rung of the search runs, and for how many steps each.

    Half of the pairs go on, until one is left, and k of them get 1/k of a final run's steps each.
    None gets less than the search's least: where that makes two rungs the same length, the second
    would only repeat the first, and is left out.
    """
    found: dict[int, int] = {}
    count = len(method.pairs)
    while count > 1:
        steps = min(max(method.steps // count, method.search_steps), method.steps)
        found.setdefault(steps, count)
        count //= 2
    return [(count, steps) for steps, count in found.items()]


def due(plan: TrialPlan, results: Results) -> list[Trial]:
    """All trials that can run now and have no result, search before finals before the curve."""
    trials = [trial for id_ in plan.methods for trial in _stages(plan, id_, results)]
    order = list(Purpose)
    trials.sort(key=lambda trial: order.index(trial.purpose))
    return [trial for trial in trials if trial.id not in results]


def winner(plan: TrialPlan, method: str, results: Results) -> RatePair | None:
    """The pair that the search has chosen; None while it is open, or if none could be trained."""
    *_, (pairs, _) = _search(plan, method, plan.methods[method], results)
    return pairs[0] if len(pairs) == 1 else None


def untrainable(plan: TrialPlan, method: str, results: Results) -> bool:
    """Whether the search has ended without a pair that could be trained."""
    *_, (pairs, _) = _search(plan, method, plan.methods[method], results)
    return not pairs


def finals(plan: TrialPlan, method: str, results: Results) -> list[Trial]:
    """The final runs of a method, on the whole training split; none while the search is open.

    Those of spare seeds are among them once they have a result.
    """
    planned = [_final(plan, method, seed, results) for seed in range(1, plan.seeds + 1)]
    further = [_final(plan, method, seed, results) for seed in _spare_seeds(plan)]
    ended = [trial for trial in further if trial and trial.id in results]
    return [*filter(None, planned), *ended]


def spare(plan: TrialPlan, results: Results) -> list[Trial]:
    """The final runs of the next spare seed, if there is one and every method can be trained.

    Nothing of what was found decides whether they run, so that they bias no comparison; the time
    that is left does.
    """
    for seed in _spare_seeds(plan):
        trials = [_final(plan, method, seed, results) for method in plan.methods]
        open_ = [trial for trial in trials if trial and trial.id not in results]
        if None in trials or open_:
            return [] if None in trials else open_
    return []


def curve(plan: TrialPlan, method: str, results: Results) -> list[Trial]:
    """The runs on the smaller train sizes, with the seeds of the final ones."""
    pair = winner(plan, method, results)
    if pair is None:
        return []
    steps = plan.methods[method].curve_steps
    return [
        _trial(plan, method, Purpose.CURVE, pair, seed, size, count)
        for size, count in zip(plan.curve_sizes, steps, strict=True)
        for seed in range(1, plan.seeds + 1)
    ]


def search(plan: TrialPlan, method: str, results: Results) -> list[Trial]:
    """The search runs that are known so far."""
    stages = _search(plan, method, plan.methods[method], results)
    return [trial for _, trials in stages for trial in trials]


def _spare_seeds(plan: TrialPlan) -> range:
    return range(plan.seeds + 1, plan.seeds + plan.spare_seeds + 1)


def _final(plan: TrialPlan, method: str, seed: int, results: Results) -> Trial | None:
    pair, steps = winner(plan, method, results), plan.methods[method].steps
    if pair is None:
        return None
    return _trial(plan, method, Purpose.FINAL, pair, seed, plan.train_size, steps)


def _stages(plan: TrialPlan, id_: str, results: Results) -> Iterator[Trial]:
    for _, trials in _search(plan, id_, plan.methods[id_], results):
        yield from trials
    yield from finals(plan, id_, results)
    yield from curve(plan, id_, results)


def _search(
    plan: TrialPlan, id_: str, method: MethodPlan, results: Results
) -> Iterator[tuple[tuple[RatePair, ...], list[Trial]]]:
    """The rungs as far as results lead, as the pairs in them and their trials.

    The last one holds the chosen pair and no trial, once there is one.
    """
    pairs, ladder = method.pairs, rungs(method)
    for place, (_, steps) in enumerate(ladder):
        kept = ladder[place + 1][0] if place + 1 < len(ladder) else 1
        trials = [
            _trial(plan, id_, Purpose.SEARCH, pair, 0, plan.train_size, steps) for pair in pairs
        ]
        yield pairs, trials
        if any(trial.id not in results for trial in trials):
            return
        usable = [
            (pair, results[trial.id])
            for pair, trial in zip(pairs, trials, strict=True)
            if results[trial.id].status.usable
        ]
        # A tie goes to the pair that stands earlier, which is the better guess.
        usable.sort(key=lambda found: quality(found[1]), reverse=True)
        pairs = tuple(pair for pair, _ in usable[:kept])
        if len(pairs) <= 1:
            break
    yield pairs, []


def quality(result: TrialResult) -> tuple[float, float]:
    """What a search run is judged by: development score, then the lowest development loss."""
    score = result.dev_score if result.dev_score is not None else float("-inf")
    return score, -min((point.dev_loss for point in result.curve), default=float("inf"))


def _trial(
    plan: TrialPlan,
    method: str,
    purpose: Purpose,
    pair: RatePair,
    seed: int,
    size: int,
    steps: int,
) -> Trial:
    own = plan.methods[method]
    rate, head_rate = pair
    looks = max(round(own.looks * steps / own.steps), 1)
    head = "" if head_rate is None else f"-h{head_rate:g}"
    return Trial(
        id=f"{method}-{purpose.value}-r{rate:g}{head}-n{size}-t{steps}-s{seed}",
        purpose=purpose,
        method=method,
        learning_rate=rate,
        head_rate=head_rate,
        seed=seed,
        train_size=size,
        steps=steps,
        dev_every=-(-steps // looks),
        patience=max(round(own.patience * looks), 1),
        test=purpose is not Purpose.SEARCH,
        dev_size=plan.dev_size,
        test_size=plan.test_size,
        prompt=plan.prompt,
    )
