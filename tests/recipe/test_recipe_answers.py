"""Inputs, targets and answers of a project: padding, ends, room, words of labels."""

from __future__ import annotations

import pytest
from insideproject import parts

SOFT = ("prompt_tuning", "p_tuning", "prefix_tuning")


def losses_are_those_without_padding():
    from dataclasses import replace

    import torch

    _, splits, task, answering = parts()
    answering.learner.model.eval()
    # Some made rows are all of one length: the first text is said once, twice or three times.
    longer = [(e, " ".join([e.inputs[0]] * (n % 3 + 1))) for n, e in enumerate(splits.train[:9])]
    items = [task.encode(replace(e, inputs=(text, *e.inputs[1:]))) for e, text in longer]
    assert len({item.length for item in items}) > 2
    with torch.no_grad():
        together = answering.losses(answering.collate(items))
        alone = [answering.losses(answering.collate([item]))[0] for item in items]
    torch.testing.assert_close(together, torch.stack(alone), atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("method", [*SOFT, "lora"])
@pytest.mark.parametrize(
    ("family", "task"),
    [
        ("bert", "classification"), ("llama", "classification"), ("gpt2", "multiple_choice"),
        ("llama", "generation_short"), ("t5", "generation_short"), ("llama", "regression"),
        ("gpt2", "regression"),
    ],
)  # fmt: skip
def test_padding_changes_no_loss(method, family, task, inside_project):
    inside_project(family, task, method, losses_are_those_without_padding)


def answers_are_those_of_single_steps():
    import torch

    _, splits, task, answering = parts()
    answering.learner.model.eval()
    # A trained prefix or prompt is larger than a new one.
    with torch.no_grad():
        for parameter in answering.learner.trained().values():
            parameter.add_(0.5 * torch.randn_like(parameter))
        row = task.encode(splits.test[0]).sequences[0]
        ids = torch.tensor([row])
        for _ in range(task.state["most"]):
            logits = answering.learner.forward(
                input_ids=ids, attention_mask=torch.ones_like(ids)
            ).logits
            best = logits[:, -1].argmax(dim=-1)
            ids = torch.cat([ids, best[:, None]], dim=1)
    steps = ids[0, len(row) :].tolist()
    steps = steps[: steps.index(answering.end)] if answering.end in steps else steps
    wanted = task.tokenizer.decode(steps, skip_special_tokens=True).strip()
    assert task.answers(answering, splits.test[:3], 8)[0] == wanted


@pytest.mark.parametrize("method", [*SOFT, "lora", "full_fine_tuning"])
@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_written_answers_are_those_of_the_model_step_by_step(method, family, inside_project):
    inside_project(family, "generation_short", method, answers_are_those_of_single_steps)


def answers_end_where_no_target_goes_on():
    from tuning.text import ending

    _, splits, task, answering = parts()
    answering.learner.model.eval()
    pieces = ("\n", "good", " ", "\n", "bad", "\n", "\n", "worse")

    class Speaking:
        """Reads any tokens as the next pieces of one text."""

        def decode(self, ids, **_):
            return "".join(pieces[: len(ids)])

    answering.tokenizer = Speaking()
    answering.most = len(pieces)
    answering.end = -1  # never written
    whole = "good \nbad\n\nworse"
    for targets, alone, behind_examples in (
        (["one", "other\n"], "good", "good"),
        (["one\nmore", "other"], whole, "good \nbad"),
        (["one\nmore", "other\n\nmore"], whole, whole),
    ):
        task.state["ends"] = ending(targets, ("\n", "\n\n"))
        task.shots = ""
        assert task.answers(answering, splits.test[:2], 8) == [alone, alone]
        task.shots = "good \nbad\n\n"
        assert task.answers(answering, splits.test[:1], 8) == [behind_examples]


@pytest.mark.parametrize("family", ["llama", "t5"])
def test_answers_end_at_a_line_break_that_no_target_holds(family, inside_project):
    inside_project(family, "generation_short", "lora", answers_end_where_no_target_goes_on)


def the_end_is_no_part_of_the_answer():
    _, splits, task, answering = parts()
    answering.learner.model.eval()

    class Counting:
        def decode(self, ids, **_):
            return " ".join(map(str, ids))

    answering.tokenizer = Counting()
    task.state["ends"], answering.end = "", -1
    [whole] = task.answers(answering, splits.test[:1], 8)
    ids = [int(word) for word in whole.split()]
    answering.end = ids[-1]
    before = ids[: ids.index(answering.end)]
    assert task.answers(answering, splits.test[:1], 8) == [" ".join(map(str, before))]


def test_the_end_is_no_part_of_the_answer(inside_project):
    inside_project("llama", "generation_short", "lora", the_end_is_no_part_of_the_answer)


def the_end_of_a_cut_target_is_not_learned():
    _, splits, task, answering = parts(max_new_tokens=2)
    whole = next(e for e in splits.train if len(e.target.split()) == 1)
    cut = next(e for e in splits.train if len(e.target.split()) == 2)
    assert task.state["most"] == 2
    assert task.encode(whole).written[-1] == answering.end
    assert answering.end not in task.encode(cut).written


@pytest.mark.parametrize("family", ["llama", "t5"])
def test_the_end_of_a_cut_target_is_not_learned(family, inside_project):
    inside_project(family, "generation_short", "lora", the_end_of_a_cut_target_is_not_learned)


def room_is_counted_behind_a_blank():
    from data import Example
    from task import Task

    settings, *_ = parts()

    class InPieces:
        """Takes a word behind a blank apart, as trained merges often do."""

        eos_token_id = 4

        def __call__(self, texts, **_):
            return {"input_ids": [list(t) if t.startswith(" ") else [t] for t in texts]}

    assert Task.learn(settings, InPieces(), [Example(("x",), "abc")]).state["most"] == 5


def test_room_for_answers_is_counted_behind_a_blank(inside_project):
    inside_project("llama", "generation_short", "lora", room_is_counted_behind_a_blank)


def labels_need_tokens_of_their_own():
    import dataclasses

    from task import Task

    settings, splits, task, _ = parts()

    def learned(count):
        words = [f"w{n}" for n in range(count)]  # all are unknown to the tokenizer
        rows = [dataclasses.replace(splits.train[0], target=word) for word in words]
        return Task.learn(settings, task.tokenizer, rows)

    assert learned(3).legend.startswith("A: w0")
    # The tokenizer knows A to D; behind them come its own words.
    task = learned(6)
    assert task.legend.count("\n") == len(set(task.tokens)) == 6
    assert task.spelled[:4] == ("A", "B", "C", "D")
    assert learned(27).legend == ""
    with pytest.raises(SystemExit, match="generation_short"):
        learned(200)
    # More words than letters are no matter, if they need none.
    known = [word for word in task.tokenizer.get_vocab() if word.isalpha()]
    settings["task"]["label_words"] = {f"w{n}": word for n, word in enumerate(known)}
    assert len(known) > 26
    assert learned(len(known)).legend == ""


def test_labels_without_tokens_of_their_own_are_refused(inside_project):
    inside_project("llama", "classification", "lora", labels_need_tokens_of_their_own)
