"""One method trained twice on the same batches: by a project's own files, and by the worker."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch

from advisor.microbench.preparing.checks import sorted_labels
from advisor.microbench.preparing.templates import parse_label_template, parse_template
from advisor.microbench.records import (
    Bench,
    Example,
    Metric,
    Prompt,
    Purpose,
    Route,
    Splits,
    Task,
    Trial,
)
from advisor.microbench.worker import evaluation, training, trial
from advisor.microbench.worker.workbench import load_workbench
from advisor.tuning.wording import said_labels

# So many that one step warms up (a share of 0.06 or 0.1), and that rates fall behind it.
STEPS = 9
LOOKS = 3
RATES = (0.01, 0.02)
ROUTES = {"head": Route.HEAD, "words": Route.LABEL_WORDS, "text": Route.TEXT}


@dataclass
class Side:
    """What one side has come to.

    Attributes:
        start: what is trained, by name, before the first step.
        losses: of the batch of each step.
        looks: losses on the development split.
        points: on the development split, at each look.
        numbers: how many are trained.
        outcomes: of the test rows: right or wrong, or the number that is answered.
        answers: to the test rows: labels in their order, or pairs of the target and what is
            written, sorted.
        general: the loss on general text; empty with a head.
    """

    start: dict[str, Any] = field(default_factory=dict)
    losses: list[float] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)
    points: list[float] = field(default_factory=list)
    numbers: int = 0
    outcomes: list[float] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    general: list[float] = field(default_factory=list)

    def begin(self, parameters: Any) -> None:
        """Keep what is trained as it is now."""
        self.start = {name: parameter.detach().clone() for name, parameter in parameters}

    def watched(self, losses: Any) -> Any:
        """The function of a batch's losses, which keeps their mean.

        Dropout is drawn as the number of the step decides, whatever was drawn before.
        """

        def kept(*words: Any) -> Any:
            torch.manual_seed(len(self.losses))
            found = losses(*words)
            self.losses.append(float(found.detach().mean()))
            return found

        return kept


def by_the_project(settings: dict) -> tuple[Side, Any, list[list[int]]]:
    """Train by the files of the project in whose folder this is called, as its train.py does.

    Returns:
        what came of it, the project's splits, and the places of the training rows of each step.
    """
    import best
    import train as command
    from data import read_splits
    from evaluation import forgotten
    from models import load_tokenizer
    from task import Task as TaskOfProject
    from tuning.scoring import outcome

    side, batches, encoded = Side(), [], []
    splits = read_splits(settings)
    task = TaskOfProject.learn(settings, load_tokenizer(settings["model"]), splits.train)
    if settings["prompts"]:
        task.prompt = settings["prompts"][0]
    encode, train, look = task.encode, command.train, best.look

    def encoding(example: Any) -> Any:
        encoded.append(encode(example))
        return encoded[-1]

    def training_watched(task: Any, answering: Any, *words: Any, **more: Any) -> Any:
        side.begin(answering.learner.trained().items())
        side.numbers = sum(p.numel() for p in answering.learner.trained().values())
        collate = answering.collate

        def collating(rows: list[Any]) -> Any:
            numbered = {id(row): place for place, row in enumerate(encoded)}
            places = [numbered[id(row)] for row in rows]
            if max(places) < len(splits.train):  # those are encoded first, others for looks
                batches.append(places)
            return collate(rows)

        task.encode, answering.collate = encoding, collating
        answering.losses = side.watched(answering.losses)
        return train(task, answering, *words, **more)

    def looking(*words: Any) -> Any:
        found = look(*words)
        side.looks.append(found.loss)
        side.points.append(found.score)
        return found

    command.train, best.look = training_watched, looking
    answering, _ = command.trained(settings, task, splits, STEPS, RATES)
    targets = [example.target for example in splits.test]
    found = task.answers(answering, splits.test, 4 * settings["train"]["batch_size"])
    side.outcomes = [outcome(task.metric, a, t) for a, t in zip(found, targets, strict=True)]
    if settings["task"]["route"] == "text":
        side.answers = sorted(zip(targets, found, strict=True))
    elif labels_of(settings, splits):
        side.answers = found
    loss = forgotten(task, answering)
    side.general = [] if loss is None else [loss]
    return side, splits, batches[:STEPS]


def by_the_worker(
    settings: dict, splits: Any, batches: list[list[int]], general: tuple[str, ...]
) -> Side:
    """Train by a trial of the micro-benchmark, on the same rows in the same batches."""
    side, written = Side(), []
    equip, outcome = trial.equip, evaluation.outcome

    def equipped(*words: Any) -> Any:
        learner = equip(*words)
        side.begin(learner.trained().items())
        return learner

    def liked(metric: Metric, answer: str, target: str) -> float:
        written.append((target, answer.strip()))
        return outcome(metric, answer, target)

    class Watched(training.Trainer):
        def __init__(self, *words: Any) -> None:
            super().__init__(*words)
            self.answering.losses = side.watched(self.answering.losses)

    trial.equip, trial.Trainer, evaluation.outcome = equipped, Watched, liked
    training.training_batches = lambda rows, *_: iter([[rows[p] for p in b] for b in batches])
    workbench = load_workbench(bench_of(settings, splits, general))
    found = trial.run_trial(workbench, trial_of(settings, splits), lambda _: None)
    side.looks = [point.dev_loss for point in found.curve]
    side.points = [point.dev_score for point in found.curve]
    side.numbers = found.trainable_parameters
    side.outcomes = list(found.test)
    # Development and training rows are answered before those of the test.
    side.answers = list(found.predicted) or sorted(written[-len(splits.test) :])
    side.general = [] if found.general_loss is None else [found.general_loss]
    return side


def labels_of(settings: dict, splits: Any) -> tuple[str, ...]:
    """The labels as the micro-benchmark orders them; none of choices, numbers and texts."""
    labelled = settings["task"]["type"] in ("classification", "nli_pair")
    return sorted_labels({example.target for example in splits.train}) if labelled else ()


def bench_of(settings: dict, splits: Any, general: tuple[str, ...]) -> Bench:
    """The project's task, rows and prompt as a micro-benchmark has them."""
    task, recipe = settings["task"], settings["train"]
    rows = {
        name: tuple(
            Example(inputs=e.inputs, target=e.target, choices=e.choices)
            for e in getattr(splits, name)
        )
        for name in ("train", "dev", "test")
    }
    return Bench(
        model=settings["model"],
        task=Task(
            type=task["type"],
            architecture=task["architecture"],
            route=ROUTES[task["route"]],
            metric=Metric(task["metric"]),
            labels=labels_of(settings, splits),
        ),
        splits=Splits(**rows),
        prompts=(prompt_of(settings, labels_of(settings, splits)),),
        general=general,
        max_tokens=recipe["max_tokens"],
        max_new_tokens=recipe["max_new_tokens"],
        batch_size=recipe["batch_size"],
        virtual_tokens=settings["adapter"].get("virtual_tokens", 0),
    )


def prompt_of(settings: dict, labels: tuple[str, ...]) -> Prompt:
    """The first prompt of the project, as the micro-benchmark reads it."""
    task = settings["task"]
    words = {**said_labels(labels), **task.get("label_words", {})}
    if not settings["prompts"]:
        return Prompt()
    template = settings["prompts"][0]
    if task["route"] == "head":
        return parse_label_template(template, words) if words else Prompt()
    choices = task["type"] == "multiple_choice"
    return parse_template(template, words, pair=settings["data"]["pair"], choices=choices)


def trial_of(settings: dict, splits: Any) -> Trial:
    """A trial with the settings of the project's training."""
    return Trial(
        id="one",
        purpose=Purpose.FINAL,
        method=settings["method"],
        learning_rate=RATES[0],
        head_rate=RATES[1],
        seed=settings["train"]["seed"],
        train_size=len(splits.train),
        steps=STEPS,
        dev_every=STEPS // LOOKS,
        patience=LOOKS,
        test=True,
    )
