"""The way to a Ray cluster: to one that runs, or to one that is started on this machine."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from advisor.support import AdvisorError, ExitCode, isolated
from advisor_ray.owner import has_ended, owner

_DIAL_SECONDS = 5.0
_KNOCK_SECONDS = 60.0
"""So long may a process take to import Ray and to connect, also on a busy machine."""
_LONGEST_ROOT = 25
"""Ray puts sockets below its folder, whose paths may not be longer than some 100 characters."""
_FOLDER = "advisor-"
_OWNER = "owner"
_SETTINGS = {
    # Reports of use to the makers of Ray are on by default.
    "RAY_USAGE_STATS_ENABLED": "0",
    # Without it Ray warns that it will change its mind about tasks without a GPU.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    # Ray would take the current folder to every node if the program was started by `uv run`.
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
    # By default Ray repeats a task without end where a node is short of memory.
    "RAY_task_oom_retries": "3",
}


class Connection:
    """This process's connection to a cluster.

    While it lasts, nothing that is printed reaches standard output: Ray prints there what befalls
    the nodes, and it is kept for the answer.

    Args:
        address: of the cluster, or None to start one on this machine, which ends with the
            connection.

    Attributes:
        ray: the library.

    Raises:
        AdvisorError: if Ray is not installed, or the cluster cannot be reached.
    """

    def __init__(self, address: str | None) -> None:
        for name, value in _SETTINGS.items():
            os.environ.setdefault(name, value)
        if address is None:
            _be_shut()
        self.ray = _ray()
        self._own = _folder() if address is None else None
        if address is not None:
            _knock(address)
        self._silence = contextlib.ExitStack()
        self._silence.enter_context(contextlib.redirect_stdout(io.StringIO()))
        try:
            _join(self.ray, address, self._own)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Leave the cluster, or end it if it was started here."""
        self.ray.shutdown()
        self._silence.close()
        if self._own is not None:
            shutil.rmtree(self._own, ignore_errors=True)


def _ray() -> Any:
    try:
        import ray
    except ImportError:
        raise AdvisorError(
            "Ray is not installed",
            where="--executor ray",
            hint="pip install 'tuning-advisor[cluster]', or leave --executor out",
            exit_code=ExitCode.MICROBENCH_FAILED,
        ) from None
    return ray


def _init(ray: Any, address: str | None, folder: str | None = None) -> None:
    own = {"include_dashboard": False, "_temp_dir": folder} if address is None else {}
    with _away():
        ray.init(address=address or "local", log_to_driver=False, logging_level="error", **own)


@contextlib.contextmanager
def _away() -> Iterator[None]:
    """Stand where nobody else can put files: Ray's processes import from where this one stands."""
    here = Path.cwd()
    os.chdir(os.sep)
    try:
        yield
    finally:
        os.chdir(here)


def _join(ray: Any, address: str | None, folder: str | None) -> None:
    try:
        _init(ray, address, folder)
    except Exception as error:  # noqa: BLE001 - Ray raises whatever its transport does
        raise _unreachable(address, str(error)) from None


def _be_shut() -> None:
    """Let nobody else into a cluster of this machine, without a file for its token."""
    if "ray" in sys.modules:
        # It has read, or missed, a token already.
        return
    os.environ.setdefault("RAY_AUTH_MODE", "token")
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))


def _folder() -> str | None:
    """A folder for Ray's logs and sockets; None for Ray's own, which it never removes.

    What programs that were killed have left is removed, as Ray does not do that either.
    """
    root = tempfile.gettempdir()
    if len(root) > _LONGEST_ROOT:
        return None
    for mark in Path(root).glob(f"{_FOLDER}*/{_OWNER}"):
        with contextlib.suppress(OSError, ValueError):  # another user's, or no text
            if mark.is_file() and has_ended(mark.read_text(encoding="utf-8")):
                shutil.rmtree(mark.parent, ignore_errors=True)
    folder = tempfile.mkdtemp(prefix=_FOLDER)
    (Path(folder) / _OWNER).write_text(owner(), encoding="utf-8")
    return folder


def _knock(address: str) -> None:
    """Connect in a process that can be given up: Ray's own attempts take minutes, and chatter."""
    host, _, port = address.rpartition(":")
    if port.isdigit() and "/" not in host:
        try:
            socket.create_connection((host.strip("[]"), int(port)), _DIAL_SECONDS).close()
        except (OSError, OverflowError) as error:
            raise _unreachable(address, getattr(error, "strerror", None) or str(error)) from None
    try:
        tried = subprocess.run(  # noqa: S603 - the program's own module, no shell
            isolated("advisor_ray", address),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_KNOCK_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _unreachable(address, f"no answer within {_KNOCK_SECONDS:.0f} s") from None
    if tried.returncode:
        raise _unreachable(address, tried.stdout.decode(errors="replace"))


def _unreachable(address: str | None, told: str) -> AdvisorError:
    reason = " ".join(told.split())[:300] or "it gave no reason"
    if address is None:
        return AdvisorError(
            f"Ray cannot be started on this machine: {reason}",
            where="--executor ray",
            hint="leave --executor out to do without Ray",
            exit_code=ExitCode.MICROBENCH_FAILED,
        )
    return AdvisorError(
        f"the Ray cluster cannot be reached: {reason}",
        where=f"--address {address}",
        hint="name HOST:PORT of its head, on a machine of the cluster, "
        "with the cluster's version of Ray and Python",
        exit_code=ExitCode.MICROBENCH_FAILED,
    )


def tried(address: str) -> int:
    """Try to connect; 1 and the reason on standard output if that fails."""
    try:
        _init(_ray(), address)
    except Exception as error:  # noqa: BLE001 - Ray raises whatever its transport does
        sys.stdout.write(str(error))
        return 1
    return 0
