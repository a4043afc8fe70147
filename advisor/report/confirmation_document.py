"""A micro-benchmark as neutral blocks, made from its record alone."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.facts import GIB
from advisor.report.blocks import Block, Bullets, Heading, Paragraph, ReportSection, Table
from advisor.report.document import blocks_of
from advisor.report.measured import (
    ComparedDifference,
    MeasuredRun,
    MethodResult,
    MethodSteps,
    PlanEntry,
    PlannedRun,
)
from advisor.report.wording import duration, method_name

CONFIRMATION_TITLE = "Confirmed by a micro-benchmark?"
_LEAST_P = 0.001
_SIZES = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))
_METRICS = {
    "accuracy": "accuracy in points",
    "exact_match": "exact matches in points",
    "final_number": "right final numbers in points",
    "rouge_l": "ROUGE-L in points",
    "pearson": "Pearson correlation times 100",
}


def confirmation_blocks(record: PlannedRun) -> Iterator[Block]:
    """What was measured and what it means, then the advice that follows from it."""
    if not isinstance(record, MeasuredRun):
        yield from dry_run_blocks(record)
        return
    for section in MEASURED_SECTIONS:
        yield from section.blocks(record)
    yield from blocks_of(record)


def outcome_blocks(record: MeasuredRun) -> Iterator[Block]:
    """What the measurement does to the advice, and the differences that it found."""
    yield Heading("What the micro-benchmark found")
    yield Paragraph(record.agreement.sentence, strong=True)
    yield Paragraph(record.difference.sentence)
    if record.complete is False:
        yield Paragraph(
            "The run ended before its plan did, and this is what was known by then. A larger "
            "--budget brings the rest; after an interruption, --resume does."
        )
    yield from _others(record)


def dry_run_blocks(record: PlannedRun) -> Iterator[Block]:
    """The plan, where nothing was trained."""
    plan = record.plan
    yield Heading("Plan of a micro-benchmark; nothing was trained")
    yield Paragraph(
        f"About {duration(plan.expected_seconds)} of {duration(plan.budget_seconds)}.",
        strong=True,
    )
    yield _plan_table(plan)
    yield Bullets(tuple(_setting(record)))


def _plan_table(plan: PlanEntry) -> Table:
    rows = tuple(
        (
            method_name(method),
            ", ".join(_rate(*pair) for pair in own.pairs),
            str(own.steps),
            f"{own.seconds_per_step:.2f} s",
        )
        for method, own in plan.methods.items()
    )
    return Table(("Method", "Rates to search", "Steps", "A step"), rows, right=(2, 3))


def _others(record: MeasuredRun) -> Iterator[Block]:
    """The comparisons of further methods, and what limits all of them."""
    first = record.difference.sentence
    said = [e.sentence for e in record.differences.values() if e.sentence != first]
    notes = [
        e.note for e in record.differences.values() if isinstance(e, ComparedDifference) and e.note
    ]
    if said or notes:
        yield Bullets((*said, *dict.fromkeys(notes)))


def alarm_blocks(record: MeasuredRun) -> Iterator[Block]:
    """What makes the figures mean less than they seem to."""
    if record.alarms:
        yield Heading("Alarms")
        yield Bullets(tuple(alarm.sentence for alarm in record.alarms))


def score_blocks(record: MeasuredRun) -> Iterator[Block]:
    """The scores that count, and what they are."""
    yield Heading("Scores on the test split")
    yield _scores(record)
    yield Paragraph(_scores_note(record))


def _scores(record: MeasuredRun) -> Table:
    rows = [
        (
            method_name(method),
            _points(result.score),
            _interval(result.interval),
            _chosen(result),
            _step(result.seconds_per_step),
            _memory(result.peak_memory_bytes),
            _size(result.artefact_bytes),
        )
        for method, result in record.results.items()
    ]
    if (baselines := record.baselines) is not None:
        rows_of_head = baselines.head_only_rows
        named = {
            "most frequent answer": baselines.majority,
            "zero-shot": baselines.zero_shot,
            f"head only ({rows_of_head:,} examples)" if rows_of_head else "head only": (
                baselines.head_only
            ),
        }
        rows += [
            (name, _points(score), "", "", "", "", "")
            for name, score in named.items()
            if score is not None
        ]
    columns = ("Method", "Score", "95 % interval", "Rates", "A step", "Memory", "To keep")
    return Table(columns, tuple(rows), right=(1, 2, 4, 5, 6))


def _scores_note(record: MeasuredRun) -> str:
    plan = record.plan
    metric = _METRICS[plan.task.metric]
    failed = [
        f"{method_name(method)}: {entry.status.replace('_', ' ')} ({entry.message})"
        for method, result in record.results.items()
        for entry in result.failed[:1]
    ]
    text = f"Scores are {metric}, on {plan.test_size} examples that no choice has seen."
    difference = record.difference
    if isinstance(difference, ComparedDifference) and difference.mcnemar_p is not None:
        chance = difference.mcnemar_p
        p = "below 0.001" if chance < _LEAST_P else f"= {chance:.3f}"
        one_each = max(difference.seeds) == 1
        test = "McNemar's exact test" if one_each else "The exact sign test over these examples"
        text += (
            f" {test} of prompt tuning and full fine-tuning: p {p}; it speaks of these trained "
            "models, while the interval knows that other seeds give others."
        )
    note = record.baselines.note if record.baselines else ""
    said = [f"Baselines: {note}."] if note else []
    return " ".join([text, *(f"Without a score: {line}." for line in failed), *said])


def curve_blocks(record: MeasuredRun) -> Iterator[Block]:
    """Scores by training size, and what they let expect; nothing with a single size."""
    curve = record.curve
    if len({entry.train_size for entry in curve.scores}) < 2:  # noqa: PLR2004 - no curve
        return
    yield Heading("Learning curve")
    rows = tuple(
        (
            method_name(entry.score.method),
            f"{entry.train_size:,}",
            _points(entry.score.score),
            _interval(entry.score.interval),
        )
        for entry in curve.scores
    )
    yield Table(("Method", "Examples", "Score", "95 % interval"), rows, right=(1, 2, 3))
    line = curve.line_difference
    said = [curve.crossing_note, curve.note]
    if line is not None:
        said.insert(
            0,
            f"On all {curve.full_size:,} examples {method_name(curve.method_a).lower()} less "
            f"{method_name(curve.method_b).lower()} is expected at "
            f"{line.full_points:+.1f} points "
            f"({line.full_interval[0]:+.1f} to {line.full_interval[1]:+.1f}).",
        )
    yield Bullets(tuple(filter(None, said)))


def prediction_blocks(record: MeasuredRun) -> Iterator[Block]:
    """What was expected before the first trial, and what came."""
    yield Heading("Predicted and measured")
    yield _predictions(record)
    yield Paragraph(_seal(record))


def _predictions(record: MeasuredRun) -> Table:
    agreement = record.agreement
    rows = []
    for method, memory in agreement.memory.items():
        # Rounded once, so that it is the figure of the table of scores.
        measured = _memory(record.results[method].peak_memory_bytes) or "did not fit"
        predicted = _gib(memory.predicted_gib)
        rows.append((f"{method_name(method)}, peak memory", predicted, measured))
    for method, step in agreement.seconds_per_step.items():
        rows.append((f"{method_name(method)}, a step", _step(step.predicted), _step(step.measured)))
    for method, parity in agreement.parity.items():
        predicted = "" if parity.predicted is None else f"{parity.predicted:.0%} likely"
        within = {True: "yes", False: "no", None: "open"}[parity.within_tolerance]
        rows.append((f"{method_name(method)}, within the tolerance", predicted, within))
    return Table(("What", "Predicted", "Measured"), tuple(rows), right=(1, 2))


def _seal(record: MeasuredRun) -> str:
    intact = "is intact" if record.agreement.seal_intact else "HAS BEEN CHANGED since"
    return (
        "The prediction was written down before the first trial; its seal "
        f"({record.prediction.sha256[:12]}) {intact}."
    )


def setting_blocks(record: MeasuredRun) -> Iterator[Block]:
    """How it was measured."""
    yield Heading("How it was measured")
    yield Bullets(tuple(_setting(record)))


def _setting(record: PlannedRun) -> Iterator[str]:
    plan = record.plan
    seeds = "1 seed" if plan.seeds == 1 else f"{plan.seeds} seeds"
    if plan.spare_seeds:
        seeds += f" (up to {plan.seeds + plan.spare_seeds} while time is left)"
    pairs = max((len(own.pairs) for own in plan.methods.values()), default=0)
    route = plan.task.route.replace("_", " ")
    trials = f"{_searched(pairs)}, then {seeds} of it" if pairs else "no method can be trained here"
    yield (
        f"{plan.train_size} examples to train on, {plan.dev_size} to choose by, "
        f"{plan.test_size} to judge by; {trials}."
    )
    yield (
        f"Route: {route}. Batch {plan.batch_size}, {plan.precision}, at most "
        f"{plan.max_tokens} tokens, {plan.virtual_tokens} virtual tokens, on "
        f"{plan.device}, {plan.slots} side by side{_limit(plan)}."
    )
    yield from _cut(plan)
    yield from _unmeasured(plan)
    for method, own in plan.methods.items():
        yield f"{method_name(method)}: {_steps(own)} a final run, {own.looks} looks."
    for method, why in plan.left_out.items():
        yield f"{method_name(method)} was left out: {why}"
    if plan.dropped:
        yield "What the budget holds: " + "; ".join(plan.dropped) + "."


def _steps(own: MethodSteps) -> str:
    # Files written before 2026-11-29 do not tell the recipe's steps.
    if own.recipe_steps is None:
        return f"{own.steps} steps"
    share = own.steps / own.recipe_steps
    return f"{own.steps} steps, {share:.0%} of its recipe,"


def _limit(plan: PlanEntry) -> str:
    """What each trial could hold; on an accelerator its own memory is what counts."""
    if plan.memory_limit is None or plan.device != "cpu":
        return ""
    return f", each with at most {_gib(plan.memory_limit / GIB)} beside the model they share"


def _cut(plan: PlanEntry) -> Iterator[str]:
    """Whether inputs or answers had to be shortened, for the budget or the positions."""
    _, usual, longest = plan.token_lengths
    most = plan.max_tokens if plan.room is None else min(plan.max_tokens, plan.room)
    if longest > most:
        yield (
            f"Inputs were cut to {most} tokens: 95 % have at most {usual}, the longest {longest:,}."
        )
    _, usual, longest = plan.answer_lengths
    if longest > (most := plan.max_new_tokens):
        yield (
            f"Answers were cut to {most} tokens, in training and in writing, which scores the rest "
            f"as missing: 95 % have at most {usual}, the longest {longest:,}."
        )


def _unmeasured(plan: PlanEntry) -> Iterator[str]:
    """What the route does not let be measured."""
    task = plan.task
    if task.route == "text" or (task.route == "label_words" and not task.labels):
        yield "There is no head-only score: what is written, or chosen by its letter, is no label."
    if task.route != "head":
        return
    if task.labels:
        yield (
            "Without zero-shot scores prompts are not ranked, and the first one starts the soft "
            "prompts."
        )
    yield "Over-adaptation is not measured: a model with a new head writes no text."


def _searched(pairs: int) -> str:
    if pairs == 1:
        return "the most promising learning rate of each method, without a search"
    return f"the best of {pairs} learning rates of each method by successive halving"


def _rate(body: float, head: float | None) -> str:
    return f"{body:g}" if head is None else f"{body:g} (head {head:g})"


def _chosen(result: MethodResult) -> str:
    rate = result.learning_rate
    return "" if rate is None else _rate(rate, result.head_rate)


def _points(score: float | None) -> str:
    return "-" if score is None else f"{score:.1f}"


def _interval(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f"{interval[0]:.1f} to {interval[1]:.1f}"


def _step(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.3f} s"


def _memory(size: int | None) -> str:
    return "" if size is None else _gib(size / GIB)


def _gib(size: float | None) -> str:
    return "" if size is None else f"{size:.2f} GiB"


def _size(size: int | None) -> str:
    if size is None:
        return ""
    for unit, scale in _SIZES:
        if size >= scale:
            return f"{size / scale:.3g} {unit}"
    return f"{size} bytes"


MEASURED_SECTIONS: tuple[ReportSection[MeasuredRun], ...] = (
    ReportSection("outcome", outcome_blocks),
    ReportSection("alarms", alarm_blocks),
    ReportSection("scores", score_blocks),
    ReportSection("curve", curve_blocks),
    ReportSection("predicted", prediction_blocks),
    ReportSection("measured", setting_blocks),
)
"""What a micro-benchmark puts before the sections of its run; alarms stand before figures."""
