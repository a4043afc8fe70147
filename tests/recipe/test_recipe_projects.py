"""Projects that are written, trained, judged, loaded again and asked, for each kind of template."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from forkedruns import forked_file
from tiny_benches import FAMILIES
from tinyprojects import quick, report_of, run_file, write_project

from advisor import tuning

LINES = {
    "nli_pair": '{"premise": "good", "hypothesis": "the bad"}',
    "multiple_choice": '{"question": "the dog", "choices": ["good", "bad"]}',
}
ANSWERS = {
    "classification": {"positive", "negative"},
    "nli_pair": {"positive", "negative"},
    "multiple_choice": {"good", "bad"},
}
# Every route with every family of methods, and every method.
KINDS = [
    ("bert", "classification", "prompt_tuning"),
    ("bert", "nli_pair", "full_fine_tuning"),
    ("bert", "regression", "lora"),
    ("bert", "classification", "prefix_tuning"),
    ("gpt2", "classification", "p_tuning"),
    ("llama", "regression", "prompt_tuning"),
    ("llama", "multiple_choice", "prompt_tuning"),
    ("llama", "nli_pair", "ia3"),
    ("gpt2", "classification", "full_fine_tuning"),
    ("llama", "generation_short", "prefix_tuning"),
    ("gpt2", "generation_short", "lora"),
    ("t5", "generation_short", "prompt_tuning"),
    ("bart", "classification", "full_fine_tuning"),
    ("llama", "classification", "few_shot_prompting"),
    ("gpt2", "generation_short", "few_shot_prompting"),
]
MORE = [
    ("roberta", "classification", "prompt_tuning"),
    ("distilbert", "classification", "lora"),
    ("bert", "regression", "p_tuning"),
    ("bert", "nli_pair", "ia3"),
    ("llama", "regression", "prefix_tuning"),
    ("gpt2", "regression", "full_fine_tuning"),
    ("gpt2", "regression", "lora"),
    ("t5", "generation_short", "prefix_tuning"),
    ("bart", "generation_short", "ia3"),
    ("llama", "multiple_choice", "few_shot_prompting"),
    ("llama", "classification", "lora"),
    ("gpt2", "classification", "prefix_tuning"),
    ("gpt2", "generation_short", "full_fine_tuning"),
]


def go_through(folder, task, method, run):
    """Train or choose, judge again, ask; what has to hold of every project."""
    if method == "few_shot_prompting":
        run(folder, "choose.py", "--set", "data.most_ranked=8", "--set", "data.most_test=24")
        score = report_of(folder)["score"]
    else:
        run(folder, "train.py", *quick())
        report = report_of(folder)
        score = report["after"]["score"]
        assert report["best"]["of"] == 4
        assert report["trained_parameters"] > 0
        saved = {path.suffix for path in (folder / "artefact").iterdir()}
        assert ".safetensors" in saved
        assert not saved & {".bin", ".pt", ".pth", ".pkl"}
        assert not (folder / "work").exists()
    again = re.search(r": (\S+) points", run(folder, "evaluate.py"))
    assert float(again.group(1)) == pytest.approx(score)
    asked = LINES.get(task, "the film was good")
    told = run(folder, "serve.py", stdin=f"{asked}\n\n{asked}\n").split("\n")
    assert len(told) == 3
    assert told[0] == told[1]
    if task in ANSWERS:
        assert method == "full_fine_tuning" or told[0] in ANSWERS[task]
    if task == "regression":
        assert float(told[0])


@pytest.mark.parametrize(("family", "task", "method"), KINDS)
def test_a_project_runs_from_data_to_answers(family, task, method, tiny_model, tmp_path):
    folder = tmp_path / "project"
    write_project(folder, tiny_model(family), FAMILIES[family], task, method=method)
    go_through(folder, task, method, forked_file)


@pytest.mark.slow
@pytest.mark.parametrize(("family", "task", "method"), MORE)
def test_further_models_and_methods_run_too(family, task, method, tiny_model, tmp_path):
    folder = tmp_path / "project"
    write_project(folder, tiny_model(family), FAMILIES[family], task, method=method)
    go_through(folder, task, method, forked_file)


def test_a_project_stands_on_its_own(tiny_model, tmp_path):
    folder = tmp_path / "project"
    write_project(folder, tiny_model("bert"), "encoder", "classification", method="lora")
    assert not re.search(r"\bimport advisor|from advisor", _python(folder))
    run_file(folder, "train.py", *quick("train.max_steps=2"))
    assert report_of(folder)["method"] == "lora"


def test_a_project_holds_the_parts_of_the_trainer_that_it_needs(tiny_model, tmp_path):
    folder = tmp_path / "project"
    write_project(folder, tiny_model("bert"), "encoder", "classification", method="lora")
    names = {path.stem for path in (folder / "tuning").iterdir()}
    assert names == {
        "__init__", "batches", "encoding", "general", "head", "learner", "prefix", "rows",
        "scoring", "starting", "wording",
    }  # fmt: skip
    for name in names:
        ours = Path(tuning.__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
        assert (folder / "tuning" / f"{name}.py").read_text(encoding="utf-8") == ours
        assert f"`tuning/{name}.py`" in (folder / "README.md").read_text(encoding="utf-8")


def test_what_is_not_filled_in_stops_with_one_message(tmp_path):
    from tinyprojects import write_run

    from advisor.app.recipe import Order, make_project

    run = write_run(tmp_path / "run.json", "decoder", "multiple_choice")
    made = make_project(Order(run=run, folder=tmp_path / "project"))
    assert any("Fill in model, data.train" in note for note in made.notes)
    told = forked_file(tmp_path / "project", "train.py", code=1)
    assert told == "config.yaml: model is still FILL_IN. Write it there, or --set model=..."


def test_rates_are_searched_on_the_development_split(tiny_model, tmp_path):
    folder = tmp_path / "project"
    write_project(folder, tiny_model("bert"), "encoder", "classification", method="lora")
    told = forked_file(folder, "train.py", "--search", *quick())
    assert told.count("search: rates") == 6  # 4 pairs, then 2
    rates = report_of(folder)["rates"]
    tried = re.findall(r"rates \((\S+), (\S+)\)", told)
    assert (str(rates["learning_rate"]), str(rates["head_rate"])) in tried


def test_a_setting_that_does_not_exist_is_refused(tiny_model, tmp_path):
    folder = tmp_path / "project"
    write_project(folder, tiny_model("bert"), "encoder", "classification", method="lora")
    told = forked_file(folder, "train.py", "--set", "train.rate=1", code=1)
    assert "has no setting 'train.rate'" in told


def _python(folder):
    return "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))


def test_hostile_names_and_labels_stay_data(tiny_model, tmp_path):
    from tinyprojects import write_run

    from advisor.app.recipe import Order, make_project
    from advisor.profilers.request import DataFiles

    column = "te'xt\"\n{{ 7*7 }}: - #"
    labels = ["{text} {% raw %}", "'); import os; os.abort() #"]
    rows = [
        {column: f"{word} film {n}", "la: bel": label}
        for n in range(30)
        for word, label in zip(("good", "bad"), labels, strict=True)
    ]
    data = tmp_path / "da'ta {{ x }}: #.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    run = write_run(
        tmp_path / "run.json", "decoder", "classification", headline="`x`\n# {{ 7*7 }} <b>"
    )
    folder = tmp_path / "project"
    files = DataFiles(data, None, (column,), "la: bel")
    make_project(
        Order(run=run, folder=folder, models=(str(tiny_model("gpt2")),), data=files, method="lora")
    )
    assert "49" not in (folder / "README.md").read_text(encoding="utf-8").split("## Run")[0]
    forked_file(folder, "train.py", *quick())
    asked = json.dumps({column: "good {labels} {text}"})
    assert forked_file(folder, "serve.py", stdin=asked + "\n").strip() in labels
