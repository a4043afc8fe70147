"""Models that several tests share; they are written once."""

from __future__ import annotations

import pytest
import torch
from tiny_benches import written_once

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory):
    """A function that gives the folder of a family's tiny model."""
    return written_once(tmp_path_factory.mktemp)
