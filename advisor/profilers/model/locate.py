"""Decides what the user's model argument is, by looking at most at the file system."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from advisor.support import AdvisorError, excerpt

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9_][\w.-]{0,95}\Z", re.ASCII)
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
_MAX_LENGTH = 4096
_HINT = "pass a model folder, a config.json, a .safetensors or .gguf file, or a Hub id (org/name)"


class TargetKind(Enum):
    """What a model argument names."""

    FOLDER = "folder"
    CONFIG = ".json"
    SAFETENSORS = ".safetensors"
    GGUF = ".gguf"
    HUB = "hub"


_KINDS = {kind.value: kind for kind in (TargetKind.CONFIG, TargetKind.SAFETENSORS, TargetKind.GGUF)}


@dataclass(frozen=True, slots=True)
class ModelTarget:
    """A model argument, understood.

    Attributes:
        kind: what it names.
        text: as the user wrote it; the Hub id when it is one.
    """

    kind: TargetKind
    text: str

    @property
    def path(self) -> Path:
        """The file or folder; meaningless for a Hub id."""
        return Path(self.text)


def locate(spec: str) -> ModelTarget:
    """Tell a folder, a file of a known kind and a Hub id apart; what exists on disk wins.

    Raises:
        AdvisorError: if it is none of them.
    """
    text = spec.strip()
    if not text or "\0" in text or len(text) > _MAX_LENGTH:
        raise AdvisorError("this is not the name of a model", where=excerpt(spec), hint=_HINT)
    try:
        mode = os.stat(text).st_mode  # noqa: PTH116 - one call answers all questions below
    except (OSError, ValueError) as error:
        if isinstance(error, FileNotFoundError):
            return _absent(text)
        raise AdvisorError("the model cannot be opened", where=excerpt(text), hint=_HINT) from None
    if stat.S_ISDIR(mode):
        return ModelTarget(TargetKind.FOLDER, text)
    if not stat.S_ISREG(mode):
        raise AdvisorError(
            "the model is not a regular file (a device, pipe or socket)",
            where=excerpt(text),
            hint=_HINT,
        )
    return _file(text)


def _file(text: str) -> ModelTarget:
    suffix = Path(text).suffix.lower()
    if suffix in _PICKLES:
        raise AdvisorError(
            "a pickle file is never opened, because reading one can run code",
            where=excerpt(text),
            hint="pass the folder with its config.json, or convert the weights to safetensors",
        )
    if suffix not in _KINDS:
        raise AdvisorError("no model format has this file name", where=excerpt(text), hint=_HINT)
    return ModelTarget(_KINDS[suffix], text)


def _absent(text: str) -> ModelTarget:
    if os.path.islink(text):  # noqa: PTH114 - the spelling stays the user's
        raise AdvisorError("the model is a link to nothing", where=excerpt(text), hint=_HINT)
    known_suffix = Path(text).suffix.lower() in {*_KINDS, *_PICKLES}
    if _HUB_ID.match(text) and ".." not in text and not known_suffix:
        return ModelTarget(TargetKind.HUB, text)
    bare = re.fullmatch(r"[\w.-]+", text, re.ASCII) and not known_suffix
    hint = (
        f"for a model of the Hub write its owner too, as in org/{excerpt(text)}" if bare else _HINT
    )
    raise AdvisorError("there is no such model on disk", where=excerpt(text), hint=hint)
