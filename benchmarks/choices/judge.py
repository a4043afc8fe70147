"""Is the advice what people ended up with? Real choices from public threads, guides and papers.

Each line of choices.jsonl has the facts of a choice, what came out, and the methods that count as
right. Facts that the advisor does not know are left out, and said. Beside the advice stand the
better of the two sides, which was the answer before there was advice, and two constant answers.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from measuring import table, versions, write_results

import advisor
from advisor.facts import load_vocabulary
from advisor.methods import FULL, load_methods
from advisor.support import AdvisorError

ADVICE, SIDE, LORA = "the advice", "the better of the two sides", "always LoRA"


def main() -> None:
    """Judge all choices, and write the results."""
    lines = (Path(__file__).parent / "choices.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [judged(json.loads(line)) for line in lines]
    counts = [
        [name, *(f"{sum(row[name] in row['accept'] for row in some)} of {len(some)}"
                 for some in (rows, [row for row in rows if row["expressible"]]))]
        for name in (ADVICE, SIDE, LORA, "always full fine-tuning")
    ]  # fmt: skip
    text = "\n\n".join(
        [
            table(
                ["Answer", "right, of all", "right, where a method that there is counts"], counts
            ),
            table(
                ["Choice", "Advice", "Right", "Counts as right", "Facts left out"],
                [
                    [
                        row["id"],
                        str(row[ADVICE]),
                        "yes" if row[ADVICE] in row["accept"] else "no",
                        ", ".join(row["accept"]),
                        ", ".join(row["left out"]),
                    ]
                    for row in rows
                ],
            ),
        ]
    )
    print(text)
    record = {"versions": versions(()), "choices": rows}
    for path in write_results("choices", record, text):
        print(f"wrote {path.name}")


def judged(choice: Mapping[str, Any]) -> dict[str, Any]:
    """The answers to one choice."""
    vocabulary = load_vocabulary()
    known = {key: value for key, value in choice["facts"].items() if is_known(key, value)}
    left_out = [
        f"{key} {value}" if key in vocabulary else key
        for key, value in choice["facts"].items()
        if key not in known
    ]
    run = advisor.advise(known)
    side = run["variant"] if run["recommendation"] == "prompt_tuning" else run["recommendation"]
    methods = set(load_methods())
    return {
        "id": choice["id"],
        "accept": choice["accept"],
        "expressible": bool(methods & set(choice["accept"])),
        "left out": left_out,
        ADVICE: run["advice"]["method"],
        SIDE: side or ("few_shot_prompting" if run["status"] == "do_not_train" else None),
        LORA: "lora",
        "always full fine-tuning": FULL,
        "status": run["status"],
    }


def is_known(key: str, value: Any) -> bool:
    """Whether the advisor knows the fact, and this value of it."""
    try:
        advisor.advise({key: value})
    except AdvisorError:
        return False
    return True


if __name__ == "__main__":
    main()
