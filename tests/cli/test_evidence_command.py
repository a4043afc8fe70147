"""``advisor evidence`` as it is called: lists, checks and fits."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import as_command

import advisor
from advisor.app.calibrate import fitted_weights
from advisor.catalogue.evidence import table_text
from advisor.rules.fitted import calibration_from
from advisor.rules.loading import FITTED_FILE
from advisor.support.compiled import rules_folder
from advisor.support.errors import AdvisorError
from advisor.support.strictyaml import parse_yaml


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    path = tmp_path / "own.csv"
    path.write_text(table_text(None).replace(",60000000,", ",many,", 1), encoding="utf-8")
    return path


def test_the_list_names_every_comparison_with_its_gap_and_source():
    done = as_command("evidence", "list", "--method", "prefix_tuning")
    *rows, last = done.out.splitlines()
    assert last == f"comparisons: {len(rows)}, studies: 13; points below full come first"
    assert all("prefix_tuning" in row for row in rows)
    assert any(row.startswith("  -9.30") and "WebNLG" in row and "table" in row.lower()
               for row in rows)  # fmt: skip


def test_lora_is_listed_too_where_it_is_reported():
    last = as_command("evidence", "list", "--method", "lora").out.splitlines()[-1]
    assert last.startswith("comparisons: 124, studies: 16")


def test_an_unknown_method_is_refused_with_the_known_ones():
    done = as_command("evidence", "list", "--method", "prefix-tuning")
    assert done.code == 2
    assert "prefix_tuning" in done.err


def test_a_right_table_passes_and_a_wrong_one_names_line_and_column(damaged):
    assert as_command("evidence", "check").out == "errors: 0\n"
    done = as_command("evidence", "check", str(damaged))
    assert done.code == 2
    assert done.out.splitlines() == ["line 2, params: 'many' is no number", "errors: 1"]
    assert advisor.check_evidence(damaged) == ["line 2, params: 'many' is no number"]


@pytest.mark.parametrize("command", ["list", "fit"])
def test_a_wrong_table_is_used_for_nothing(command, damaged):
    done = as_command("evidence", command, str(damaged))
    assert done.code == 2
    assert done.out == ""
    assert "line 2, params" in done.err


@pytest.mark.parametrize("command", ["list", "check", "fit"])
def test_a_missing_table_is_one_clear_message(command, tmp_path):
    done = as_command("evidence", command, str(tmp_path / "none.csv"))
    assert done.code == 2
    assert "none.csv" in done.err
    assert "Traceback" not in done.err


def test_without_the_libraries_a_fit_says_what_to_install(monkeypatch):
    monkeypatch.setattr("advisor.app.calibrate.find_spec", lambda _: None)
    with pytest.raises(AdvisorError, match="numpy and scipy not installed") as caught:
        fitted_weights(None)
    assert "tuning-advisor[calibrate]" in caught.value.hint


def test_the_shipped_weights_are_those_that_the_shipped_table_gives(tmp_path):
    # Another release of scipy may round one decimal differently, so one deciban is allowed.
    written = tmp_path / "fitted.yaml"
    done = as_command("evidence", "fit", "-o", str(written))
    assert done.code == 0, done.err
    fitted, shipped = (
        calibration_from(parse_yaml(path.read_text(encoding="utf-8"), where=path.name).value)
        for path in (written, rules_folder() / FITTED_FILE)
    )
    assert (fitted.rows, fitted.studies) == (shipped.rows, shipped.studies)
    for new, old in zip(fitted.weights, shipped.weights, strict=True):
        assert (new.rule, new.methods, new.authored) == (old.rule, old.methods, old.authored)
        assert new.fitted == pytest.approx(old.fitted, abs=1)
        assert (new.rows, new.studies) == (old.rows, old.studies)
