"""The report as neutral blocks, made from the record alone; the renderers only lay them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from advisor.facts import load_vocabulary
from advisor.methods import FEW_SHOT, FULL, SOFT_PROMPT, load_methods
from advisor.report.blocks import Bars, Block, Bullets, Heading, Paragraph, ReportSection, Table
from advisor.report.outlook_document import outlook_blocks
from advisor.report.run import (
    BoundsEntry,
    CandidatesRun,
    FactEntry,
    MissingEntry,
    ParityEntry,
    RankingEntry,
    ReasonEntry,
    RunFile,
)
from advisor.report.wording import (
    FITTED_WEIGHTS,
    method_name,
    near_text,
    parity_text,
    shown_value,
    side_name,
)
from advisor.support import capital

RUN_TITLE = "Prompt-tuning or full fine-tuning?"
_MOST_PAIRS = 8

_ANSWERS = {
    SOFT_PROMPT: "prompt-tuning",
    FULL: "full fine-tuning",
    "do_not_train": "not to train",
    "infeasible": "neither is feasible",
}


def blocks_of(record: RunFile) -> Iterator[Block]:
    """The whole report in reading order."""
    for section in RUN_SECTIONS:
        yield from section.blocks(record)


def verdict_blocks(record: RunFile) -> Iterator[Block]:
    """The advice, then the answer to the question between the two, and what stands beside it."""
    if record.advice:
        yield Heading("Advice")
        yield Paragraph(record.advice.sentence, strong=True)
        yield Heading("Prompt-tuning or full fine-tuning?")
        yield Paragraph(record.headline)
    else:
        yield Heading("Recommendation")
        yield Paragraph(record.headline, strong=True)
    if record.evidence:
        yield Paragraph(record.evidence.text)
    if record.alternative_reason:
        yield Paragraph(record.alternative_reason)


def outlook_section(record: RunFile) -> Iterator[Block]:
    """What is open, what would lift vetoes, and what would change the answer."""
    yield from open_question_blocks(record)
    yield from change_blocks(record)
    if record.outlook:
        yield from outlook_blocks(record.outlook)


def candidate_blocks(record: RunFile) -> Iterator[Block]:
    """Several base models side by side; the rest of the report is about the best of them."""
    if not isinstance(record, CandidatesRun):
        return
    yield Heading("Base models compared")
    yield Bullets(tuple(f"{e.model}: {e.headline}" for e in record.candidates))
    feasible = [pair for pair in record.pairs if pair.feasible is not False]
    yield Table(
        ("Model", "Method", "Score"),
        tuple(
            (pair.model, method_name(pair.method), f"{pair.score:+d}")
            for pair in feasible[:_MOST_PAIRS]
        ),
        right=(2,),
    )
    level = [p.model for p in feasible if p.score == feasible[0].score] if feasible else []
    tie = f" {', '.join(dict.fromkeys(level))} are level." if len(set(level)) > 1 else ""
    yield Paragraph(
        f"What follows is about {record.model}.{tie} Scores of different models differ only by "
        "how well their pre-training matches the task and by what their size allows; judge each by "
        "itself with a model.pretraining_match of its own, or measure zero-shot accuracy."
    )


def open_question_blocks(record: RunFile) -> Iterator[Block]:
    """Unknown facts that could turn the answer, and what they leave possible."""
    if record.missing:
        yield Heading("Unknown, and able to turn the answer")
        yield Bullets(tuple(_missing_line(entry) for entry in record.missing))
        yield from _reach(record.bounds)


def _reach(bounds: BoundsEntry | None) -> Iterator[Block]:
    """The answers that unknown facts leave possible; run files of early versions have none."""
    if bounds is None:
        return
    names = ", ".join(text for key, text in _ANSWERS.items() if key in bounds.reachable)
    proven = "" if bounds.exact else " Not all was gone through; some may be out of reach."
    yield Paragraph(f"Within reach: {names}.{proven}")


def _missing_line(entry: MissingEntry) -> str:
    question = f" {entry.question}" if entry.question else ""
    return f"{entry.fact}:{question} (read by {', '.join(_codes(entry.rules))})"


def _codes(labels: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(label.split("[")[0] for label in labels))


def change_blocks(record: RunFile) -> Iterator[Block]:
    """The changes that would lift vetoes, with the methods that each would open."""
    if record.nearest_changes:
        yield Heading("What would make it feasible")
        methods: dict[str, list[str]] = {}
        for entry in record.nearest_changes:
            methods.setdefault(entry.change, []).append(entry.method)
        yield Bullets(
            tuple(
                f"{capital(', '.join(load_methods()[m].name for m in named))}: {change}"
                for change, named in methods.items()
            )
        )


def why_blocks(record: RunFile) -> Iterator[Block]:
    """The evidence, rule by rule, and what was settled before it."""
    if record.reasons:
        yield Heading("Why")
    yield from veto_blocks(record)
    if record.compared:
        yield Paragraph(margin_text(record, record.compared))
        yield Bars(shares(record), unit="decibans")
    yield from sub_decision_blocks(record)


def veto_blocks(record: RunFile) -> Iterator[Block]:
    """The rules that rule out a side."""
    vetoes = [reason for reason in record.reasons if reason.effect is None]
    if vetoes:
        yield Bullets(tuple(f"Ruled out by {r.rule}: {_claim(r)}" for r in vetoes))


def margin_text(record: RunFile, compared: tuple[str, str]) -> str:
    """What the shares of the rules add up to, between the two methods compared."""
    first, second = (load_methods()[method].name for method in compared)
    return (
        f"{capital(first)} against {second}: {record.margin_decibans:+d} "
        f"decibans in all (10 decibans are odds of 10 to 1). Each rule's share:"
    )


def shares(record: RunFile) -> tuple[tuple[str, int, str], ...]:
    """Rule, decibans and claim of all that adds up to the margin."""
    return tuple((r.rule, r.effect, _claim(r)) for r in record.reasons if r.effect is not None)


def sub_decision_blocks(record: RunFile) -> Iterator[Block]:
    """What was settled before any method was scored."""
    yield Paragraph("Decided first, and read by the rules:")
    yield Table(
        ("Sub-decision", "Level", "Why"),
        tuple(
            (entry.name, entry.level or " or ".join(entry.possible), entry.why)
            for entry in record.sub_decisions.values()
        ),
    )


def _claim(reason: ReasonEntry) -> str:
    """A rule's claim, with the values that it was judged on and the mark of a house rule."""
    values = ", ".join(
        f"{key} {shown_value(key, value)}"
        for key, value in reason.facts.items()
        if not key.startswith("estimate.")
    )
    house = f" [house rules: {reason.house_rules}]" if reason.house_rules else ""
    return f"{reason.claim}{f' ({values})' if values else ''}{house}"


def ranking_blocks(record: RunFile) -> Iterator[Block]:
    """Every method with its score, probability and parity."""
    yield Heading("All methods")
    yield Table(
        ("Method", "Feasible", "Score", "Probability", "Parity", "Published results near"),
        tuple(_ranking_row(entry, record.parity) for entry in record.ranking),
        right=(2, 3, 4),
    )
    yield Paragraph(f"{parity_note(record)} Scores add up log-odds in decibans.")


def parity_note(record: RunFile) -> str:
    """What parity is, and what its figures rest on."""
    stated = record.facts.get("quality.tolerance_points")
    tolerance = stated.value if stated else None
    shown = "the tolerance"
    if isinstance(tolerance, (int, float)):
        shown = f"{tolerance:g} point" if tolerance == 1 else f"{tolerance:g} points"
    return (
        f"Parity is the probability that a method ends within {shown} of full fine-tuning, by "
        f"{_fitted_or_authored(record)}."
    )


def _fitted_or_authored(record: RunFile) -> str:
    fitted = [
        load_methods()[method].name
        for method, own in record.parity.items()
        if own.basis.startswith(FITTED_WEIGHTS)
    ]
    if not fitted:
        return "authored weights that are not calibrated"
    return (
        f"weights fitted to published comparisons for {', '.join(fitted)}, and authored otherwise"
    )


def _ranking_row(entry: RankingEntry, parity: Mapping[str, ParityEntry]) -> tuple[str, ...]:
    own = parity.get(entry.method)
    feasible = {True: "yes", False: "no", None: "not known"}[entry.feasible]
    probability = f"{entry.probability:.0%}" if entry.feasible is not False else "-"
    shown, near = ("-", "-") if own is None else (parity_text(own), near_text(own))
    return capital(entry.name), feasible, f"{entry.score:+d}", probability, shown, near


def why_not_blocks(record: RunFile) -> Iterator[Block]:
    """What speaks against each method that was not chosen."""
    yield Heading("Why not the others")
    yield Bullets(tuple(f"{capital(e.name)}: {e.text}" for e in record.why_not))


def belief_blocks(record: RunFile) -> Iterator[Block]:
    """Common beliefs that a rule examined here."""
    if record.beliefs:
        yield Heading("Commonly believed, and found")
        yield Bullets(
            tuple(f'"{entry.commonly}" {entry.found} ({entry.rule})' for entry in record.beliefs)
        )


def risk_blocks(record: RunFile) -> Iterator[Block]:
    """What can go wrong, and how to see it in time."""
    if record.risks:
        yield Heading("Risks, and how to watch them")
        yield Bullets(tuple(f"{r.risk} {r.watch} ({r.code})" for r in record.risks))


def how_to_blocks(record: RunFile) -> Iterator[Block]:
    """The steps of the advised method, and of the better of the two sides if that is another."""
    if not record.how_to:
        return
    yield Heading("How to do it")
    yield Bullets(tuple(record.how_to), numbered=True)
    if not (record.alternative and record.recommendation):
        return
    if record.advice:
        side = side_name(record.recommendation, record.variant)
        yield Paragraph(f"The same with the better of the two sides, {side}:")
    else:
        yield Paragraph(
            f"The same with {method_name(record.alternative)}, which serves better here:"
        )
    yield Bullets(tuple(record.how_to_alternative), numbered=True)


def cost_blocks(record: RunFile) -> Iterator[Block]:
    """Memory, time, cost and storage of every method."""
    facts = record.facts
    rows = []
    for entry in record.ranking:
        prefix = f"estimate.{entry.method}."
        if f"{prefix}memory_gib" in facts:
            columns = ("memory_gib", "memory_optimistic_gib", "hours", "cost", "storage_gib")
            nothing = "-" if entry.method == FEW_SHOT else "not known"
            cells = (_shown(facts, prefix + column, nothing) for column in columns)
            rows.append((capital(entry.name), *cells))
    if rows:
        yield Heading("Memory, time and cost")
        yield Table(
            ("Method", "Memory a device", "At the least", "Time", "Cost", "Storage, all tasks"),
            tuple(rows),
            right=(1, 2, 3, 4, 5),
        )
        yield Paragraph(
            "For a plain run, in closed form unless the detail of a fact says that it was traced; "
            "`advisor estimate` breaks it down and plans. A method is ruled out only if even the "
            "least does not fit."
        )


def fact_blocks(record: RunFile) -> Iterator[Block]:
    """Every fact with its source; what was assumed; what contradicts."""
    yield Heading("Facts, and where they come from")
    vocabulary = load_vocabulary()
    yield Table(
        ("Fact", "Value", "Source", "Detail"),
        tuple(
            (key, _shown(record.facts, key), entry.source.replace("_", " "), entry.detail)
            for key, entry in record.facts.items()
            if key in vocabulary and not key.startswith("estimate.")
        ),
    )
    fragile = [e.fact for e in record.assumptions if e.could_change_the_answer]
    if fragile:
        yield Paragraph("Assumed, and able to change the answer if wrong: " + ", ".join(fragile))
    for conflict in record.conflicts:
        others = "; ".join(
            f"{shown_value(conflict.fact, o.value)} ({o.source}: {o.detail})"
            for o in conflict.others
        )
        used = conflict.used
        yield Paragraph(
            f"Conflict on {conflict.fact}: used {shown_value(conflict.fact, used.value)} "
            f"({used.source}), but also {others}"
        )


def _shown(facts: Mapping[str, FactEntry], key: str, otherwise: str = "not known") -> str:
    return shown_value(key, facts[key].value) if key in facts else otherwise


RUN_SECTIONS: tuple[ReportSection[RunFile], ...] = (
    ReportSection("verdict", verdict_blocks),
    ReportSection("models", candidate_blocks),
    ReportSection("changes", outlook_section),
    ReportSection("memory"),
    ReportSection("waterfall", why_blocks),
    ReportSection("parity", ranking_blocks),
    ReportSection("map"),
    ReportSection("why-not", why_not_blocks),
    ReportSection("beliefs", belief_blocks),
    ReportSection("risks", risk_blocks),
    ReportSection("how-to", how_to_blocks),
    ReportSection("costs", cost_blocks),
    ReportSection("facts", fact_blocks),
    ReportSection("reproduce"),
)
"""The sections of a run in reading order, which terminal, Markdown and page follow."""
