"""Projects whose settings, model or folder a user has broken: each ends in one message."""

from __future__ import annotations

import json
import shlex
import shutil

import pytest
from forkedruns import forked, forked_file, run_main
from tiny_benches import FAMILIES
from tinyprojects import quick, write_project, write_run

from advisor.app.recipe import Order, make_project
from advisor.recipe.userdata import model_setting
from advisor.support.errors import AdvisorError


@pytest.fixture
def project(tiny_model, tmp_path):
    """A function that writes a project."""

    def written(family="bert", task="classification", method="lora"):
        folder = tmp_path / "project"
        return write_project(folder, tiny_model(family), FAMILIES[family], task, method=method)

    return written


@pytest.fixture(scope="module")
def adapter_project(tiny_model, tmp_path_factory):
    """One project that is asked for nonsense again and again."""
    folder = tmp_path_factory.mktemp("broken") / "project"
    return write_project(folder, tiny_model("bert"), "encoder", "classification", method="lora")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("train.learning_rate=fast", "train.learning_rate is 'fast'"),
        ("train.learning_rate=-1e-3", "train.learning_rate is -0.001"),
        ("train.learning_rate=.nan", "train.learning_rate is nan"),
        ("train.batch_size=0", "a whole number of at least 1"),
        ("train.batch_size=yes", "train.batch_size is True"),
        ("train.looks=0", "train.looks is 0"),
        ("train.max_steps=many", "or null"),
        ("train.epochs=-3", "train.epochs is -3"),
        ("train.search=[[1e-3]]", "train.search"),
        ("train.precision=fp17", "one of fp32, bf16_mixed, bf16"),
        ("train.optimizer=fast", "one of adamw_torch"),
        ("train={}", "is missing"),
        ("data.text=text", "data.text is 'text'"),
        ("data.dev_share=1.5", "a number between 0 and 1"),
        ("data.train=", "data.train is None"),
        ("task.metric=good", "task.metric is 'good'"),
        ("method=full_fine_tuning", "the files of this project are for lora; make another one"),
        ("task.route=text", "the files of this project are for route head"),
        ("train.seed=[", "the value is no YAML"),
        ("model=/no/where", "/no/where cannot be loaded"),
        ("adapter.rank=null", "adapter.rank is None"),
    ],
)
def test_nonsense_on_the_command_line(change, said, adapter_project):
    told = forked_file(adapter_project, "train.py", "--set", change, code=1)
    assert said in told
    assert "Traceback" not in told


def test_a_rate_may_be_written_without_a_dot(project):
    told = forked_file(project(), "train.py", *quick("train.learning_rate=1e-3"))
    assert "after" in told


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("  looks: 20\n", "", "the setting 'looks' is missing"),
        ("method: lora", "method: [lora", "cannot be read"),
    ],
)
def test_a_config_that_was_edited(before, after, said, project):
    folder = project()
    config = folder / "config.yaml"
    text = config.read_text(encoding="utf-8")
    assert before in text
    config.write_text(text.replace(before, after), encoding="utf-8")
    assert said in forked_file(folder, "train.py", "--set", "train.max_steps=1", code=1)


@pytest.mark.parametrize("method", ["full_fine_tuning", "few_shot_prompting"])
def test_a_folder_that_takes_no_files_stops_before_anything_is_measured(method, project):
    file = "choose.py" if method == "few_shot_prompting" else "train.py"

    def read_only():
        import tempfile

        def refused(**_):
            raise PermissionError(13, "Permission denied")

        tempfile.TemporaryFile = refused
        run_main(file, ())

    told = forked(project("llama", method=method), read_only, code=1)
    assert told.endswith("project cannot be written to: Permission denied")


def test_damaged_weights(project, tiny_model, tmp_path):
    damaged = tmp_path / "damaged"
    shutil.copytree(tiny_model("bert"), damaged)
    (damaged / "model.safetensors").write_bytes(b"not weights")
    told = forked_file(project(), "train.py", "--set", f"model={damaged}", code=1)
    assert "cannot be loaded" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("adapter_config.json", {"peft_type": "LORA"}, "an adapter lies beside the model"),
        ("config.json", {"transformers_weights": "adapter_model.bin"}, "names other weights"),
    ],
)
def test_a_model_that_is_more_than_its_own_weights(
    file, content, said, project, tiny_model, tmp_path
):
    folder, model = project(), tmp_path / "more"
    shutil.copytree(tiny_model("bert"), model)
    path = model / file
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.write_text(json.dumps({**before, **content}), encoding="utf-8")
    assert said in forked_file(folder, "train.py", "--set", f"model={model}", code=1)


def test_more_virtual_tokens_than_positions(project):
    folder = project(method="prompt_tuning")
    told = forked_file(folder, "train.py", *quick("adapter.virtual_tokens=64"), code=1)
    assert "the model has 64 positions, and 64 virtual tokens" in told


def test_a_prefix_is_not_trained_with_checkpointing(project):
    folder = project("llama", method="prefix_tuning")
    told = forked_file(folder, "train.py", "--set", "train.checkpointing=true", code=1)
    assert "train.checkpointing drops the prefix" in told


def test_a_model_that_peft_does_not_know(project):
    told = forked_file(project("distilbert", method="ia3"), "train.py", *quick(), code=1)
    assert "ia3 cannot be put on this model" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("prompts=[]", "{text} in each"),
        ("prompts=[hello]", "{text} in each"),
        ("task.label_words={1: yes}", "between quotes"),
        ('task.label_words={"other": "x"}', "no training row has the label 'other'"),
    ],
)
def test_prompts_and_words_that_cannot_be_used(change, said, project):
    assert said in forked_file(project("llama"), "train.py", "--set", change, code=1)


def test_evaluate_takes_no_settings(project):
    told = forked_file(project(), "evaluate.py", "--set", "data.seed=1", code=2)
    assert "unrecognized arguments" in told


def test_a_line_for_serve_that_is_no_question(project):
    folder = project("llama", "multiple_choice", "few_shot_prompting")
    forked_file(folder, "choose.py", "--set", "data.most_ranked=8", "--set", "data.most_test=8")
    told = forked_file(folder, "serve.py", stdin="what\n", code=1)
    assert "JSON object with question, choices" in told
    line = json.dumps({"question": "what", "choices": []})
    assert "there are no choices" in forked_file(folder, "serve.py", stdin=line, code=1)
    line = json.dumps({"question": "what", "choices": ["a", "b", "c", "d"]})
    assert "4 choices, and no training row" in forked_file(folder, "serve.py", stdin=line, code=1)


def test_the_readme_asks_in_the_form_that_serve_takes(project):
    text = (project("bert", "nli_pair") / "README.md").read_text(encoding="utf-8")
    command = next(line for line in text.splitlines() if "serve.py" in line and "echo" in line)
    asked = shlex.split(command.removeprefix("$ "))[1]
    assert json.loads(asked).keys() == {"premise", "hypothesis"}


def test_a_folder_without_weights_is_refused(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(AdvisorError, match="no safetensors weights"):
        model_setting((str(tmp_path),))


@pytest.mark.parametrize(
    ("architecture", "task", "there"),
    [
        ("decoder", "classification", True), ("decoder", "multiple_choice", False),
        ("encoder", "classification", False), ("encoder_decoder", "classification", False),
    ],
)  # fmt: skip
def test_label_words_stand_only_where_they_are_read(architecture, task, there, tmp_path):
    run = write_run(tmp_path / "run.json", architecture, task)
    make_project(Order(run=run, folder=tmp_path / "project"))
    config = (tmp_path / "project" / "config.yaml").read_text(encoding="utf-8")
    assert ("label_words" in config) == there


def what_was_trained_is_kept():
    import sys

    import train
    from settings import FOLDER

    def out_of_memory(*_):
        raise MemoryError

    train.final_score = out_of_memory
    sys.argv = ["train.py", *quick()]
    with pytest.raises(MemoryError):
        train.main()
    assert (FOLDER / "artefact" / "task.json").is_file()


def test_what_was_trained_is_kept_if_judging_fails(project):
    forked(project(), what_was_trained_is_kept)


def stopped_by_hand():
    import sys

    import trainer
    from settings import FOLDER

    def interrupted(*_, folder, **__):
        folder.mkdir()
        raise KeyboardInterrupt

    trainer.train = interrupted
    try:
        run_main("train.py", quick())
    finally:
        sys.stderr.write(f"work left: {(FOLDER / 'work').exists()}")


def test_a_training_that_is_stopped_by_hand_says_so_and_leaves_nothing(project):
    error = forked(project(), stopped_by_hand, code=130)
    assert "stopped" in error
    assert "Traceback" not in error
    assert "work left: False" in error


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("task.json", "artefact is damaged"),
        ("adapter_model.safetensors", "artefact is damaged"),
        ("tokenizer.json", "artefact cannot be loaded"),
    ],
)
def test_a_damaged_artefact_is_refused_in_one_message(file, said, project):
    folder = project()
    forked_file(folder, "train.py", *quick())
    whole = (folder / "artefact" / file).read_bytes()
    (folder / "artefact" / file).write_bytes(whole[: len(whole) // 2])
    error = forked_file(folder, "serve.py", stdin="a text\n", code=1)
    assert said in error
    assert "Traceback" not in error
