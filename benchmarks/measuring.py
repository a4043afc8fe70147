"""What the benchmarks share: statistics, versions, and dated results files."""

from __future__ import annotations

import datetime
import json
import os
import platform
import statistics
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

RESULTS = Path(__file__).parent / "results"


class Summary(NamedTuple):
    """Repeated measurements in short; the spread is the interquartile range."""

    n: int
    best: float
    median: float
    low: float
    high: float

    @property
    def spread(self) -> str:
        """The quartiles as text."""
        return f"{self.low:.3g} to {self.high:.3g}"


def summarise(values: Sequence[float]) -> Summary:
    """Best (least), median and quartiles of some measurements."""
    low = high = values[0]
    if len(values) > 1:
        low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return Summary(len(values), min(values), statistics.median(values), low, high)


def as_record(summary: Summary) -> dict[str, float]:
    """A summary for a results file, to four significant digits."""
    figures = summary._asdict()
    del figures["n"]
    return {"n": summary.n} | {key: float(f"{value:.4g}") for key, value in figures.items()}


def versions(names: Iterable[str]) -> dict[str, str | None]:
    """Installed versions of packages; None for one that is not installed."""
    return {name: _version(name) for name in names}


def machine() -> dict[str, str | int | None]:
    """What the figures were taken on, without anything that names the machine."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def revision() -> str:
    """The commit that was measured; a plus sign stands for changes on top of it."""
    git = ("git", "-C", str(Path(__file__).parent))
    try:
        commit = subprocess.run(
            [*git, "rev-parse", "--short", "HEAD"], check=True, capture_output=True, text=True
        ).stdout.strip()
        changes = subprocess.run(
            [*git, "status", "--porcelain", "../advisor", "../rules"],
            check=True, capture_output=True, text=True,
        ).stdout.strip()  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return ""
    return f"{commit}+" if changes else commit


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table that also reads well as plain text; numbers stand to the right."""
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    rule = ["-" * width if i == 0 else "-" * (width - 1) + ":" for i, width in enumerate(widths)]
    return "\n".join(_line(line, widths) for line in [lines[0], rule, *lines[1:]])


def write_results(name: str, record: Mapping[str, Any], text: str) -> list[Path]:
    """Write ``results/<name>-<date>.json`` and ``.md``; a later run of the day replaces it."""
    today = datetime.date.today().isoformat()
    RESULTS.mkdir(exist_ok=True)
    paths = [RESULTS / f"{name}-{today}{suffix}" for suffix in (".json", ".md")]
    content: dict[str, Any] = {"benchmark": name, "date": today, "revision": revision()}
    content |= {"machine": machine(), **record}
    paths[0].write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    paths[1].write_text(f"# {name}, {today}\n\n{text}\n", encoding="utf-8")
    return paths


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if "model name" in line]
    return names[0] if names else platform.machine()


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell.ljust(width) if i == 0 else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "| " + " | ".join(padded) + " |"
