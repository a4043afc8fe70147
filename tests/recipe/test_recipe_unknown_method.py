"""The files of a project refuse a method that they do not carry out, and build no other for it."""

from __future__ import annotations

import pytest
from insideproject import parts


def stops(word, work) -> None:
    """Assert that the work ends in one sentence that names the method and has the word in it."""
    with pytest.raises(SystemExit) as caught:
        work()
    said = str(caught.value)
    assert "\n" not in said
    assert word in said
    if word != "make another one":
        assert "'dora_x'" in said


def refuses_at_each_branch():
    import artefact
    import method
    from models import load_base
    from settings import FOLDER

    settings, _, task, tuned = parts()
    folder = FOLDER / "artefact"
    artefact.save({**settings, "method": "dora_x"}, task, tuned, task.tokenizer, folder)
    settings["method"] = "dora_x"
    stops("make another one", lambda: artefact.require_able(settings))
    stops("make another one", lambda: artefact.load(folder))
    stops("does not know", lambda: method.load(settings, task, folder))
    method.METHODS = (*method.METHODS, "dora_x")
    base = load_base(settings, task.outputs)
    stops("has no configuration", lambda: method.wrap(settings, task, base))
    if hasattr(method, "_start_from_words"):
        stops("has no start", lambda: method._start_from_words(settings, task, tuned))


@pytest.mark.parametrize("method", ["lora", "prompt_tuning"])
def test_an_unknown_method_is_refused(method, inside_project):
    inside_project("llama", "classification", method, refuses_at_each_branch)
