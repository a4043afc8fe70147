"""Published results of soft prompts and full fine-tuning of the same model on the same task."""

from __future__ import annotations

import csv
import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from advisor.catalogue.evidence_check import check_table, stripped
from advisor.catalogue.tables import load_table
from advisor.facts import Value
from advisor.methods import load_methods
from advisor.support import AdvisorError, package_folder, read_text

_ARCHITECTURES = {"enc-dec": "encoder_decoder"}
_MAX_TABLE = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Published:
    """One published comparison; ``gap`` is full fine-tuning minus the method, in points."""

    study: str
    table: str
    model: str
    architecture: str
    parameters: float
    task: str
    task_type: str
    train_examples: float
    variant: str
    gap: float
    gap_lora: float | None
    added: str

    @property
    def unseen(self) -> bool:
        """Whether the row entered the table after the weights of the rules were authored."""
        return self.added > str(load_table("calibration.yaml")["authored_until"])

    @property
    def method(self) -> str:
        """The id of the method that the row speaks for."""
        return _spoken_for().get(self.variant, self.variant)

    @property
    def transferred(self) -> bool:
        """Whether the soft prompt started from one that was trained on other tasks."""
        return self.variant in (own.evidence.get("transferred") for own in load_methods().values())

    def gap_of(self, method: str) -> float | None:
        """The gap of a method that the row speaks for; one may have a column of its own."""
        return self.gap_lora if method == _in_a_column() else self.gap


@functools.cache
def load_evidence() -> tuple[Published, ...]:
    """The independent rows (``primary`` = 1) of evidence.csv."""
    return _independent(table_text(None))


def table_text(path: Path | None) -> str:
    """The text of a table of yours, or of evidence.csv.

    Raises:
        AdvisorError: if the file cannot be read.
    """
    if path is None:
        return (package_folder() / "catalogue" / "evidence.csv").read_text(encoding="utf-8")
    return read_text(path, what="evidence table", max_bytes=_MAX_TABLE)


def read_evidence(path: Path) -> tuple[Published, ...]:
    """The independent rows of a table of your own in the form of evidence.csv.

    Raises:
        AdvisorError: if the file cannot be read, or differs from the data dictionary.
    """
    text = table_text(path)
    remarks = check_table(text)
    if remarks:
        raise AdvisorError(
            str(remarks[0]),
            where=str(path),
            hint="advisor evidence check lists all that is wrong",
        )
    return _independent(text)


def _independent(text: str) -> tuple[Published, ...]:
    names, *rows = csv.reader(text.splitlines())
    primary = names.index("primary")
    # Every answer waits for this, so rows that do not count are left out first.
    counted = (row for row in rows if row and row[primary].strip() == "1")
    return tuple(_published(stripped(dict(zip(names, row, strict=True)))) for row in counted)


def _published(row: dict[str, str]) -> Published:
    sign = 1.0 if row["higher_is_better"] == "yes" else -1.0
    full = float(row["score_full_ft"])
    lora = row["score_lora"]
    return Published(
        study=row["paper_key"],
        table=f"{row['venue_or_arxiv']}, {row['table_ref']}",
        model=row["model"],
        architecture=_ARCHITECTURES.get(row["model_family"], row["model_family"]),
        task=row["task"],
        parameters=float(row["params"]),
        task_type=row["task_type"],
        train_examples=float(row["n_train"]),
        variant=row["pt_variant"],
        gap=sign * (full - float(row["score_prompt_tuning"])),
        gap_lora=sign * (full - float(lora)) if lora else None,
        added=row["added"],
    )


@dataclass(frozen=True, slots=True)
class PublishedComparison:
    """One method against full fine-tuning in one published setting.

    Attributes:
        row: the row that it stands in.
        method: the method's id; LoRA is reported beside soft prompts.
        gap: points by which the method ended below full fine-tuning.
    """

    row: Published
    method: str
    gap: float

    @property
    def facts(self) -> dict[str, Value]:
        """What a user would have known of the setting; a source prompt is only at hand if used."""
        return {
            "model.parameters": self.row.parameters,
            "model.architecture": self.row.architecture,
            "data.train_examples": self.row.train_examples,
            "task.type": self.row.task_type,
            "prompt.transfer_available": self.row.transferred,
        }


def comparisons(rows: Sequence[Published]) -> list[PublishedComparison]:
    """Every comparison in the rows; a LoRA figure that several rows repeat counts once."""
    found = []
    settings = set()
    for row in rows:
        found.append(PublishedComparison(row, row.method, row.gap))
        setting = (row.study, row.model, row.task, row.train_examples, row.gap_lora)
        if row.gap_lora is not None and setting not in settings:
            settings.add(setting)
            found.append(PublishedComparison(row, _in_a_column(), row.gap_lora))
    return found


def rows_near(
    method: str,
    *,
    parameters: float,
    train_examples: float,
    transferred: bool,
    decades: float,
) -> list[Published]:
    """Rows on ``method`` whose model and data size lie within ``decades`` factors of ten.

    Args:
        method: a method id.
        parameters: the project's model size.
        train_examples: the project's number of training examples.
        transferred: whether a transferred soft prompt is at hand; only such rows count then.
        decades: the radius of the neighbourhood, in powers of ten on both axes.
    """
    rows = rows_on(method, transferred=transferred)
    return [row for row in rows if _within(row, parameters, train_examples, decades)]


@functools.cache
def rows_on(method: str, *, transferred: bool) -> tuple[Published, ...]:
    """All rows on ``method``; with ``transferred`` those of transferred soft prompts alone."""
    if method == _in_a_column():
        return tuple(one.row for one in comparisons(load_evidence()) if one.method == method)
    evidence = load_methods()[method].evidence
    variants = evidence.get("variants", ())
    if transferred and "transferred" in evidence:
        variants = (evidence["transferred"],)
    return tuple(row for row in load_evidence() if row.variant in variants)


@functools.cache
def _spoken_for() -> dict[str, str]:
    """The method of each variant: of those that it speaks for, the one that it is named for."""
    found = {}
    for id_, method in load_methods().items():
        for variant in (
            *method.evidence.get("variants", ())[:1],
            method.evidence.get("transferred"),
        ):
            found[variant] = id_
    return found


def _in_a_column() -> str:
    """The method that the table reports beside the others, in a column of its own (LoRA)."""
    return next(id_ for id_, method in load_methods().items() if "column" in method.evidence)


def _within(row: Published, parameters: float, train_examples: float, decades: float) -> bool:
    return (
        decades_apart(row.parameters, parameters) <= decades
        and decades_apart(row.train_examples, train_examples) <= decades
    )


def decades_apart(left: float, right: float) -> float:
    """The distance of two numbers in powers of ten; what is below one counts as one."""
    return abs(math.log10(max(left, 1.0) / max(right, 1.0)))
