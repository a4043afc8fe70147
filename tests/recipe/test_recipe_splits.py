"""How a project divides its rows."""

from __future__ import annotations


def splits_share_no_input():
    import yaml
    from data import read_splits
    from settings import FOLDER

    settings = yaml.safe_load((FOLDER / "config.yaml").read_text())
    settings["data"]["evaluation"] = settings["data"]["train"]
    try:
        read_splits(settings)
    except SystemExit as stop:
        assert "no example is left for the training split" in str(stop)
    settings["data"]["evaluation"] = None
    splits = read_splits(settings)
    inputs = [{e.inputs for e in part} for part in (splits.train, splits.dev, splits.test)]
    assert not inputs[0] & inputs[1]
    assert not inputs[1] & inputs[2]
    assert not inputs[0] & inputs[2]
    shares = [sum(e.target == "positive" for e in part) / len(part) for part in
              (splits.train, splits.dev, splits.test)]  # fmt: skip
    assert all(0.35 < share < 0.65 for share in shares)


def test_no_input_stands_in_two_splits(inside_project):
    inside_project("bert", "classification", "lora", splits_share_no_input)


def a_sorted_file_gives_a_mixed_test_split():
    import json

    import yaml
    from data import read_splits
    from settings import FOLDER

    settings = yaml.safe_load((FOLDER / "config.yaml").read_text())
    labels = ("negative", "positive")
    rows = [{"text": f"new {n}", "label": labels[n >= 40]} for n in range(80)]
    (FOLDER / "sorted.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    settings["data"] |= {"evaluation": "sorted.jsonl", "most_test": 20}
    assert {example.target for example in read_splits(settings).test} == set(labels)


def test_the_test_split_of_a_sorted_file_holds_all_labels(inside_project):
    inside_project("bert", "classification", "lora", a_sorted_file_gives_a_mixed_test_split)
