"""Check an evidence table against its data dictionary, row by row and rows against each other."""

from __future__ import annotations

import csv
import datetime
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from advisor.catalogue.tables import load_table
from advisor.facts import load_vocabulary
from advisor.support import did_you_mean

TableRow: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TableRemark:
    """Something wrong in an evidence table; the line is that of the file, the header being 1."""

    line: int
    column: str
    text: str

    def __str__(self) -> str:
        column = f", {self.column}" if self.column else ""
        return f"line {self.line}{column}: {self.text}"


def check_table(text: str) -> list[TableRemark]:
    """Everything in which a table differs from the data dictionary, in the order of its lines.

    Args:
        text: the content of a CSV file in the form of evidence.csv.
    """
    dictionary = load_table("evidence.yaml")
    columns: Mapping[str, Mapping[str, Any]] = dictionary["columns"]
    reader = csv.DictReader(text.splitlines(), strict=True)
    try:
        remarks = list(_header(list(reader.fieldnames or ()), columns))
        if remarks:
            return remarks
        found = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        return [TableRemark(reader.line_num, "", f"this is no CSV: {error}")]
    rows: list[tuple[int, TableRow]] = []
    for line, raw in found:
        if None in raw or None in raw.values():
            remarks.append(TableRemark(line, "", f"the row needs {len(columns)} fields"))
        else:
            rows.append((line, stripped(raw)))
    for line, row in rows:
        remarks.extend(_row(line, row, dictionary))
    remarks.extend(_twice(rows, dictionary))
    remarks.extend(_disagreeing(rows, dictionary))
    if not any(row["primary"] == "1" for _, row in rows):
        remarks.append(
            TableRemark(1, "primary", "no row is independent, so the table says nothing")
        )
    return sorted(remarks, key=lambda remark: remark.line)


def stripped(row: Mapping[str, str]) -> dict[str, str]:
    """The row without blanks around its values."""
    return {name: value.strip() for name, value in row.items()}


def _header(found: list[str], columns: Mapping[str, Any]) -> Iterator[TableRemark]:
    for name in columns:
        if name not in found:
            yield TableRemark(1, name, "the column is missing")
    for name in found:
        if name not in columns:
            hint = did_you_mean(name, columns) or "docs/evidence.md lists the columns"
            yield TableRemark(1, name[:40], f"there is no such column; {hint}")
    if len(set(found)) < len(found):
        yield TableRemark(1, "", "a column stands twice")


def _row(line: int, row: TableRow, dictionary: Mapping[str, Any]) -> Iterator[TableRemark]:
    independent = row["primary"] == "1"
    for name, column in dictionary["columns"].items():
        value = row[name]
        needed = column["needed"] == "always" or (column["needed"] == "independent" and independent)
        if value:
            wrong = _wrong(value, column)
            if wrong:
                yield TableRemark(line, name, f"{value[:40]!r} {wrong}")
        elif needed:
            yield TableRemark(line, name, "the value is missing")
    if independent:
        for name, value in dictionary["independent"].items():
            if row[name] != value:
                yield TableRemark(line, name, f"an independent row has {value!r} here")


def _wrong(value: str, column: Mapping[str, Any]) -> str:
    """What is wrong with a value, empty if nothing is."""
    if column["type"] == "number":
        try:
            number = float(value)
        except ValueError:
            return "is no number"
        if not (math.isfinite(number) and column["low"] <= number <= column["high"]):
            return f"is not between {column['low']:g} and {column['high']:g}"
    if column["type"] == "date":
        return "" if _is_date(value) else "is no day such as 2026-11-23"
    choices = column.get("choices")
    if column["type"] == "fact":
        choices = load_vocabulary()[column["fact"]].choices
    if choices and value not in choices:
        return "is none of " + ", ".join(choices)
    return ""


def _is_date(value: str) -> bool:
    """Whether it is a day in the one form whose order as text is that of time."""
    try:
        return datetime.date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _twice(
    rows: Sequence[tuple[int, TableRow]], dictionary: Mapping[str, Any]
) -> Iterator[TableRemark]:
    first: dict[tuple[str | float, ...], int] = {}
    for line, row in rows:
        if row["primary"] != "1":
            continue
        key = tuple(_meant(row, name, dictionary) for name in dictionary["distinct"])
        if key in first:
            yield TableRemark(line, "primary", f"repeats the independent row in line {first[key]}")
        first.setdefault(key, line)


def _disagreeing(
    rows: Sequence[tuple[int, TableRow]], dictionary: Mapping[str, Any]
) -> Iterator[TableRemark]:
    first: dict[tuple[str | float, ...], tuple[int, str]] = {}
    for line, row in rows:
        setting = tuple(_meant(row, part, dictionary) for part in dictionary["setting"])
        for name in dictionary["shared"]:
            if not row[name]:
                continue
            earlier, stated = first.setdefault((name, *setting), (line, row[name]))
            if _meant(row, name, dictionary) != _meant({name: stated}, name, dictionary):
                yield TableRemark(line, name, f"is {stated} in line {earlier} of the same setting")


def _meant(row: TableRow, name: str, dictionary: Mapping[str, Any]) -> str | float:
    """The value to compare by: of a number what it is, however it is written."""
    if dictionary["columns"][name]["type"] == "number":
        try:
            return float(row[name])
        except ValueError:
            pass  # said already
    return row[name]
