"""The parts of a project as its own files make them, for work inside of it."""

from __future__ import annotations


def parts(**train):
    """Settings, splits, task and answering model of the project in whose folder this is called."""
    import method
    import transformers
    import yaml
    from data import read_splits
    from models import load_base, load_tokenizer
    from settings import FOLDER
    from task import Task

    settings = yaml.safe_load((FOLDER / "config.yaml").read_text())
    settings["train"] |= train
    splits = read_splits(settings)
    task = Task.learn(settings, load_tokenizer(settings["model"]), splits.train)
    transformers.set_seed(0)
    tuned = method.wrap(settings, task, load_base(settings, task.outputs))
    return settings, splits, task, task.bind(tuned)
