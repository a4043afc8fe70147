"""Which devices CUDA_VISIBLE_DEVICES leaves visible, by CUDA's own rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from advisor.profilers.hardware.survey import Device


@dataclass(frozen=True, slots=True)
class Candidate:
    """A device that exists, with the identifier that the variable may name it by.

    The identifier serves this comparison only and is never reported.
    """

    device: Device
    identifier: str
    is_mig_instance: bool = False


def visible_candidates(candidates: Sequence[Candidate], setting: str | None) -> list[Candidate]:
    """Return the candidates that ``setting`` leaves visible, in its order.

    Args:
        candidates: all devices. The MIG instances of a device carry that device's index.
        setting: the value of CUDA_VISIBLE_DEVICES; None if it is not set.
    """
    if setting is None:
        return list(candidates)
    chosen: list[Candidate] = []
    for word in setting.split(","):
        matches = list(_matches(candidates, word.strip()))
        # CUDA ignores everything from the first entry on that names no device.
        if not matches or any(match in chosen for match in matches):
            break
        chosen.extend(matches)
    return chosen


def _matches(candidates: Sequence[Candidate], word: str) -> Iterable[Candidate]:
    if re.fullmatch(r"[0-9]+", word):
        return [c for c in candidates if c.device.index == int(word)]
    if word.startswith(("GPU-", "MIG-")):
        matches = [c for c in candidates if c.identifier.startswith(word)]
        return matches if len(matches) == 1 else []
    return []
