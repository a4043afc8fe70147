"""The cost of `advisor rules check`, beyond that of starting a process, and of its parts.

Whole commands run as processes of their own, in turns; what counts is their user and system time.
The parts are timed in this process. An outcome is one sum over all rules at a point of facts, and
the answer that it comes down to.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from measuring import as_record, summarise, table, versions, write_results

from advisor.rules.checking import check_rules
from advisor.rules.checking.space import Space
from advisor.rules.loading import load_rules
from advisor.rules.rule import RuleBase
from advisor.verification.compiled import Compiled
from advisor.verification.search import Scenarios
from advisor.verification.verify import verify_rules

ROOT = Path(__file__).resolve().parent.parent
AIM_SECONDS = 1.0
_RUN = "from advisor.cli.main import run; run()"
_OUTCOMES = 2_000


def main() -> None:
    """Measure, print the table and write the results files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    authored, effective = load_rules(authored=True), load_rules()
    beyond = summarise([_child("rules", "check") - _child("--version") for _ in range(rounds)])
    parts = {
        "read the rule files, twice": lambda: (load_rules(authored=True), load_rules()),
        "checks of conditions and effects": lambda: check_rules(authored, effective),
        "facts on which rules decide, answers": lambda: verify_rules(effective),
    }
    times = {name: summarise([_seconds(run) for _ in range(rounds)]) for name, run in parts.items()}
    outcome = summarise([_outcome_seconds(effective) for _ in range(rounds)])
    found = verify_rules(effective)
    not_shown = sum("not shown" in remark.text for remark in found.remarks)
    met = "reached" if beyond.median < AIM_SECONDS else "MISSED"
    rows = [
        (name, f"{t.median:.3f}", t.spread)
        for name, t in {"whole command, beyond --version": beyond, **times}.items()
    ]
    text = "\n\n".join(
        [
            table(("Part", "median CPU seconds", "quartiles"), rows),
            f"One outcome: {outcome.median * 1e6:.1f} microseconds ({_OUTCOMES:,} points).",
            f"{len(effective.rules)} instances of rules: {len(found.decisive)} decide on facts "
            f"that are shown, {not_shown} are open; {len(found.reached)} of {found.answers} "
            f"answers are reached. The aim of {AIM_SECONDS:g} s is {met}.",
        ]
    )
    print(text)
    record = {
        "unit": "CPU seconds",
        "versions": versions(("tuning-advisor",)),
        "rules": len(effective.rules),
        "decisive": len(found.decisive),
        "not_shown": not_shown,
        "answers_reached": len(found.reached),
        "answers": found.answers,
        "beyond_process_start": {
            **as_record(beyond),
            "below": AIM_SECONDS,
            "met": met == "reached",
        },
        "parts": {name: as_record(t) for name, t in times.items()},
        "outcome": as_record(outcome),
    }
    for path in write_results("rules-check", record, text):
        print(f"wrote {path.relative_to(ROOT)}")


def _child(*words: str) -> float:
    """User and system time of one command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", _RUN, *words], check=True, capture_output=True, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def _outcome_seconds(base: RuleBase) -> float:
    compiled = Compiled(base, Space(base))
    scenarios = Scenarios(compiled)
    points = [point for _ in range(_OUTCOMES) if (point := scenarios.draw())]
    for point in points:  # the share of evidence that counts is looked up once for each cell
        compiled.outcome(compiled.sum(point).total, point)
    return _seconds(lambda: [compiled.outcome(compiled.sum(p).total, p) for p in points]) / len(
        points
    )


if __name__ == "__main__":
    main()
