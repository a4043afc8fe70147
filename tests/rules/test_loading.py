"""Facts about rule files: every way to write a bad one is refused with its file and line."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_texts import SHIPPED_SETTINGS, SOURCE, fill, rule, rules, table

from advisor.rules.loading import load_rules, rules_folder
from advisor.rules.rule import Kind, Outcome, Ramp
from advisor.support.errors import AdvisorError

LINES = {"code": 2, "kind": 4, "when": 6, "effects": 7, "claim": 8, "source": 11, "cases": 15}
"""Where the fields of a first rule stand in its file."""


@pytest.fixture
def refused(load):
    def load_and_refuse(texts) -> AdvisorError:
        with pytest.raises(AdvisorError) as error:
            load(texts)
        return error.value

    return load_and_refuse


def at(field: str) -> str:
    return f"rules/own.yaml, line {LINES[field]}"


def test_a_valid_rule_is_read_with_all_its_fields(load):
    more = "    believed: {commonly: A belief of some length., found: What was found of it.}\n"
    cases = "[{name: coding, facts: {task.type: code}, expect: fires, effects: {lora: 3}}]"
    base = load(rules(rule(when="{task.type: code}", more=more, cases=cases)))
    (one,) = base.rules
    assert (one.code, one.label, one.name, one.kind) == ("Q901", "Q901", "rule-q901", Kind.QUALITY)
    assert one.effects == {"lora": 3}
    assert one.reads == ("task.type",)
    assert (one.claim, one.why) == ("A claim of some length.", "A reason of some length.")
    assert one.wrong_when == "A case in which it is wrong."
    assert (one.believed, one.found) == ("A belief of some length.", "What was found of it.")
    assert one.sources[0].title == "A report that can be read"
    assert one.where == at("code")
    assert one.pack == ""
    (case,) = one.cases
    assert (case.name, case.facts, case.expect) == ("coding", {"task.type": "code"}, Outcome.FIRES)
    assert case.effects == {"lora": 3}


def test_rules_come_in_the_order_of_their_codes_whatever_the_files(load):
    files = {"z.yaml": rules(rule("Q901")), "a/b.yaml": rules(rule("Q903"), rule("Q902"))}
    assert [one.code for one in load(files).rules] == ["Q901", "Q902", "Q903"]


def test_groups_stand_for_their_methods(load):
    (one,) = load(rules(rule(effects="{lora_methods: 2, ia3: -1}"))).rules
    assert one.effects == {"lora": 2, "qlora": 2, "ia3": -1}


def test_a_rule_for_each_method_has_one_instance_for_each(load):
    text = rule(
        when='{"estimate.{method}.cost": "> 5"}',
        effects='{"{method}": {ramp: "estimate.{method}.hours", points: {"1": 0, "10": -4}}}',
        more="    for_each: [lora_methods]\n",
        cases="[{name: dear, method: lora, facts: {estimate.lora.cost: 9}, expect: undetermined}]",
    )
    lora, qlora = load(rules(text)).rules
    assert (lora.label, qlora.label) == ("Q901[lora]", "Q901[qlora]")
    assert lora.reads == ("estimate.lora.cost", "estimate.lora.hours")
    assert qlora.effects == {"qlora": Ramp("estimate.qlora.hours", ((1.0, 0), (10.0, -4)))}
    assert (len(lora.cases), len(qlora.cases)) == (1, 0)


@pytest.mark.parametrize(
    "when",
    [
        "{data.train_examples: >= 10}",
        "{model.parameters: [1B..10B)}",
        "{data.train_examples: > 1k}",
    ],
)
def test_a_test_without_quotes_is_refused_with_the_advice_to_quote_it(refused, when):
    error = refused(rules(rule(when=when)))
    assert error.message.startswith("this is not valid YAML")
    assert error.where.startswith("rules/own.yaml, line ")
    assert error.hint == "quote the test: '>= 10'"


def test_closed_brackets_without_quotes_are_a_list_and_refused_with_a_way_to_write_it(refused):
    error = refused(rules(rule(when="{model.parameters: [1B..10B]}")))
    assert error.message == "the test on model.parameters is not valid: '1B..10B' is not a number"
    assert error.where == at("when")
    assert "'[1k..10k)'" in error.hint


def test_a_syntax_error_is_refused_with_its_line(refused):
    error = refused(rules(rule()) + "  - code: 'open\n")
    assert error.message.startswith("this is not valid YAML")
    assert error.where.startswith("rules/own.yaml, line 1")


def test_an_unknown_fact_is_refused_with_the_nearest_one(refused):
    error = refused(rules(rule(when="{data.train_exampels: '> 5'}")))
    assert error.message == "there is no fact named 'data.train_exampels'"
    assert error.where == at("when")
    assert error.hint.startswith("did you mean data.train_examples")


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ('{data.train_examples: ">= 24GB"}', "'24GB' has the suffix 'GB'"),
        ('{budget.hours: "> 5k"}', "'5k' has the suffix 'k'"),
        ('{hardware.accelerator_memory_gib: "< 8B"}', "'8B' has the suffix 'B'"),
        ('{data.train_examples: ">= 10,000"}', "'>= 10,000' has a comma inside a number"),
        ('{data.train_examples: "[9..5]"}', "the range '[9..5]' ends below its start"),
        ("{data.train_examples: 1.5}", "no number lies in '1.5'"),
        ("{data.train_examples: many}", "'many' is not a number"),
        ("{prompt.transfer_available: maybe}", "'maybe' is neither true nor false"),
        ("{task.type: chess}", "'chess' is not one of its values"),
        ("{task.type: []}", "the list is empty"),
    ],
)
def test_a_test_that_does_not_suit_its_fact_is_refused(refused, when, message):
    error = refused(rules(rule(when=when)))
    fact = when[1:].split(":")[0]
    assert error.message.startswith(f"the test on {fact} is not valid: {message}")
    assert error.where == at("when")
    assert error.hint


def test_an_unknown_choice_is_refused_with_the_nearest_one(refused):
    error = refused(rules(rule(when="{task.type: clasification}")))
    assert error.hint == "did you mean classification?"


def test_a_number_beyond_all_numbers_is_refused(refused):
    error = refused(rules(rule(when="{data.train_examples: 1e999}")))
    assert error.message == "1e999 is not a usable number"
    assert error.where == at("when")


@pytest.mark.parametrize("source", ["", "    source: []\n"])
def test_a_rule_without_a_source_is_refused(refused, source):
    error = refused(rules(rule(source=source)))
    assert error.message.startswith("rules.0.source: ")
    assert error.where in (at("code"), at("source"))
    if not source:
        assert error.message == "rules.0.source: the field 'source' is missing"


@pytest.mark.parametrize("field", ["code", "name", "kind", "since", "claim", "why", "wrong_when"])
def test_a_rule_without_one_of_its_fields_is_refused(refused, field):
    lines = rules(rule()).splitlines(keepends=True)
    kept = [line for line in lines if line.strip(" -").split(":")[0] != field]
    text = "".join(kept).replace("rules:\n    name", "rules:\n  - name")
    error = refused(text)
    assert error.message == f"rules.0.{field}: the field '{field}' is missing"
    assert error.where == "rules/own.yaml, line 2"


def test_an_unknown_field_is_refused_with_the_nearest_one(refused):
    error = refused(rules(rule(more="    becuase: It is so.\n    wrong_whem: Never at all.\n")))
    assert error.message == "rules.0.becuase: there is no field named 'becuase' here"
    assert error.where == at("cases")
    error = refused(rules(rule(more="    wrong_whem: Never at all.\n")))
    assert error.hint == "did you mean wrong_when?"


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"code": "q1"}, "code", "rules.0.code: string should match pattern"),
        ({"kind": "opinion"}, "kind", "rules.0.kind: input should be 'quality'"),
        ({"effects": "{lora: 3.5}"}, "effects", "rules.0.effects.lora: input should be"),
        ({"effects": "{lora: 1000}"}, "effects", "rules.0.effects.lora: input should be"),
        ({"effects": "{lora: yes}"}, "effects", "rules.0.effects.lora: input should be"),
        ({"cases": "[]"}, "cases", "rules.0.cases: list should have at least 1 item"),
        ({"when": "[]"}, "when", "rules.0.when: input should be a valid dictionary"),
        ({"when": "{task.type: {a: 1}}"}, "when", "rules.0.when.task.type: input"),
    ],
)
def test_a_field_of_the_wrong_form_is_refused_at_its_line(refused, change, field, message):
    error = refused(rules(rule(**change)))
    assert error.message.startswith(message)
    assert error.where == at(field)


def test_a_code_that_stands_twice_is_refused_in_one_file_and_across_files(refused):
    error = refused(rules(rule(), rule("Q902"), rule()))
    assert error.message == "Q901 is defined twice"
    assert error.where == "rules/own.yaml, line 30"
    error = refused({"a.yaml": rules(rule()), "b.yaml": rules(rule("Q902"), rule())})
    assert error.where == "rules/b.yaml, line 16"


VETO = "    veto: [lora]\n"


@pytest.mark.parametrize(
    ("text", "message", "field"),
    [
        (rule(more=VETO), "a rule has either effects or a veto", "code"),
        (rule(effects=""), "a rule has either effects or a veto", "code"),
        (rule(effects="", more=VETO), "only a feasibility rule can veto", "kind"),
        (rule(kind="feasibility"), "a feasibility rule must veto", "kind"),
    ],
)
def test_effects_and_vetoes_do_not_mix(refused, text, message, field):
    error = refused(rules(text))
    assert error.message == message
    assert error.where == at(field)


def ramp(fact: str, points: str) -> str:
    return rule(effects=f"{{lora: {{ramp: {fact}, points: {points}}}}}")


@pytest.mark.parametrize(
    ("fact", "points", "message"),
    [
        ("task.type", "{1: 0, 2: 3}", "a ramp needs a number, and task.type is none"),
        ("model.name", "{1: 0, 2: 3}", "a ramp needs a number, and model.name is none"),
        ("data.rows", "{1: 0, 2: 3}", "there is no fact named 'data.rows'"),
        ("data.train_examples", "{10: 0, 5: 3}", "the ramp's points must rise"),
        ("data.train_examples", "{1k: 0, '1000': 3}", "the ramp's points must rise"),
        ("data.train_examples", "{0: 0, 5: 3}", "the ramp's points must rise, starting above zero"),
        (
            "data.train_examples",
            "{-5: 0, 5: 3}",
            "the ramp's points must rise, starting above zero",
        ),
        ("data.train_examples", "{5: 0, 24GB: 3}", "the ramp's point is not valid: '24GB' has"),
        ("data.train_examples", "{1e400: 0, 1e401: 3}", "the ramp's point is not valid"),
        ("data.train_examples", "{'': 0, 5: 3}", "the ramp's point is not valid"),
    ],
)
def test_a_ramp_that_does_not_rise_over_a_number_is_refused(refused, fact, points, message):
    error = refused(rules(ramp(fact, points)))
    assert error.message.startswith(message)
    assert error.where == at("effects")


@pytest.mark.parametrize(
    ("effect", "message"),
    [
        ("{ramp: model.parameters, points: {1B: 3}}", "points: dictionary should have at least 2"),
        ("{ramp: model.parameters}", "points: the field 'points' is missing"),
        ("{points: {1B: 0, 2B: 3}}", "ramp: the field 'ramp' is missing"),
        ("{ramp: model.parameters, points: {1: 0, 2: x}}", "points.2: input should be a valid int"),
        ("{ramp: a, points: {1: 0, 2: 3}, of: b}", "of: there is no field named 'of' here"),
    ],
)
def test_a_ramp_of_the_wrong_form_is_refused_at_the_part_that_is_wrong(refused, effect, message):
    error = refused(rules(rule(effects=f"{{lora: {effect}}}")))
    assert error.message.startswith(f"rules.0.effects.lora.{message}")
    assert error.where == at("effects")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (rule(effects="{loar: 3}"), 7),
        (rule(kind="feasibility", effects="", more="    veto: [loar]\n"), 14),
        (rule(more="    for_each: [loar]\n"), 15),
    ],
)
def test_an_unknown_method_is_refused_with_the_nearest_one(refused, text, line):
    error = refused(rules(text))
    assert error.message == "there is no method or group named 'loar'"
    assert error.where == f"rules/own.yaml, line {line}"
    assert "lora" in error.hint


def test_a_method_that_is_given_two_effects_is_refused(refused):
    error = refused(rules(rule(effects="{lora: 3, lora_methods: 2}")))
    assert error.message == "lora is given two effects"
    assert error.where == at("effects")


@pytest.mark.parametrize(
    ("cases", "message"),
    [
        ("[{name: x, facts: {data.rows: 5}, expect: fires}]", "there is no fact named 'data.rows'"),
        ("[{name: x, facts: {task.type: chess}, expect: fires}]", "task.type: 'chess' is not one"),
        ("[{name: x, facts: {}, expect: maybe}]", "rules.0.cases.0.expect: input should be"),
        ("[{name: x, facts: {}, expect: fires, method: lora}]", "the case 'x' needs a method"),
        ("[{name: X y, facts: {}, expect: fires}]", "rules.0.cases.0.name: string should match"),
    ],
)
def test_a_case_that_cannot_be_run_is_refused(refused, cases, message):
    error = refused(rules(rule(cases=cases)))
    assert error.message.startswith(message)
    assert error.where == at("cases")


def test_a_case_of_a_rule_for_several_methods_names_one_of_them(refused):
    error = refused(rules(rule(effects='{"{method}": 1}', more="    for_each: [lora]\n")))
    assert error.message == "the case 'always' needs a method of for_each"


def with_table(**changes) -> dict[str, str]:
    return {"own.yaml": rules(rule()), "table.yaml": table(**changes)}


ROW = "  - {{when: {when}, level: {level}, why: A reason of some length.}}\n"
LAST = ROW.format(when="{}", level="ample")


def test_a_table_may_not_read_the_level_of_a_table(refused):
    row = ROW.format(when="{decision.task_complexity: low}", level="none")
    error = refused(with_table(rows=row + LAST))
    assert error.message == "a sub-decision cannot read another one"
    assert error.where == "rules/table.yaml, line 7"


def test_a_table_decides_sub_decisions_only(refused):
    error = refused(
        with_table(decides="data.domain_shift", rows=ROW.format(when="{}", level="low") * 2)
    )
    assert error.message == "data.domain_shift is no sub-decision, so no table can decide it"
    assert error.where == "rules/table.yaml, line 1"


def test_a_level_that_the_fact_does_not_have_is_refused(refused):
    error = refused(with_table(rows=ROW.format(when="{task.type: code}", level="plenty") + LAST))
    assert error.message == "'plenty' is not a level of decision.data_adequacy"
    assert error.where == "rules/table.yaml, line 7"
    assert error.hint == "one of none, scarce, small, ample"


def test_a_table_that_may_not_decide_is_refused(refused):
    row = ROW.format(when="{task.type: code}", level="none")
    error = refused(with_table(rows=LAST + row))
    assert error.message.startswith("the last row must hold always")
    assert error.where == "rules/table.yaml, line 8"


def test_two_tables_for_one_fact_are_refused(refused):
    error = refused(with_table() | {"twin.yaml": table()})
    assert error.message == "decision.data_adequacy is defined twice"
    assert error.where == "rules/twin.yaml, line 1"


RISK = (
    "risks:\n  - {code: R901, name: a-risk, methods: [lora], when: {},\n"
    "     risk: Something goes wrong., watch: Look at it often., source: A long report}\n"
)


def test_a_risk_is_read_and_a_bad_one_refused(load, refused):
    files = {"own.yaml": rules(rule()), "risks.yaml": RISK}
    (risk,) = load(files).risks
    assert (risk.code, risk.methods, risk.when) == ("R901", ("lora",), {})
    error = refused({**files, "risks.yaml": RISK.replace("[lora]", "[loar]")})
    assert error.message == "there is no method or group named 'loar'"
    assert error.where == "rules/risks.yaml, line 2"


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


HOSTILE = {
    "nul": b"rules:\0",
    "latin-1": b"rules: caf\xe9",
    "alias bomb": b"a: &a [x, x]\nb: &b [*a, *a]\nrules: *b",
    "deep lists": b"[" * 100_000,
    "deep mappings": b"{a: " * 100_000,
    "deep when": b"rules: [{when: " + b"[" * 100_000,
    "one line": b"rules: " + b"x" * 10_000_000,
    "many values": b"rules: [" + b"a," * 500_000 + b"]",
    "many rules": b"rules:\n" + b"- {code: Q1}\n" * 5_000,
    "repeated key": b"rules: []\nrules: []\n",
    "infinity": b"rules: [{code: .inf}]",
    "tag": b"rules: !!python/object:os.system x",
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused(no_hang, tmp_path, raw):
    (tmp_path / "own.yaml").write_bytes(raw)
    with pytest.raises(AdvisorError) as error:
        load_rules([tmp_path])
    assert "own.yaml" in error.value.where


def test_what_is_no_file_is_refused(no_hang, tmp_path):
    path = tmp_path / "own.yaml"
    path.mkdir()
    with pytest.raises(AdvisorError, match="is a directory"):
        load_rules([tmp_path])
    path.rmdir()
    os.mkfifo(path)
    with pytest.raises(AdvisorError, match="not a regular file"):
        load_rules([tmp_path])
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(AdvisorError, match="not a regular file"):
        load_rules([tmp_path])


def test_a_folder_of_too_many_files_is_refused(no_hang, tmp_path):
    for number in range(501):
        (tmp_path / f"{number}.yaml").touch()
    with pytest.raises(AdvisorError, match="more than 500 rule files"):
        load_rules([tmp_path])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("too_close_decibans: 2", "too_close_decibans: two", "too_close_decibans: input should be"),
        ("too_close_decibans: 2", "", "too_close_decibans: the field"),
        ("adapters: [ia3,", "adapters: [ia33,", "there is no method named 'ia33'"),
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


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    """A folder in place of the shipped rules, for many examples in one test."""
    home = tmp_path_factory.mktemp("fuzz")
    fill(home, {"own.yaml": rules(rule())})
    return home


def load_or_refuse(home, raw: bytes) -> None:
    (home / "own.yaml").write_bytes(raw)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("advisor.rules.loading.rules_folder", lambda: home)
        try:
            base = load_rules()
        except AdvisorError as error:
            assert error.message
            assert "own.yaml" in error.where
        else:
            assert base.rules or base.tables or base.risks


@settings(max_examples=150)
@given(raw=st.binary(max_size=150) | st.text(max_size=150).map(str.encode))
def test_any_bytes_are_rules_or_are_refused(scratch, raw):
    load_or_refuse(scratch, raw)


VALID = rules(
    rule(when='{data.train_examples: "[10..1k)", task.type: [code, regression]}'),
    rule(
        "P902",
        kind="preference",
        effects="{lora: {ramp: model.parameters, points: {1B: 0, 10B: 3}}}",
    ),
    rule("F903", kind="feasibility", effects="", when="{model.licence: not(mit)}", more=VETO),
)
PIECES = st.sampled_from(
    (
        *("", "\n", ": ", "  ", "-", "[", "}", "'", '"', "&a ", "*a", "!!int ", "1e999", "-1"),
        *("not(", "..", ">= ", "null", "true", "\0", "\t", "code", "1B", "{method}", SOURCE),
    )
)


@st.composite
def mutated(draw, original: str) -> bytes:
    text = original
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 10)))
        text = text[:start] + draw(PIECES | st.text(max_size=3)) + text[end:]
    return text.encode("utf-8", "surrogatepass")


def test_the_files_that_are_damaged_below_are_valid_ones(load):
    base = load({"own.yaml": VALID, "table.yaml": table(), "risks.yaml": RISK})
    assert (len(base.rules), len(base.tables), len(base.risks)) == (3, 1, 1)


@settings(max_examples=300)
@given(raw=mutated(VALID) | mutated(table()) | mutated(RISK))
def test_a_damaged_rule_file_is_read_or_refused(scratch, raw):
    load_or_refuse(scratch, raw)


SHIPPED_FILES = sorted(p for p in rules_folder().rglob("*.yaml") if p.name != "settings.yaml")


@settings(max_examples=40)
@given(data=st.data())
def test_a_damaged_shipped_file_is_read_or_refused(scratch, data):
    path = data.draw(st.sampled_from(SHIPPED_FILES))
    load_or_refuse(scratch, data.draw(mutated(path.read_text(encoding="utf-8"))))
