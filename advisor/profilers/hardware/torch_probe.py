"""Asks torch what it can use. Run as a script of its own, never imported by the program.

Importing torch takes seconds, and a mismatched driver can crash or hang it; in a child process
neither reaches the program. The last line of standard output is one JSON object.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def main() -> None:
    """Write what torch reports about itself and its devices."""
    import torch  # noqa: PLC0415 - the point of this process

    accelerator, devices = _accelerator(torch)
    report = {
        "version": str(torch.__version__),
        "cuda": torch.version.cuda,
        "hip": getattr(torch.version, "hip", None),
        "accelerator": accelerator,
        "devices": devices,
    }
    sys.stdout.write("\n" + json.dumps(report) + "\n")


def _accelerator(torch: Any) -> tuple[str, list[dict[str, Any]]]:
    if torch.cuda.is_available():
        # The ROCm build answers under the name of cuda.
        kind = "rocm" if getattr(torch.version, "hip", None) else "cuda"
        return kind, _devices(torch.cuda)
    if hasattr(torch, "xpu") and torch.xpu.is_available():
        return "xpu", _devices(torch.xpu)
    if torch.backends.mps.is_available():
        return "mps", [_apple(torch.mps)]
    return "none", []


def _devices(api: Any) -> list[dict[str, Any]]:
    return [_device(api, index) for index in range(api.device_count())]


def _device(api: Any, index: int) -> dict[str, Any]:
    properties = api.get_device_properties(index)
    try:
        # This opens a context on the device, as a training run would, so its cost is counted in.
        free = int(api.mem_get_info(index)[0])
    except (AttributeError, RuntimeError):
        free = None
    # The same property has one name for cuda and rocm and another for xpu.
    names = ("is_integrated", "is_integrated_gpu")
    return {
        "name": str(properties.name),
        "total": int(properties.total_memory),
        "free": free,
        "integrated": any(bool(getattr(properties, name, False)) for name in names),
    }


def _apple(mps: Any) -> dict[str, Any]:
    total = int(mps.recommended_max_memory())
    free = total - int(mps.driver_allocated_memory())
    return {"name": "", "total": total, "free": free, "integrated": True}


if __name__ == "__main__":
    main()
