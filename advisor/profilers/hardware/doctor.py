"""A health check of the surroundings, safe to paste into a bug report.

Each check is timed and isolated: one that crashes is reported as failed, and the others still
run. Texts name no host, user, path or address.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from advisor.profilers.hardware import doctor_checks

Status = Literal["ok", "warning", "missing", "failed"]


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome of one check.

    Attributes:
        name: what was checked.
        status: ``ok``; ``warning`` where something is usable but limited; ``missing`` where an
            optional part is absent; ``failed`` where the check could not be carried out.
        text: what was found, on one line.
        seconds: how long the check took.
    """

    name: str
    status: Status
    text: str
    seconds: float


def run_checks(*, network: bool = False, timeout_s: float = 20) -> list[Check]:
    """Run all checks, in a fixed order.

    Args:
        network: whether to send one request to the model hub.
        timeout_s: the longest time in seconds to wait for torch.
    """
    checks: list[tuple[str, Callable[[], tuple[Status, str]]]] = [
        ("python", doctor_checks.check_python),
        ("system", doctor_checks.check_system),
        ("cpu", doctor_checks.check_cpu),
        ("ram", doctor_checks.check_ram),
        ("disk", doctor_checks.check_disk),
        ("nvml", doctor_checks.check_nvml),
        ("torch", lambda: doctor_checks.check_torch(timeout_s)),
        *((name, _package_check(name)) for name in doctor_checks.OPTIONAL_PACKAGES),
        ("network", lambda: doctor_checks.check_network(ask=network)),
        ("cache", doctor_checks.check_cache),
    ]
    return [run_check(name, check) for name, check in checks]


def run_check(name: str, check: Callable[[], tuple[Status, str]]) -> Check:
    """Run one check; whatever it raises becomes the status ``failed``.

    Only the exception's type is told, since its message may hold a path or a host.
    """
    start = time.perf_counter()
    status: Status
    try:
        status, text = check()
    except Exception as error:  # noqa: BLE001 - a crashed check must not crash the doctor
        status, text = "failed", f"the check itself failed ({type(error).__name__})"
    return Check(name, status, text, time.perf_counter() - start)


def _package_check(name: str) -> Callable[[], tuple[Status, str]]:
    return lambda: doctor_checks.check_package(name)
