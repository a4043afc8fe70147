"""Training: a Trainer with the losses of the task and a rate of its own for a new head."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import transformers
from best import BestState, Looks, loop_settings
from tuning.rows import Answering


class TaskTrainer(Looks, transformers.Trainer):
    """Trains on the losses of a task and looks at the development split.

    Args:
        answering: the model with its method, which gives the losses.
        task: turns examples into rows.
        settings: of config.yaml.
        dev: development examples.
        rates: of everything but a new head, and of a new head.
        arguments: of the Trainer.
    """

    def __init__(
        self, answering: Answering, task: Any, settings: dict, *, dev: list,
        rates: tuple[float, float], **arguments: Any,
    ) -> None:  # fmt: skip
        super().__init__(
            model=answering.learner.model, data_collator=lambda rows: {"rows": rows}, **arguments
        )
        self.answering, self.task, self.settings = answering, task, settings
        self.dev, self.rates = dev, rates

    def compute_loss(self, model: Any, inputs: dict, *_: Any, **__: Any) -> Any:
        """The mean loss of a batch; without labels in it, accumulated ones are averaged."""
        del model
        with self.accelerator.autocast():
            return self.answering.losses(self.answering.collate(inputs["rows"])).mean()

    def create_optimizer(self, model: Any = None) -> Any:
        """Four groups: a new head has its own rate, and biases and norms do not decay."""
        del model
        kind, options = self.get_optimizer_cls_and_kwargs(self.args)
        groups: dict[tuple[bool, bool], list] = {}
        for name, parameter in self.answering.learner.trained().items():
            plain = parameter.ndim < 2 or name.endswith("bias")  # noqa: PLR2004 - vectors
            groups.setdefault((self.answering.learner.is_head(name), plain), []).append(parameter)
        rate, head_rate = self.rates
        listed = [
            {
                "params": parameters,
                "lr": head_rate if head else rate,
                "weight_decay": 0.0 if plain else self.args.weight_decay,
            }
            for (head, plain), parameters in groups.items()
        ]
        self.optimizer = kind(listed, **options)
        return self.optimizer


def train(
    task: Any, answering: Answering, settings: dict, *, splits: Any, steps: int,
    rates: tuple[float, float], folder: Path,
) -> BestState:  # fmt: skip
    """Take optimizer steps and put the best state back.

    Args:
        task: as for the Trainer.
        answering: as for the Trainer.
        settings: of config.yaml.
        splits: training and development examples.
        steps: at most.
        rates: of everything but a new head, and of a new head.
        folder: for what is written meanwhile.
    """
    folder.mkdir(parents=True, exist_ok=True)
    arguments = transformers.TrainingArguments(**loop_settings(settings, steps, rates[0], folder))
    best = BestState(answering.learner, folder, settings)
    trainer = TaskTrainer(
        answering, task, settings, dev=splits.dev, rates=rates, args=arguments, callbacks=[best],
        train_dataset=[task.encode(example) for example in splits.train],
        eval_dataset=splits.dev,
    )  # fmt: skip
    return trainer.best_state(best)
