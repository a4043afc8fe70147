"""Training by TRL: its SFTTrainer goes on with a prompt, and only the answer counts.

A label is the token of its word, and the loss is over all words; the answers at a look are those
of the labels alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from best import BestState, Looks, loop_settings
from datasets import Dataset
from trl import SFTConfig, SFTTrainer
from tuning.rows import Answering


class TaskTrainer(Looks, SFTTrainer):
    """Looks at the development split by the score of the task.

    Args:
        answering: the model with its method.
        task: knows the score.
        settings: of config.yaml.
        dev: development examples.
        arguments: of the SFTTrainer.
    """

    def __init__(
        self, answering: Answering, task: Any, settings: dict, dev: list, **arguments: Any
    ) -> None:
        super().__init__(model=answering.learner.model, **arguments)
        self.answering, self.task, self.settings, self.dev = answering, task, settings, dev


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
        rates: of the training; the second one is for new heads, which there are none of.
        folder: for what is written meanwhile.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = [task.continued(example) for example in splits.train]
    arguments = SFTConfig(
        **loop_settings(settings, steps, rates[0], folder),
        max_length=None,  # the task has cut the inputs, and keeps the prompt's end
        gradient_checkpointing=settings["train"]["checkpointing"],
        gradient_checkpointing_kwargs={"use_reentrant": False},
    )
    best = BestState(answering.learner, folder, settings)
    trainer = TaskTrainer(
        answering, task, settings, splits.dev, args=arguments, callbacks=[best],
        processing_class=task.tokenizer,
        train_dataset=Dataset.from_list(rows),
        # Never read: a look goes by the examples themselves.
        eval_dataset=Dataset.from_list(rows[:1]),
    )  # fmt: skip
    return trainer.best_state(best)
