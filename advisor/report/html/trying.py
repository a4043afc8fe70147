"""Other values to try out in the page: its controls, and what its scripts need."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from advisor.facts import load_vocabulary
from advisor.facts.showing import show_value
from advisor.report import inpage
from advisor.report.html.embedding import embedded_json
from advisor.report.html.illustration import Illustration
from advisor.report.wording import capital, first_sentence, method_name, second_sentence
from advisor.verdict.decision import Status
from advisor.verdict.headline import FULL

_SCRIPTS = (
    Path(inpage.__file__).parent / "judge.js",
    Path(inpage.__file__).parent / "offered.js",
    Path(__file__).parent / "trying.js",
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_AS_IT_IS = "as it is"
# Where their fact lies on a scale the positions are one; a device is chosen from a list.
_SCALES = frozenset(
    {"model.parameters", "data.train_examples", "train.batch_size", "train.sequence_length"}
)
_LABELS = {
    "model.parameters": "Size of the model",
    "data.train_examples": "Training examples",
    "train.batch_size": "Batch size",
    "train.sequence_length": "Length in tokens",
    "hardware.accelerator_name": "Device",
    "model.pretraining_match": "Match of the pre-training",
    "data.domain_shift": "Shift of the domain",
    "prompt.transfer_available": "A trained prompt to start from",
    "deployment.base_must_stay_unchanged": "The base must stay unchanged",
    "deployment.latency_sensitive": "Latency matters",
}


@dataclass(frozen=True, slots=True)
class Control:
    """One thing to change.

    Attributes:
        id: of its element.
        label: what it is.
        options: names of its positions.
        here: the project's own; -1 for none of them.
        scale: whether it is a slider.
    """

    id: str
    label: str
    options: tuple[str, ...]
    here: int
    scale: bool


@dataclass(frozen=True, slots=True)
class Trying:
    """The controls, the data and the scripts, ready to be embedded."""

    controls: tuple[Control, ...]
    data: Markup
    scripts: Markup


def trying_of(shown: Illustration) -> Trying | None:
    """What can be tried out, or None where nothing is offered."""
    if shown.rules is None or shown.offered is None:
        return None
    data = {
        "rules": shown.rules,
        "offered": shown.offered,
        "names": {method: method_name(method) for method in shown.rules["methods"]},
        "first": dict(_first_sentences(shown.rules)),
        "second": {
            "none": second_sentence(Status.DECIDED, None, "{name}"),
            "undetermined": second_sentence(Status.UNDETERMINED, FULL, "{name}"),
            "other": second_sentence(Status.DECIDED, FULL, "{name}"),
        },
    }
    return Trying(tuple(_controls(shown.offered)), embedded_json(data), trying_scripts())


def _controls(offered: Mapping[str, Any]) -> Iterator[Control]:
    for number, knob in enumerate(offered["knobs"]):
        values = [setting["value"] for setting in knob["settings"]]
        yield _control(f"try-{number}", knob["fact"], values, knob["here"])
    for number, direct in enumerate(offered["direct"]):
        yield _control(f"try-direct-{number}", direct["fact"], direct["values"], direct["here"])


def _control(id_: str, fact: str, values: list[Any], here: int) -> Control:
    fact_type = load_vocabulary()[fact]
    options = tuple(
        _AS_IT_IS if value is None else capital(show_value(fact_type, value)) for value in values
    )
    return Control(id_, _LABELS.get(fact, fact), options, here, fact in _SCALES)


def _first_sentences(rules: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every sentence that an answer can begin with, by what the script knows of it."""
    for status in (Status.INFEASIBLE, Status.DO_NOT_TRAIN):
        yield status.value, first_sentence(status, (None, None), "", rival_vetoed=False)
    soft = [("prompt_tuning", variant) for variant in rules["settings"]["soft"]]
    yield (
        f"{Status.UNDETERMINED.value}||",
        first_sentence(Status.UNDETERMINED, (None, None), "", rival_vetoed=False),
    )
    for side, variant in [(FULL, None), *soft]:
        for status in (Status.UNDETERMINED, Status.TOO_CLOSE, Status.DECIDED):
            for vetoed in (False, True):
                key = f"{status.value}|{variant or side}|{'vetoed' if vetoed else ''}"
                yield key, first_sentence(status, (side, variant), "{sure}", rival_vetoed=vetoed)


@functools.cache
def trying_scripts() -> Markup:
    """Our own scripts, which are not data; what is there for readers of the source is left out."""
    whole = "\n".join(path.read_text(encoding="utf-8") for path in _SCRIPTS)
    lines = (line.strip() for line in _COMMENT.sub("", whole).splitlines())
    return Markup("\n".join(line for line in lines if line))  # noqa: S704
