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
from advisor.support.errors import did_you_mean

Row: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something wrong in an evidence table; the line is that of the file, the header being 1."""

    line: int
    column: str
    text: str

    def __str__(self) -> str:
        column = f", {self.column}" if self.column else ""
        return f"line {self.line}{column}: {self.text}"


def check_evidence(text: str) -> list[Remark]:
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
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        return [Remark(reader.line_num, "", f"this is no CSV: {error}")]
    for line, row in rows:
        if None in row or None in row.values():
            remarks.append(Remark(line, "", f"the row needs {len(columns)} fields"))
            continue
        remarks.extend(_row(line, row, dictionary))
    whole = [(line, row) for line, row in rows if None not in row and None not in row.values()]
    remarks.extend(_twice(whole, dictionary["distinct"]))
    remarks.extend(_disagreeing(whole, dictionary["setting"], dictionary["shared"]))
    if not rows:
        remarks.append(Remark(1, "", "the table has no rows"))
    return sorted(remarks, key=lambda remark: remark.line)


def _header(found: list[str], columns: Mapping[str, Any]) -> Iterator[Remark]:
    for name in columns:
        if name not in found:
            yield Remark(1, name, "the column is missing")
    for name in found:
        if name not in columns:
            hint = did_you_mean(name, columns) or "docs/evidence.md lists the columns"
            yield Remark(1, name[:40], f"there is no such column; {hint}")
    if len(set(found)) < len(found):
        yield Remark(1, "", "a column stands twice")


def _row(line: int, row: Row, dictionary: Mapping[str, Any]) -> Iterator[Remark]:
    independent = row["primary"] == "1"
    for name, column in dictionary["columns"].items():
        value = row[name].strip()
        needed = column["needed"] == "always" or (column["needed"] == "independent" and independent)
        if value:
            wrong = _wrong(value, column)
            if wrong:
                yield Remark(line, name, f"{value[:40]!r} {wrong}")
        elif needed:
            yield Remark(line, name, "the value is missing")
    if independent:
        for name, value in dictionary["independent"].items():
            if row[name] != value:
                yield Remark(line, name, f"an independent row has {value!r} here")


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
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _twice(rows: Sequence[tuple[int, Row]], distinct: list[str]) -> Iterator[Remark]:
    first: dict[tuple[str, ...], int] = {}
    for line, row in rows:
        if row["primary"] != "1":
            continue
        key = tuple(row[name].strip() for name in distinct)
        if key in first:
            yield Remark(line, "primary", f"repeats the independent row in line {first[key]}")
        first.setdefault(key, line)


def _disagreeing(
    rows: Sequence[tuple[int, Row]], setting: list[str], shared: list[str]
) -> Iterator[Remark]:
    first: dict[tuple[str, ...], tuple[int, str]] = {}
    for line, row in rows:
        for name in shared:
            value = row[name].strip()
            if not value:
                continue
            key = (name, *(row[part].strip() for part in setting))
            earlier, stated = first.setdefault(key, (line, value))
            if value != stated:
                yield Remark(line, name, f"is {stated} in line {earlier} of the same setting")
