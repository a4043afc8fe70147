"""Measure, train, measure again, save. Settings stand in config.yaml.

python train.py                  train with the rates of config.yaml
python train.py --search         find the rates on the development split first
python train.py --set KEY=VALUE  with another setting, such as train.learning_rate=0.001
"""

from __future__ import annotations

import json
import math
import os
import shutil
import sys
from typing import Any

# One device: a single process would spread batches over several without summing gradients right.
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "0")

import method
import transformers
from artefact import require_able, save
from best import Diverged
from data import Splits, answers_of, read_splits
from evaluation import final_score, forgotten
from models import load_base, load_tokenizer
from settings import FOLDER, command_line, model_of
from task import Task
from trainer import BestState, train
from tuning.scoring import majority

WORK = FOLDER / "work"


def main() -> None:
    """Go through all steps and write artefact/ and report.json."""
    flags = {"search": "search the rates of config.yaml by successive halving"}
    settings, arguments = command_line(__doc__, flags=flags)
    require_able(settings)
    splits = read_splits(settings)
    tokenizer = load_tokenizer(model_of(settings))
    task = Task.learn(settings, tokenizer, splits.train)
    sizes = {name: len(getattr(splits, name)) for name in ("train", "dev", "test")}
    report: dict[str, Any] = {"method": settings["method"], "examples": sizes}
    report["before"] = before(settings, task, splits, report)
    rates = (settings["train"]["learning_rate"], settings["train"]["head_rate"])
    steps = steps_of(settings, len(splits.train))
    if arguments.search:
        rates = search(settings, task, splits, steps)
    answering, best = trained(settings, task, splits, steps, rates)
    report["rates"] = {"learning_rate": rates[0], "head_rate": rates[1]}
    report["best"] = {"step": best.step, "of": steps, "dev": best.score, "dev_loss": best.loss}
    # What was trained is kept, whatever happens while it is judged.
    save(settings, task, tokenizer, FOLDER / "artefact", answering.learner)
    report["after"] = {
        "score": final_score(task, answering, splits.test, settings),
        "general_loss": forgotten(task, answering),
    }
    report["trained_parameters"] = sum(p.numel() for p in answering.learner.trained().values())
    (FOLDER / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    show(settings, report)


def before(settings: dict, task: Task, splits: Splits, report: dict) -> dict:
    """What is reached without training; chooses the best of the candidate prompts."""
    base = load_base(settings, task.outputs)
    answering = task.bind(base)
    base.model.eval()
    metric = settings["task"]["metric"]
    found = {"majority": majority(metric, *map(answers_of, (splits.train, splits.test)))}
    ranked = task.rank(
        answering, splits.dev[: settings["data"]["most_ranked"]], settings["prompts"]
    )
    report["prompts"] = [{"dev": points, "prompt": prompt} for points, prompt in ranked]
    if ranked:
        task.prompt = ranked[0][1]
    if settings["task"]["route"] != "head":  # a new head has to be trained before it can answer
        found["zero_shot"] = final_score(task, answering, splits.test, settings)
        found["general_loss"] = forgotten(task, answering)
    return found


def steps_of(settings: dict, rows: int) -> int:
    """Optimizer steps: the epochs, or more where there are few rows."""
    recipe = settings["train"]
    if recipe["max_steps"]:
        return recipe["max_steps"]
    batch = recipe["batch_size"] * recipe["accumulation"]
    return max(round(recipe["epochs"] * rows / batch), recipe["few_rows_steps"])


def trained(
    settings: dict, task: Task, splits: Splits, steps: int, rates: tuple[float, float]
) -> tuple[Any, BestState]:
    """A fresh base model, trained."""
    # The seed decides the new head, the adapter and the order of the rows.
    transformers.set_seed(settings["train"]["seed"])
    base = load_base(settings, task.outputs)
    try:
        tuned = method.wrap(settings, task, base)
    except ValueError as error:  # peft does not know the layers of every model
        raise SystemExit(f"{settings['method']} cannot be put on this model: {error}") from None
    answering = task.bind(tuned)
    try:
        best = train(
            task, answering, settings, splits=splits, steps=steps, rates=rates, folder=WORK
        )
    finally:
        shutil.rmtree(WORK, ignore_errors=True)
    return answering, best


def search(settings: dict, task: Task, splits: Splits, steps: int) -> tuple[float, float]:
    """The best pair of rates on the development split.

    Of k pairs each gets 1/k of the steps; the better half goes on, from the start, until one is
    left. Ties go to the lower loss.
    """
    pairs = [tuple(pair) for pair in settings["train"]["search"]]
    while len(pairs) > 1:
        found = []
        for pair in pairs:
            points, loss = tried(settings, task, splits, max(steps // len(pairs), 1), pair)
            print(f"search: rates {pair}: {points:.1f} points on the development split")
            found.append((-points, loss, pair))
        pairs = [pair for *_, pair in sorted(found)][: (len(pairs) + 1) // 2]
    return pairs[0]


def tried(
    settings: dict, task: Task, splits: Splits, steps: int, rates: tuple[float, float]
) -> tuple[float, float]:
    """Points and loss of a pair of rates; the model is let go of."""
    try:
        _, best = trained(settings, task, splits, steps, rates)
    except Diverged:
        return -math.inf, math.inf
    return best.score, best.loss


def show(settings: dict, report: dict) -> None:
    """The report as a few lines."""
    first, after = report["before"], report["after"]
    print(f"\n{settings['task']['metric']} in points on {report['examples']['test']} test examples")
    print(f"  most frequent answer  {first['majority']:6.1f}")
    if "zero_shot" in first:
        print(f"  before, zero-shot     {first['zero_shot']:6.1f}")
    print(f"  after                 {after['score']:6.1f}")
    if after["general_loss"] is not None:
        lost = after["general_loss"] - first["general_loss"]
        print(f"  loss on general text  {after['general_loss']:6.2f} ({lost:+.2f})")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("stopped; artefact/ holds the last training that came to its end", file=sys.stderr)
        sys.exit(130)
