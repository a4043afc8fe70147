"""A method that nobody has said how to build is not built as another one."""

from __future__ import annotations

import pytest
from tiny_models import MODELS

from advisor.estimate.settings import Settings
from advisor.estimate.trace.building import build_model
from advisor.methods import UnknownMethodError


def test_an_unknown_method_is_not_built():
    raw = {"model_type": "llama", **MODELS["llama"]}
    with pytest.raises(UnknownMethodError, match="'dora_x'") as caught:
        build_model(raw, "dora_x", Settings())
    assert caught.value.where == "advisor/methods/dora_x/method.yaml"
