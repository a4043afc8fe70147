"""How a process is set up before it loads or trains: threads, network, chatter."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator
from typing import Any

import torch
import transformers

# Told by peft about transformers, or by either about what is done here on purpose.
_KNOWN = (
    r".*is_gradient_checkpointing.*deprecated",
    r"fan_in_fan_out is set to False but the target module is `Conv1D`",
    r".*past_key_values.*deprecated",
)


def prepare_process() -> None:
    """Set up a process that may be forked: one thread, nothing fetched, no progress bars.

    Threads that exist when a process forks are missing in the child, which then waits for them.
    """
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    os.environ["HF_DEACTIVATE_ASYNC_LOAD"] = "1"
    torch.set_num_threads(1)
    if torch.get_num_interop_threads() != 1:
        # Refused once work has been done; nothing has been started then, either.
        with contextlib.suppress(RuntimeError):
            torch.set_num_interop_threads(1)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()


@contextlib.contextmanager
def without_known_warnings() -> Iterator[None]:
    """Keep back the libraries' warnings that are known to be harmless here."""
    with warnings.catch_warnings():
        for message in _KNOWN:
            warnings.filterwarnings("ignore", message=message)
        yield


def autocast(device: str, *, low_precision: bool) -> Any:
    """The context in which matrix products run in bfloat16, or in which nothing changes."""
    if not low_precision:
        return contextlib.nullcontext()
    return torch.autocast(device, torch.bfloat16)
