"""QLoRA as far as it can be looked at without a CUDA device."""

from __future__ import annotations

from pathlib import Path

import pytest
from insideproject import parts

from advisor.support.compiled import package_folder

ADAPTER = (package_folder() / "methods" / "qlora" / "adapter.py").read_text(encoding="utf-8")


def make_it_one_of_qlora():
    """Turn a project of LoRA into what it would be where there is a CUDA device."""
    Path("adapter.py").write_text(ADAPTER, encoding="utf-8")
    config = Path("config.yaml")
    text = config.read_text(encoding="utf-8")
    assert "method: lora" in text
    config.write_text(text.replace("method: lora", "method: qlora"), encoding="utf-8")


def what_is_not_quantised_is_kept_as_it_was_trained():
    make_it_one_of_qlora()
    import artefact
    import method
    import models
    import torch
    from settings import FOLDER

    # Without a CUDA device the weights are in 16 bits instead of 4; the rest is the same.
    models.weights_format = lambda _: torch.bfloat16
    models.four_bits = lambda _: {}
    settings, splits, task, _ = parts()
    tuned = method.wrap(settings, task, models.load_base(settings, task.outputs))
    answering = task.bind(tuned)
    with torch.no_grad():
        for parameter in tuned.trained().values():
            parameter.add_(0.1 * torch.randn_like(parameter))
    tuned.model.eval()
    artefact.save(settings, task, task.tokenizer, FOLDER / "artefact", tuned)
    _, _, loaded = artefact.load(FOLDER / "artefact")
    formats = [{n: p.dtype for n, p in m.model.named_parameters()} for m in (tuned, loaded.learner)]
    assert formats[0] == formats[1]
    rows = [task.encode(splits.test[0])]
    with torch.no_grad():
        scores = [each.scores(each.collate(rows)) for each in (answering, loaded)]
    kept, put_back = (dict(m.model.named_parameters()) for m in (tuned, loaded.learner))
    assert all(torch.equal(kept[name], put_back[name]) for name in tuned.trained())
    # The order of summation, and with it the last bits, may hang on where tensors lie in memory.
    torch.testing.assert_close(*scores)


@pytest.mark.parametrize("family", ["bert", "llama"])
def test_qlora_answers_after_loading_as_before_saving(family, inside_project):
    inside_project(
        family, "classification", "lora", what_is_not_quantised_is_kept_as_it_was_trained
    )


def a_new_head_is_not_quantised():
    import models
    import transformers
    from transformers.quantizers.quantizers_utils import should_convert_module

    given = {}
    models.device_here = lambda: "cuda"
    transformers.BitsAndBytesConfig = lambda **words: given.update(words)
    models.four_bits({"task": {"route": "head"}})
    skipped = given["llm_int8_skip_modules"]
    for name in ("classifier", "classifier.out_proj", "bert.pooler.dense", "pre_classifier"):
        assert not should_convert_module(name, skipped)
    assert should_convert_module("bert.encoder.layer.0.attention.self.query", skipped)
    models.four_bits({"task": {"route": "words"}})
    assert given["llm_int8_skip_modules"] is None  # transformers leaves the output layer out


def test_qlora_leaves_a_new_head_in_its_format(inside_project):
    inside_project("bert", "classification", "lora", a_new_head_is_not_quantised)
