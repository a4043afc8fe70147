"""Apple silicon without torch: every such machine has a GPU that shares its RAM."""

from __future__ import annotations

import platform
import sys

from advisor.profilers.hardware.child import run_child
from advisor.profilers.hardware.survey import GIB, Device, Survey, clean_name

# Metal's advice for the largest working set of one process is about two thirds of the RAM on
# machines up to 36 GiB and about three quarters above; the smaller share holds for all of them.
_WORKING_SET_SHARE = 2 / 3


def is_apple_silicon() -> bool:
    """Whether this process runs natively on a Mac with an Apple chip."""
    return sys.platform == "darwin" and platform.machine() == "arm64"


def chip_name() -> str:
    """The chip's name, such as "Apple M2 Max"; "" if the system does not tell."""
    command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
    return clean_name(run_child(command, timeout_s=2).output)


def survey_apple(ram_total_bytes: int) -> Survey:
    """The GPU of an Apple chip, with the part of the RAM that the system lets it use."""
    share_gib = ram_total_bytes * _WORKING_SET_SHARE / GIB
    device = Device(0, chip_name(), share_gib, share_gib, unified=True)
    note = "the system lets the GPU use about two thirds of the RAM"
    return Survey("macOS", "mps", (device,), (note,))
