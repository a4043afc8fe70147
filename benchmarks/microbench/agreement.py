"""Does a short micro-benchmark agree with the long reference, and what does it save?

``python benchmarks/microbench/agreement.py [CELL ...]`` runs the micro-benchmark on each cell
that has a reference (three minutes each), keeps what came out in ``measured/<cell>.json``, and
writes the results file from all that is there. ``--report`` only writes it.

What counts as right was written down before the first run: a winner is right if the reference's
difference has the same sign and exceeds the tolerance; ``equivalent`` is right if the reference's
95 % interval reaches into the tolerance. ``inconclusive`` is counted apart, and of these the ones
that were withheld, as a method had too few steps.

Whether the reference lies inside the interval takes it for the truth. As it is itself uncertain by
more than a point, it is also counted how often both differ by no more than a joint 95 % interval
allows; that was added after the first complete run.
"""

from __future__ import annotations

import json
import math
import resource
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cells import HERE, Cell, cells, files_of
from measuring import table, write_results

from advisor.app.confirm import Silent, Wish, confirm_advice
from advisor.profilers.request import DataFiles, Request
from advisor.report.part import plain

BUDGET = "3m"
MEASURED = HERE / "measured"
REFERENCES = HERE / "references"
_LARGE_POINTS = 3.0
_Z = 1.96


def main() -> None:
    """Run what is missing, then compare."""
    MEASURED.mkdir(exist_ok=True)
    wanted = [argument for argument in sys.argv[1:] if argument != "--report"]
    found = [cell for cell in cells(wanted) if (REFERENCES / f"{cell.id}.json").exists()]
    if "--report" not in sys.argv:
        for cell in found:
            if not (MEASURED / f"{cell.id}.json").exists():
                measure(cell)
    report()


def measure(cell: Cell) -> None:
    """Run the micro-benchmark on the files of a cell, as a user would."""
    train, test = files_of(cell)
    request = Request(models=(cell.model,), data=DataFiles(train, test), offline=True)
    before = _children_seconds()
    found = confirm_advice(request, Wish(budget=BUDGET), (), Silent())
    found.delivered()
    record = plain(found.record)
    kept = {
        key: record[key]
        for key in ("plan", "results", "difference", "outcome", "alarms", "wall_seconds")
    }
    kept["cpu_seconds"] = round(_children_seconds() - before, 1)
    kept["plan"].pop("task")
    text = json.dumps(kept, indent=1) + "\n"
    (MEASURED / f"{cell.id}.json").write_text(text, encoding="utf-8")
    print(f"{cell.id}: {record['outcome']}", flush=True)


def report() -> None:
    """Compare all that was measured with its reference."""
    rows, record = [], {}
    for cell in cells([]):
        measured, reference = _load(MEASURED, cell), _load(REFERENCES, cell)
        if measured is None or reference is None:
            continue
        entry = compared(measured, reference)
        record[cell.id] = entry
        rows.append(
            [
                cell.id,
                f"{entry['reference']:+.1f} ({_span(entry['reference_interval'])})",
                "-"
                if entry["points"] is None
                else f"{entry['points']:+.1f} ({_span(entry['interval'])})",
                entry["outcome"].replace("_", " "),
                {True: "yes", False: "NO", None: "open"}[entry["right"]],
                {True: "yes", False: "no", None: "-"}[entry["inside"]],
                f"{entry['saving']:.1f}",
            ]
        )
    columns = ["cell", "reference", "micro-benchmark", "outcome", "right", "inside", "CPU saved"]
    write_results("microbench", {"cells": record, **summary(record)}, _text(columns, rows, record))


def compared(measured: dict[str, Any], reference: dict[str, Any]) -> dict[str, Any]:
    """One cell: prompt tuning less full fine-tuning, here and there."""
    truth, found = reference["difference"], measured["difference"]
    points, interval = found.get("points"), found.get("interval_95")
    return {
        "reference": truth["points"],
        "reference_interval": truth["interval_95"],
        "points": points,
        "interval": interval,
        "outcome": measured["outcome"],
        "right": right(measured["outcome"], truth),
        "withheld": found["withheld"],
        "compatible": None if interval is None else _compatible(found, truth),
        "inside": None if interval is None else interval[0] <= truth["points"] <= interval[1],
        "cpu_seconds": measured["cpu_seconds"],
        "saving": sum(reference["step_seconds"].values()) / measured["cpu_seconds"],
    }


def _compatible(found: dict[str, Any], truth: dict[str, Any]) -> bool:
    joint = math.hypot(found["standard_error"], truth["standard_error"])
    return bool(abs(found["points"] - truth["points"]) <= _Z * joint)


def right(outcome: str, truth: dict[str, Any]) -> bool | None:
    """Whether an outcome agrees with the reference; None where it claims nothing."""
    tolerance, points = truth["tolerance"], truth["points"]
    if outcome == "prompt_tuning_better":
        return bool(points > tolerance)
    if outcome == "full_fine_tuning_better":
        return bool(points < -tolerance)
    if outcome == "equivalent":
        low, high = truth["interval_95"]
        return bool(low <= tolerance and high >= -tolerance)
    return None


def summary(record: dict[str, Any]) -> dict[str, Any]:
    """Shares over the cells, with Wilson intervals."""
    judged = [entry["right"] for entry in record.values() if entry["right"] is not None]
    inside = [entry["inside"] for entry in record.values() if entry["inside"] is not None]
    compatible = [e["compatible"] for e in record.values() if e["compatible"] is not None]
    open_of_all = [entry["right"] is None for entry in record.values()]
    large = [e for e in record.values() if abs(e["reference"]) > _LARGE_POINTS]
    open_ = [entry["right"] is None for entry in large]
    return {
        "right_of_conclusive": _share(judged),
        "inconclusive_of_all": _share(open_of_all),
        "withheld_of_all": _share([entry["withheld"] for entry in record.values()]),
        "inconclusive_of_large": _share(open_),
        "reference_inside_interval": _share(inside),
        "both_compatible": _share(compatible),
    }


def _share(hits: list[bool]) -> dict[str, Any]:
    """A share with its 95 % Wilson interval."""
    count, good = len(hits), sum(hits)
    if not count:
        return {"count": 0}
    share, z2 = good / count, _Z**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = _Z * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2)) / (1 + z2 / count)
    return {
        "count": count, "hits": good, "share": round(share, 3),
        "interval": [round(max(middle - half, 0.0), 3), round(min(middle + half, 1.0), 3)],
    }  # fmt: skip


def _text(columns: list[str], rows: list[list[str]], record: dict[str, Any]) -> str:
    lines = [table(columns, rows), ""]
    for name, share in summary(record).items():
        if share["count"]:
            low, high = share["interval"]
            lines.append(
                f"{name.replace('_', ' ')}: {share['hits']} of {share['count']} "
                f"({low:.0%} to {high:.0%})."
            )
    return "\n".join(lines)


def _load(folder: Path, cell: Cell) -> dict[str, Any] | None:
    path = folder / f"{cell.id}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _span(interval: list[float]) -> str:
    return f"{interval[0]:+.1f} to {interval[1]:+.1f}"


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
