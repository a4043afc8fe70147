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


def refuses_it():
    import artefact
    from settings import FOLDER

    settings, _, task, answering = parts()
    folder = FOLDER / "artefact"
    changed = {**settings, "method": "dora_x"}
    artefact.save(changed, task, task.tokenizer, folder, answering.learner)
    settings["method"] = "dora_x"
    stops("make another one", lambda: artefact.require_able(settings))
    stops("make another one", lambda: artefact.load(folder))


@pytest.mark.parametrize("method", ["lora", "prompt_tuning"])
def test_an_unknown_method_is_refused(method, inside_project):
    inside_project("llama", "classification", method, refuses_it)
