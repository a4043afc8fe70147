"""Models that several tests share; they are written once."""

from __future__ import annotations

import pytest
import torch
from tiny_benches import write_model

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory):
    """A function that gives the folder of a family's tiny model."""
    folders = {}

    def folder(family):
        if family not in folders:
            folders[family] = write_model(tmp_path_factory.mktemp(family), family)
        return folders[family]

    return folder
