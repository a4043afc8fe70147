"""What training loops share: the best state, early stopping, and the loop's settings."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
import transformers
from evaluation import look
from models import device_here
from tuning.learner import Learner


class Diverged(SystemExit):
    """The loss is no number any more; a search goes on with its other rates."""


class BestState(transformers.TrainerCallback):
    """Keeps the state with the best development score, and stops where nothing gets better.

    The score counts, not the loss: the loss rises again long before the answers stop getting
    better. Training ends after ``patience``, a share of the steps, that improves neither. The state
    is kept on disk as it is, with all that is trained: what peft saves of P-tuning could not be put
    back.
    """

    def __init__(self, tuned: Learner, folder: Path, settings: dict) -> None:
        self.tuned = tuned
        self.patience = settings["train"]["patience"]
        self.file = folder / "best.safetensors"
        self.score, self.loss, self.step = -math.inf, math.inf, 0
        self.lowest, self.improved = math.inf, 0

    def on_evaluate(
        self, args: Any, state: Any, control: Any, metrics: dict[str, float], **_: Any
    ) -> Any:
        """Look at the newest metrics."""
        del args
        score, loss = metrics["eval_score"], metrics["eval_loss"]
        if not math.isfinite(loss):
            raise Diverged(f"training diverged before step {state.global_step}: lower the rate")
        if score > self.score or loss < self.lowest:
            self.improved = state.global_step
        self.lowest = min(self.lowest, loss)
        if score >= self.score:
            self.score, self.loss, self.step = score, loss, state.global_step
            kept = {name: p.detach().contiguous() for name, p in self.tuned.trained().items()}
            safetensors.torch.save_file(kept, self.file)
        idle = state.global_step - self.improved
        control.should_training_stop |= idle >= self.patience * state.max_steps
        return control

    def restore(self) -> None:
        """Put the best state back, and remove the file."""
        kept = safetensors.torch.load_file(self.file)
        with torch.no_grad():
            for name, parameter in self.tuned.trained().items():
                parameter.copy_(kept[name])
        self.file.unlink()
        self.tuned.model.eval()
        self._use_cache(True)

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Training needs no cache of keys and values; writing does."""
        del args, state, control
        self._use_cache(False)

    def _use_cache(self, used: bool) -> None:
        if hasattr(self.tuned.base.config, "use_cache"):
            self.tuned.base.config.use_cache = used


class Looks:
    """What a Trainer does at a look and at its end, whichever library it is of.

    It has the attributes `answering`, `task`, `settings` and `dev` (development examples).
    """

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Loss and points on the development split; a later state wins a tie."""
        self.answering.learner.model.eval()
        with self.accelerator.autocast():
            found = look(self.task, self.answering, self.dev, self.settings)
        metrics = {"eval_loss": found.loss, "eval_score": found.score}
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, metrics
        )
        self.answering.learner.model.train()
        return metrics

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
        """Rates that rise over the warm-up and fall to nothing after the last step.

        The library's own begin at nothing, and the first batch would be lost.
        """
        warmup = self.args.get_warmup_steps(num_training_steps)
        self.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(
            optimizer or self.optimizer,
            lambda done: share_of_rate(done, num_training_steps, warmup),
        )
        return self.lr_scheduler

    def best_state(self, best: BestState) -> BestState:
        """Train to the end and put the best state back."""
        self.train()
        if self.state.global_step % self.args.eval_steps:
            self.evaluate()  # the last steps
        best.restore()
        return best


def share_of_rate(done: int, steps: int, warmup: int) -> float:
    """Which part of the peak rate counts behind so many steps."""
    if done < warmup:
        return (done + 1) / (warmup + 1)
    return (steps - done) / max(steps - warmup, 1)


def loop_settings(settings: dict, steps: int, rate: float, folder: Path) -> dict[str, Any]:
    """Arguments of a Trainer, as its TrainingArguments take them."""
    recipe = settings["train"]
    return {
        "output_dir": str(folder),
        "max_steps": steps,
        "per_device_train_batch_size": recipe["batch_size"],
        "gradient_accumulation_steps": recipe["accumulation"],
        "learning_rate": rate,
        "warmup_steps": round(recipe["warmup_share"] * steps),
        "weight_decay": recipe["weight_decay"],
        "max_grad_norm": recipe["clip_norm"],
        "optim": optimizer_here(recipe["optimizer"]),
        "bf16": recipe["precision"] == "bf16_mixed" and device_here() == "cuda",
        "use_cpu": device_here() == "cpu",
        "seed": recipe["seed"],
        "eval_strategy": "steps",
        "eval_steps": max(steps // recipe["looks"], 1),
        "logging_steps": max(steps // recipe["looks"], 1),
        "save_strategy": "no",
        "remove_unused_columns": False,
        "dataloader_pin_memory": False,
        "report_to": "none",
        "disable_tqdm": True,
    }


def optimizer_here(wanted: str) -> str:
    """The optimizer of the plan; those with 8-bit or paged states need a CUDA device."""
    return "adamw_torch" if "bit" in wanted and device_here() == "cpu" else wanted
