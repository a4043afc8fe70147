"""What of a user's file becomes an example, and what is left out and said."""

from __future__ import annotations

import json

import pytest
from userfiles import SPAM, labelled, read_rows, write_rows

from advisor.microbench.preparing.examples import read_examples
from advisor.microbench.records import Example
from advisor.support.errors import AdvisorError, ExitCode


def noted(found, text: str) -> bool:
    return any(text in note for note in found.notes)


def test_the_spam_slice_is_read_whole():
    found = read_examples(SPAM / "train.jsonl", limit=10_000)
    assert len(found.examples) == 800
    assert found.labels() == {"ham": 520, "spam": 280}
    assert all(len(example.inputs) == 1 for example in found.examples)
    assert found.where(0).endswith("train.jsonl, line 1")
    assert found.notes == ("Columns used: text text (guessed); label label (guessed).",)


def test_the_evaluation_file_is_read_by_the_columns_of_the_training_file(tmp_path):
    rows = [{"b": "some text in words", "body": f"another text {n}", "c": n % 2} for n in range(9)]
    train = read_rows(tmp_path, rows, text_columns=["b"], label_column="c")
    path = write_rows(tmp_path / "eval.jsonl", [{"b": "judged by this", "c": 1}])
    found = read_examples(path, limit=10, train=train)
    assert found.examples == (Example(inputs=("judged by this",), target="1"),)
    assert found.notes == ()


def test_an_evaluation_file_without_the_columns_is_refused(tmp_path):
    train = read_rows(tmp_path, labelled(9))
    path = write_rows(tmp_path / "eval.jsonl", [{"text": "no label here"}])
    with pytest.raises(AdvisorError, match="no column 'label'"):
        read_examples(path, limit=10, train=train)


def test_pairs_give_two_inputs(tmp_path):
    rows = [
        {"premise": f"it rains {n}", "hypothesis": "it is wet", "label": n % 3} for n in range(9)
    ]
    assert read_rows(tmp_path, rows).examples[1] == Example(
        inputs=("it rains 1", "it is wet"), target="1"
    )


def test_a_heading_and_its_text_give_one_input(tmp_path):
    rows = [
        {"title": f"a heading of words {n}", "body": "and a longer text", "label": "xy"[n % 2]}
        for n in range(9)
    ]
    rows.append({"title": "", "body": "a text without heading", "label": "x"})
    found = read_rows(tmp_path, rows)
    assert found.examples[0].inputs == ("a heading of words 0\nand a longer text",)
    assert found.examples[-1].inputs == ("a text without heading",)


def test_the_last_answer_of_a_chat_is_the_target(tmp_path):
    rows = [
        {"messages": [
            {"role": "user", "content": f"hello {n}"},
            {"role": "assistant", "content": "yes?"},
            {"role": "user", "content": "bye"},
            {"role": "assistant", "content": f"see you {n}"},
        ]}
        for n in range(6)
    ]  # fmt: skip
    rows.append({"messages": [{"role": "user", "content": "nobody answers"}]})
    found = read_rows(tmp_path, rows)
    assert found.examples[2] == Example(
        inputs=("user: hello 2\nassistant: yes?\nuser: bye",), target="see you 2"
    )
    assert len(found.examples) == 6
    assert noted(found, "for want of a label or output: 1 row.")


def test_the_first_answer_to_a_question_is_the_target(tmp_path):
    rows = [
        {
            "context": f"The tower of Ulm is {n} metres high.",
            "question": f"How high is tower {n}?",
            "answers": {"text": [f"{n} metres", str(n)], "answer_start": [20, 20]},
        }
        for n in range(1, 9)
    ]
    rows.append({"context": "Nothing.", "question": "What?", "answers": {"text": []}})
    found = read_rows(tmp_path, rows)
    assert found.examples[0] == Example(
        inputs=("How high is tower 1?", "The tower of Ulm is 1 metres high."), target="1 metres"
    )
    assert noted(found, "for want of a label or output: 1 row.")


def test_an_instruction_and_what_it_applies_to_are_one_input(tmp_path):
    rows = [
        {
            "instruction": f"add one to {n}",
            "input": "" if n % 2 else "please",
            "output": f"it is {n}",
        }
        for n in range(8)
    ]
    found = read_rows(tmp_path, rows)
    assert found.examples[0].inputs == ("add one to 0\nplease",)
    assert found.examples[1] == Example(inputs=("add one to 1",), target="it is 1")


def test_whole_numbers_written_as_floats_are_the_same_label(tmp_path):
    found = read_rows(
        tmp_path, [{**row, "label": n % 2 * 1.0} for n, row in enumerate(labelled(8))]
    )
    assert set(found.labels()) == {"0", "1"}


def test_rows_without_text_or_label_are_counted(tmp_path):
    rows = [*labelled(8), {"text": " \t", "label": "a"}, {"text": "x y z", "label": None}]
    found = read_rows(tmp_path, rows)
    assert len(found.examples) == 8
    assert noted(found, "for want of text: 1 row.")
    assert noted(found, "for want of a label or output: 1 row.")


def test_the_same_input_is_kept_once_and_contradictions_are_said(tmp_path):
    rows = [*labelled(8), {"text": "THIS is the text  number 0", "label": "b"}, labelled(8)[1]]
    found = read_rows(tmp_path, rows)
    assert [example.target for example in found.examples] == list("abababab")
    assert noted(found, "repeat the input of an earlier row: 2 rows.")
    assert noted(found, "inputs with different targets, of which the first counts: 1.")


def test_a_large_file_is_sampled_alike_each_time(tmp_path):
    first = read_rows(tmp_path, labelled(3000), limit=200)
    assert len(first.examples) == 200
    assert noted(first, "a sample of 200 of 3,000 rows")
    assert first.places == tuple(sorted(first.places))
    assert first == read_rows(tmp_path, labelled(3000), limit=200)


def test_the_sample_is_spread_evenly_over_the_file(tmp_path):
    places = read_rows(tmp_path, labelled(6000), limit=600).places
    for third in range(3):
        inside = sum(third * 2000 < place <= (third + 1) * 2000 for place in places)
        assert 160 <= inside <= 240  # 200 expected, standard deviation 11


def test_a_giant_text_is_cut(tmp_path):
    found = read_rows(tmp_path, [*labelled(8), {"text": "word " * 1_000_000, "label": "a"}])
    assert max(len(example.inputs[0]) for example in found.examples) == 20_000
    assert noted(found, "cut to 20,000 characters a text: 1 row.")


def test_half_characters_do_not_keep_an_example_from_being_written_as_json(tmp_path):
    path = tmp_path / "rows.jsonl"
    rows = [json.dumps(row) for row in labelled(8)]
    path.write_text("\n".join([*rows, r'{"text": "half \ud83d here", "label": "\u00e4\ud800"}']))
    example = read_examples(path, limit=10).examples[-1]
    assert example == Example(inputs=("half ? here",), target="ä?")
    assert Example.model_validate_json(example.model_dump_json()) == example


def test_any_script_is_read(tmp_path):
    texts = ["这个产品非常好用我很喜欢", "рекомендую всем этот товар", "🙂🙃 עברית"]
    rows = [
        {"text": f"{text} {n}", "label": "да" if n % 2 else "нет"} for n, text in enumerate(texts)
    ]
    found = read_rows(tmp_path, rows, text_columns=["text"], label_column="label")
    assert [example.inputs[0] for example in found.examples] == [row["text"] for row in rows]


def test_csv_is_read_by_lines(tmp_path):
    path = tmp_path / "rows.csv"
    body = "".join(f'"text of\nrow {n}",{"ab"[n % 2]}\n' for n in range(8))
    path.write_text("text,label\n" + body)
    found = read_examples(path, limit=100)
    assert found.examples[1] == Example(inputs=("text of\nrow 1",), target="b")
    assert found.where(1).endswith("rows.csv, line 4")


@pytest.mark.parametrize(
    ("content", "message", "where"),
    [
        ('{"text": "a b c", "label": "x"}\n{"text": ', "not valid JSON", "line 2"),
        ('{"text": "a b c", "label": NaN}\n', "not a number in JSON", "line 1"),
        ("", "is empty", "rows.jsonl"),
        ("\n\n", "holds no row", "rows.jsonl"),
        ('{"text": "only a text of words"}\n', "no column was found that holds the label", "rows"),
        ('{"text": "", "label": ""}\n' * 3, "no column was found", "rows"),
        ('{"text": "a b c", "label": ""}\n' * 3, "no column was found", "rows"),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence(content, message, where, tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(content)
    with pytest.raises(AdvisorError, match=message) as caught:
        read_examples(path, limit=100)
    assert where in caught.value.where
    assert caught.value.exit_code is ExitCode.USAGE


def test_labels_without_any_text_are_refused(tmp_path):
    rows = [{"text": "", "label": "a"}, {"text": " ", "label": "b"}]
    with pytest.raises(AdvisorError, match="no row has both text and a label"):
        read_rows(tmp_path, rows, text_columns=["text"], label_column="label")
