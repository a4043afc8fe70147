"""Facts about rule files that are hostile or damaged: each is read or refused, never worse."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_texts import RISK, SOURCE, VETO, fill, rule, rules, table

from advisor.rules.loading import load_rules, rules_folder
from advisor.support.errors import AdvisorError

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
