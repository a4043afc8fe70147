"""The cost of coming through the door: CPU time of whole commands, from start to exit.

Each command runs as a process of its own, in turns with all others, and what counts is the user
and system time of that process. The unit is a script that only imports typer, rich and pydantic:
what any program with such a command line has to pay.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measuring import Summary, as_record, summarise, table, versions, write_results

ROOT = Path(__file__).resolve().parent.parent
BARE = "imports alone: typer, rich, pydantic"
HELP = "advisor --help"
TERMINAL = "advisor advise, on a terminal"
TARGETS = {HELP: 1.5, TERMINAL: 2.5}
MODEL = "examples/models/llama-3.1-8b"
FACTS = "examples/project.yaml"
OWN = ("tuning-advisor", "typer", "rich", "pydantic", "PyYAML")
PEERS = ("canifinetune", "vramcalc")
THEIR_SHARED = ("typer", "rich", "pydantic")
"""What canifinetune builds on as we do; its releases decide much of the start-up."""
_LEAST_REPEATS = 15
_VERSIONS = (
    "from importlib import metadata as m\n"
    "for name in {names!r}:\n"
    "    try: print(name, m.version(name))\n"
    "    except m.PackageNotFoundError: pass\n"
)


@dataclass(frozen=True, slots=True)
class Job:
    """One command; ``terminal`` gives it a pseudo-terminal to write on."""

    name: str
    command: tuple[str, ...]
    terminal: bool = False


@dataclass(frozen=True, slots=True)
class Peers:
    """The packages to compare with: where they run, which are there, and what is missing."""

    python: Path | None
    versions: Mapping[str, str]

    @property
    def missing(self) -> list[str]:
        """A sentence for each peer that cannot be measured."""
        if self.python is None:
            return [f"{name}: not measured, no --peers interpreter was given" for name in PEERS]
        absent = [name for name in PEERS if name not in self.versions]
        return [f"{name}: not measured, the --peers interpreter has none" for name in absent]


def main() -> None:
    """Measure, print the table and write the results files."""
    options = _options()
    peers = _find_peers(options.peers)
    with tempfile.TemporaryDirectory() as folder:
        jobs = [*_own_jobs(Path(folder)), *_peer_jobs(peers)]
        times = _measure(jobs, max(options.repeats, _LEAST_REPEATS))
    ratios = {name: summarise(_ratios(times[name], times[BARE])) for name in times}
    text = _report(times, ratios, peers)
    print(text)
    record = {
        "unit": "CPU seconds of the child, user and system; ratios are to the bare imports, "
        "each to the one of its own round",
        "versions": versions(OWN),
        "peer_versions": peers.versions,
        "missing": peers.missing,
        "targets": {name: _target(name, ratios[name]) for name in TARGETS},
        "jobs": {name: _entry(times[name], ratios[name]) for name in times},
    }
    for path in write_results("door", record, text):
        print(f"wrote {path.relative_to(ROOT)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, help="Python with canifinetune and vramcalc")
    parser.add_argument("--repeats", type=int, default=21, help="at least 15; default 21")
    return parser.parse_args()


def _own_jobs(folder: Path) -> list[Job]:
    script = folder / "imports.py"
    script.write_text("import typer, rich, pydantic\n", encoding="utf-8")
    advisor = _script(Path(sys.executable), "advisor")
    advise = (advisor, "advise", "--facts", FACTS)
    as_json = ("--format", "json", "-o", str(folder / "answer.json"))
    return [
        Job(BARE, (sys.executable, str(script))),
        Job(HELP, (advisor, "--help")),
        Job(TERMINAL, advise, terminal=True),
        Job("advisor advise, JSON to a file", (*advise, *as_json)),
        Job("advisor advise --model, JSON to a file", (*advise, "--model", MODEL, *as_json)),
    ]


def _peer_jobs(peers: Peers) -> list[Job]:
    jobs: list[Job] = []
    if peers.python is not None and "canifinetune" in peers.versions:
        program = _script(peers.python, "canifinetune")
        card = ("--gpu-vram-gb", "23.5", "--seq-len", "400", "--offline")
        estimate = (program, "estimate", "--model", MODEL, "--method", "lora", *card)
        jobs.append(Job("canifinetune --help", (program, "--help")))
        jobs.append(Job("canifinetune estimate, LoRA only", estimate, terminal=True))
    if peers.python is not None and "vramcalc" in peers.versions:
        program = _script(peers.python, "vramcalc")
        lora = ("--train", "--lora", "16", "--seq", "400", "--grad-checkpoint")
        jobs.append(Job("vramcalc --help", (program, "--help")))
        of_lora = (program, "estimate", MODEL, *lora)
        jobs.append(Job("vramcalc estimate, LoRA only", of_lora, terminal=True))
    return jobs


def _script(python: Path, name: str) -> str:
    """The program that stands beside an interpreter, or the one on the path."""
    beside = python.with_name(name)
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        raise SystemExit(f"{name} is not installed beside the interpreter that runs this")
    return found


def _find_peers(python: Path | None) -> Peers:
    if python is None:
        return Peers(None, {})
    script = _VERSIONS.format(names=PEERS + THEIR_SHARED)
    done = subprocess.run([python, "-c", script], check=True, capture_output=True, text=True)
    pairs = (line.split() for line in done.stdout.splitlines())
    return Peers(python.absolute(), dict(pairs))


def _measure(jobs: Sequence[Job], repeats: int) -> dict[str, list[float]]:
    """CPU seconds of every job, the jobs in turns; the first round only fills caches."""
    times: dict[str, list[float]] = {job.name: [] for job in jobs}
    for round_ in range(repeats + 1):
        for job in jobs:
            seconds = _cpu_seconds(job)
            if round_:
                times[job.name].append(seconds)
    return times


def _cpu_seconds(job: Job) -> float:
    """User and system time of one run, children included."""
    reader, writer = os.openpty() if job.terminal else (None, os.open(os.devnull, os.O_WRONLY))
    process = subprocess.Popen(
        job.command, cwd=ROOT, env=_environment(), stdin=subprocess.DEVNULL, stdout=writer,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(writer)
    drain = threading.Thread(target=_drain, args=(reader,))
    drain.start()
    assert process.stderr is not None
    with process.stderr as talk:
        said = talk.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    drain.join()
    if process.returncode:
        raise SystemExit(f"{job.name} failed with exit code {process.returncode}: {said.strip()}")
    return usage.ru_utime + usage.ru_stime


def _environment() -> dict[str, str]:
    """Ours, but with bytecode caches allowed and a terminal of fixed size."""
    environment = {key: value for key, value in os.environ.items() if "PYTHON" not in key}
    return environment | {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "50"}


def _drain(reader: int | None) -> None:
    """Read a pseudo-terminal until its writer is gone."""
    if reader is None:
        return
    try:
        while os.read(reader, 65536):
            pass
    except OSError:  # Linux says so when the last writer has closed
        pass
    os.close(reader)


def _ratios(own: Sequence[float], base: Sequence[float]) -> list[float]:
    return [mine / bare for mine, bare in zip(own, base, strict=True)]


def _target(name: str, ratio: Summary) -> dict[str, Any]:
    return {
        "at_most": TARGETS[name],
        "median": round(ratio.median, 3),
        "met": ratio.median <= TARGETS[name],
    }


def _entry(times: Sequence[float], ratio: Summary) -> dict[str, Any]:
    return {"cpu_seconds": as_record(summarise(times)), "ratio": as_record(ratio)}


def _report(
    times: Mapping[str, Sequence[float]], ratios: Mapping[str, Summary], peers: Peers
) -> str:
    head = ("Command", "n", "ratio, median", "quartiles", "best", "target", "")
    rows = [_row(name, ratio) for name, ratio in ratios.items()]
    bare = summarise(times[BARE])
    unit = f"1.00 is {bare.median:.3f} s of CPU time here ({bare.spread}); the rest are ratios."
    return "\n\n".join([unit, table(head, rows), *peers.missing])


def _row(name: str, ratio: Summary) -> tuple[str, ...]:
    figures = (str(ratio.n), f"{ratio.median:.2f}", ratio.spread, f"{ratio.best:.2f}")
    if name not in TARGETS:
        return (name, *figures, "", "")
    met = "pass" if ratio.median <= TARGETS[name] else "MISS"
    return (name, *figures, f"<= {TARGETS[name]}", met)


if __name__ == "__main__":
    main()
