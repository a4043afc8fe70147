"""Where a project's model and data lie, or the places that are left to be filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from advisor.microbench import Marking, read_examples
from advisor.profilers import Columns, DataFiles, Shape, lies_on_disk, open_training
from advisor.recipe.choosing import Choice, projects
from advisor.support import AdvisorError

FILL_IN = "FILL_IN"
"""What stands where the user has to name something; the project stops at it with a message."""
_READ = (".jsonl", ".json", ".csv", ".tsv", ".parquet")
_PAIRED_TASKS = ("nli_pair", "extractive_qa")
_PAIRED = (Shape.PAIR, Shape.QUESTION_ANSWERING)
_MARKED_BY = {
    Marking.NAME: "name",
    Marking.TEXT: "text",
    Marking.LETTER: "letter",
    Marking.FROM_ZERO: "number from 0",
    Marking.FROM_ONE: "number from 1",
}


def model_setting(models: tuple[str, ...]) -> str:
    """The model as config.yaml names it.

    Raises:
        AdvisorError: if it is a GGUF file, or a folder without safetensors weights.
    """
    if not models:
        return FILL_IN
    spec = models[0]
    if spec.lower().endswith(".gguf"):
        raise AdvisorError(
            "a project trains a folder of safetensors weights, not a GGUF file",
            where=f"--model {spec}",
            hint="name the folder or Hub id that the file was made from",
        )
    if not lies_on_disk(spec):
        return spec
    folder = Path(spec) if Path(spec).is_dir() else Path(spec).parent
    if not any(folder.glob("*.safetensors")):
        raise AdvisorError(
            "a project trains a model, and the folder holds no safetensors weights",
            where=f"--model {spec}",
            hint="name a folder with weights, or the Hub id",
        )
    return str(folder.resolve())


def data_settings(data: DataFiles, choice: Choice) -> dict[str, Any]:
    """The settings under ``data``; columns are guessed as ``advise`` does.

    Raises:
        AdvisorError: if a file cannot be read, is in a format that a project does not read, or its
            columns do not fit the task.
    """
    table = projects()
    found: dict[str, Any] = {
        "train": FILL_IN,
        "evaluation": None,
        "text": list(data.text_columns) or [FILL_IN],
        "pair": choice.task in _PAIRED_TASKS,
        "label": data.label_column or FILL_IN,
        "choices": FILL_IN if choice.task == "multiple_choice" else None,
        "marked_by": "number from 0" if choice.task == "multiple_choice" else None,
        "seed": 0,
        **{key: table[key] for key in ("dev_share", "test_share", "most_dev", "most_test")},
        "most_ranked": table["most_ranked"],
    }
    if data.train is None:
        return found
    for path in filter(None, (data.train, data.evaluation)):
        _require_form(path)
    opened = open_training(
        data.train, text_columns=data.text_columns, label_column=data.label_column
    )
    found |= _columns(opened.columns, data.train, choice)
    if choice.task == "multiple_choice":
        read = read_examples(
            data.train,
            limit=table["most_ranked"],
            text_columns=data.text_columns,
            label_column=data.label_column,
        )
        if read.marking is not None:
            found["marked_by"] = _MARKED_BY[read.marking]
    found["train"] = str(data.train.resolve())
    found["evaluation"] = str(data.evaluation.resolve()) if data.evaluation else None
    return found


def _require_form(path: Path) -> None:
    if path.suffix.lower() not in _READ:
        raise AdvisorError(
            f"a project reads {', '.join(_READ)}, not {path.suffix or 'a file without suffix'!r}",
            where=str(path),
            hint="unpack or convert the file",
        )


def _columns(columns: Columns, path: Path, choice: Choice) -> dict[str, Any]:
    target = columns.label or columns.output
    if target is None:
        raise AdvisorError(
            "no column was found that holds the label or the output",
            where=str(path),
            hint="name it with --label-column",
        )
    if columns.shape in (Shape.MESSAGES, Shape.TAGGED_TOKENS):
        raise AdvisorError(
            f"a project does not read {columns.shape.value.replace('_', ' ')}",
            where=str(path),
            hint="write the input and the answer into two columns of text",
        )
    choices = columns.shape is Shape.CHOICES
    if choices != (choice.task == "multiple_choice"):
        raise AdvisorError(
            f"the columns of the file do not fit the task {choice.task}",
            where=str(path),
            hint="--set task.type=multiple_choice for rows with a list of choices, else name the "
            "columns",
        )
    return {
        "text": [columns.text[0]] if choices else list(columns.text),
        "pair": columns.shape in _PAIRED,
        "label": target,
        "choices": columns.text[1] if choices else None,
    }
