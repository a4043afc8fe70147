"""Facts about folders of rules: empty ones, house rules, the quick way, and settings."""

from __future__ import annotations

import pytest
from rule_texts import SHIPPED_SETTINGS, fill, rule, rules, table

from advisor.rules.loading import load_rules
from advisor.support.errors import AdvisorError


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "rules: []\n", "rules: {}\n", "5"])
def test_a_file_without_rules_is_refused(refused, text):
    assert refused(text).where.startswith("rules/own.yaml")


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(AdvisorError) as error:
        load_rules([tmp_path])
    assert error.value.message == "there are no rule files (*.yaml) in this folder"
    assert error.value.where == str(tmp_path)


@pytest.mark.parametrize("name", ["missing", "file.txt", "a\0b"])
def test_a_folder_that_is_none_is_refused(tmp_path, name):
    (tmp_path / "file.txt").touch()
    with pytest.raises(AdvisorError) as error:
        load_rules([tmp_path / name])
    assert error.value.message == "the rules folder does not exist or is not a folder"
    assert error.value.hint == "--rules takes a folder of *.yaml files"


def test_house_rules_replace_shipped_ones_and_join_the_others(load_house):
    shipped = load_rules()
    base = load_house(rules(rule("Q131", effects="{lora: -9}"), rule("H901")))
    by_code = {one.code: one for one in base.rules}
    assert len(base.rules) == len(shipped.rules) + 1
    assert by_code["Q131"].effects == {"lora": -9}
    assert by_code["Q131"].pack == by_code["H901"].pack == "house"
    assert by_code["Q132"].pack == ""
    assert base.tables == shipped.tables


def test_a_house_rule_for_one_method_replaces_all_instances_of_the_shipped_one(load_house):
    base = load_house(rules(rule("P323")))
    assert [one.label for one in base.rules if one.code == "P323"] == ["P323"]


def test_a_house_table_replaces_the_shipped_one(load_house):
    base = load_house(table())
    (found,) = (t for t in base.tables if t.decides == "decision.data_adequacy")
    assert found.where == "house/own.yaml, line 1"
    assert len(base.tables) == len(load_rules().tables)


def test_a_bad_house_rule_is_refused_with_the_name_of_its_folder(load_house):
    with pytest.raises(AdvisorError) as error:
        load_house(rules(rule(when="{data.rows: 5}")))
    assert error.value.where == "house/own.yaml, line 6"


def test_the_quick_way_reads_the_same_rules_without_their_cases():
    full, quick = load_rules(), load_rules(quick=True)
    assert [one.label for one in quick.rules] == [one.label for one in full.rules]
    for one, other in zip(quick.rules, full.rules, strict=True):
        assert (one.when, one.effects, one.veto) == (other.when, other.effects, other.veto)
        assert (one.claim, one.sources) == (other.claim, other.sources)
    assert [(t.decides, t.rows) for t in quick.tables] == [(t.decides, t.rows) for t in full.tables]
    assert quick.risks == full.risks
    assert quick.settings == full.settings


def test_house_rules_are_checked_even_on_the_quick_way(tmp_path):
    fill(tmp_path / "house", {"own.yaml": rules(rule(source=""))}, settings=False)
    with pytest.raises(AdvisorError, match="the field 'source' is missing"):
        load_rules([tmp_path / "house"], quick=True)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("too_close_decibans: 2", "too_close_decibans: two", "too_close_decibans: input should be"),
        ("too_close_decibans: 2", "", "too_close_decibans: the field"),
        ("adapters: [adapters]", "adapters: [ia33]", "there is no method or tag named 'ia33'"),
        ("parity_needs: [model.parameters", "parity_needs: [model.size", "there is no fact named"),
        ("neighbourhood_decades: 0.75", "neighbourhood_decades: 1e999", "1e999 is not a usable"),
    ],
)
def test_bad_settings_are_refused(tmp_path, monkeypatch, old, new, message):
    fill(tmp_path, {"own.yaml": rules(rule())})
    text = SHIPPED_SETTINGS.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "settings.yaml").write_text(text.replace(old, new))
    monkeypatch.setattr("advisor.rules.loading.rules_folder", lambda: tmp_path)
    with pytest.raises(AdvisorError) as error:
        load_rules()
    assert error.value.message.startswith(message)
    assert error.value.where.startswith("settings.yaml, line ")
