"""Find the best prompt, with and without examples in it. Settings stand in config.yaml.

python choose.py
"""

from __future__ import annotations

import itertools
import json
import random
from typing import Any

from artefact import require_able, save
from data import Example, Splits, answers_of, read_splits
from evaluation import final_score
from models import load_base, load_tokenizer
from prompts import demonstration
from settings import FOLDER, command_line, model_of
from task import Task
from tuning.rows import Answering
from tuning.scoring import majority


def main() -> None:
    """Rank the prompts, add examples, judge the best once, save it."""
    settings, _ = command_line(__doc__)
    require_able(settings)
    splits = read_splits(settings)
    tokenizer = load_tokenizer(model_of(settings))
    task = Task.learn(settings, tokenizer, splits.train)
    base = load_base(settings, task.outputs)
    base.model.eval()
    answering = task.bind(base)
    dev = splits.dev[: settings["data"]["most_ranked"]]
    ranked = task.rank(answering, dev, settings["prompts"])
    task.prompt = ranked[0][1]
    zero_shot = final_score(task, answering, splits.test, settings)
    tried = with_examples(settings, task, answering, splits, ranked[0][0])
    metric = settings["task"]["metric"]
    report: dict[str, Any] = {
        "method": settings["method"],
        "prompts": [{"dev": points, "prompt": prompt} for points, prompt in ranked],
        "examples_in_prompt": [{"dev": points, "count": count} for points, count in tried],
        "majority": majority(metric, *map(answers_of, (splits.train, splits.test))),
        "zero_shot": zero_shot,
        "score": final_score(task, answering, splits.test, settings),
        "prompt_tokens": len(task.encode(splits.test[0]).sequences[0]),
    }
    save(settings, task, tokenizer, FOLDER / "artefact")
    (FOLDER / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(f"{metric} in points on {len(splits.test)} test examples")
    for name in ("majority", "zero_shot", "score"):
        print(f"  {name:10} {report[name]:6.1f}")


def with_examples(
    settings: dict, task: Task, answering: Answering, splits: Splits, without: float
) -> list[tuple[float, int]]:
    """Points by the number of examples in the prompt; the best number stays in the task.

    Numbers that do not fit into the model's positions are left out.
    """
    dev = splits.dev[: settings["data"]["most_ranked"]]
    tried, best, kept = [(without, 0)], without, ""
    for count in settings["few_shot"]["counts"]:
        shots = chosen(splits.train, count, settings["data"]["seed"])
        shown = [(example, task.shown_answer(example)) for example in shots]
        lead = demonstration(task.prompt, shown, getattr(task, "words", ()))
        tokens = len(task.encoder.unmarked(lead)) + settings["train"]["max_tokens"]
        if task.encoder.room is not None and tokens > task.encoder.room:
            break
        task.shots = lead
        points = final_score(task, answering, dev, settings)
        tried.append((points, count))
        if points > best:
            best, kept = points, lead
    task.shots = kept
    return tried


def chosen(train: list[Example], count: int, seed: int) -> list[Example]:
    """Training examples, drawn so that the labels take turns."""
    groups: dict[str, list[Example]] = {}
    for example in random.Random(seed).sample(train, len(train)):
        groups.setdefault(example.target, []).append(example)
    turns = itertools.zip_longest(*groups.values())
    return [example for turn in turns for example in turn if example is not None][:count]


if __name__ == "__main__":
    main()
