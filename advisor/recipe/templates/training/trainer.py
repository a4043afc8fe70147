"""Training: a Trainer with a rate of its own for a new head, and the best state kept."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
import transformers
from evaluation import look
from models import Tuned, device_here


class TaskTrainer(transformers.Trainer):
    """Trains on the losses of a task and looks at the development split.

    Args:
        tuned: the model with its method.
        task: makes batches and losses.
        settings: of config.yaml.
        dev: development examples.
        rates: of everything but a new head, and of a new head.
        arguments: of the Trainer.
    """

    def __init__(
        self, tuned: Tuned, task: Any, settings: dict, *, dev: list, rates: tuple[float, float],
        **arguments: Any,
    ) -> None:  # fmt: skip
        super().__init__(
            model=tuned.model, data_collator=lambda items: task.collate(items, "cpu"), **arguments
        )
        self.tuned, self.task, self.settings = tuned, task, settings
        self.dev, self.rates = dev, rates
        # The losses below are means over examples, so accumulated batches have to be averaged.
        self.model_accepts_loss_kwargs = False

    def compute_loss(self, model: Any, inputs: dict, *_: Any, **__: Any) -> Any:
        """The mean loss of a batch. The model is called as its method needs it."""
        del model
        with self.accelerator.autocast():
            return self.task.losses(self.tuned, inputs).mean()

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Loss and points on the development split; a later state wins a tie."""
        self.tuned.model.eval()
        with self.accelerator.autocast():
            found = look(self.task, self.tuned, self.dev, self.settings)
        metrics = {"eval_loss": found.loss, "eval_score": found.score}
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, metrics
        )
        return metrics

    def create_optimizer(self, model: Any = None) -> Any:
        """Four groups: a new head has its own rate, and biases and norms do not decay."""
        del model
        kind, options = self.get_optimizer_cls_and_kwargs(self.args)
        groups: dict[tuple[bool, bool], list] = {}
        for name, parameter in self.tuned.trained().items():
            plain = parameter.ndim < 2 or name.endswith("bias")  # noqa: PLR2004 - vectors
            groups.setdefault((self.tuned.is_head(name), plain), []).append(parameter)
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


class BestState(transformers.TrainerCallback):
    """Keeps the state with the best development score, and stops where nothing gets better.

    The score counts, not the loss: the loss rises again long before the answers stop getting
    better. Looks that improve neither are counted; after ``patience`` of them training ends. The
    state is kept on disk in full precision, with all that is trained: what peft saves of P-tuning
    could not be trained on or put back.
    """

    def __init__(self, tuned: Tuned, folder: Path, patience: int) -> None:
        self.tuned, self.patience = tuned, patience
        self.file = folder / "best.safetensors"
        self.score, self.loss, self.step = -math.inf, math.inf, 0
        self.lowest, self.idle = math.inf, 0

    def on_evaluate(
        self, args: Any, state: Any, control: Any, metrics: dict[str, float], **_: Any
    ) -> Any:
        """Look at the newest metrics."""
        del args
        score, loss = metrics["eval_score"], metrics["eval_loss"]
        if not math.isfinite(loss):
            raise SystemExit(f"training diverged before step {state.global_step}: lower the rate")
        self.idle = 0 if score > self.score or loss < self.lowest else self.idle + 1
        self.lowest = min(self.lowest, loss)
        if score >= self.score:
            self.score, self.loss, self.step = score, loss, state.global_step
            kept = {name: p.detach().contiguous() for name, p in self.tuned.trained().items()}
            safetensors.torch.save_file(kept, self.file)
        control.should_training_stop |= self.idle >= self.patience
        return control

    def restore(self) -> None:
        """Put the best state back, and remove the file."""
        kept = safetensors.torch.load_file(self.file)
        with torch.no_grad():
            for name, parameter in self.tuned.trained().items():
                parameter.copy_(kept[name])
        self.file.unlink()


def optimizer_here(wanted: str) -> str:
    """The optimizer of the plan; those with 8-bit or paged states need a CUDA device."""
    return "adamw_torch" if "bit" in wanted and device_here() == "cpu" else wanted


def train(
    task: Any, tuned: Tuned, settings: dict, *, splits: Any, steps: int,
    rates: tuple[float, float], folder: Path,
) -> BestState:  # fmt: skip
    """Take optimizer steps and put the best state back.

    Args:
        task: as for the Trainer.
        tuned: as for the Trainer.
        settings: of config.yaml.
        splits: training and development examples.
        steps: at most.
        rates: of everything but a new head, and of a new head.
        folder: for what is written meanwhile.
    """
    recipe = settings["train"]
    folder.mkdir(parents=True, exist_ok=True)
    arguments = transformers.TrainingArguments(
        output_dir=str(folder),
        max_steps=steps,
        per_device_train_batch_size=recipe["batch_size"],
        gradient_accumulation_steps=recipe["accumulation"],
        learning_rate=rates[0],
        lr_scheduler_type="linear",
        warmup_steps=round(recipe["warmup_share"] * steps),
        weight_decay=recipe["weight_decay"],
        max_grad_norm=recipe["clip_norm"],
        optim=optimizer_here(recipe["optimizer"]),
        bf16=recipe["precision"] == "bf16_mixed" and device_here() == "cuda",
        use_cpu=device_here() == "cpu",
        seed=recipe["seed"],
        eval_strategy="steps",
        eval_steps=max(steps // recipe["looks"], 1),
        logging_steps=max(steps // recipe["looks"], 1),
        save_strategy="no",
        remove_unused_columns=False,
        dataloader_pin_memory=False,
        report_to="none",
        disable_tqdm=True,
    )
    best = BestState(tuned, folder, patience=max(round(recipe["patience"] * recipe["looks"]), 1))
    if hasattr(tuned.base.config, "use_cache"):
        tuned.base.config.use_cache = False  # training needs no cache, writing does
    trainer = TaskTrainer(
        tuned, task, settings, dev=splits.dev, rates=rates, args=arguments, callbacks=[best],
        train_dataset=[task.encode(example) for example in splits.train],
        eval_dataset=splits.dev,
    )  # fmt: skip
    trainer.train()
    if trainer.state.global_step % arguments.eval_steps:
        trainer.evaluate()  # the last steps
    best.restore()
    tuned.model.eval()
    if hasattr(tuned.base.config, "use_cache"):
        tuned.base.config.use_cache = True
    return best
