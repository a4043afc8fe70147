"""Reports are written whole or not at all, in the format that the name asks for."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_cases import persona

from advisor.report import files
from advisor.report.files import format_for, to_json, write_file
from advisor.support.errors import AdvisorError


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("run.json", "json"),
        ("RUN.JSON", "json"),
        ("report.md", "markdown"),
        ("report.markdown", "markdown"),
        ("report.txt", "terminal"),
        ("a.b.md", "markdown"),
    ],
)
def test_the_suffix_decides_the_format(name, expected):
    assert format_for(Path(name)) == expected


@pytest.mark.parametrize("name", ["report", "report.pdf", "json", ".md", "run.json.bak"])
def test_a_name_without_a_known_suffix_is_refused_with_the_known_ones(name):
    with pytest.raises(AdvisorError) as error:
        format_for(Path(name))
    assert ".json" in error.value.hint


def test_a_report_is_written_whole_and_leaves_nothing_else(tmp_path):
    write_file(tmp_path / "run.json", "text\n")
    assert (tmp_path / "run.json").read_text(encoding="utf-8") == "text\n"
    assert names(tmp_path) == ["run.json"]


def test_a_new_report_replaces_the_old_one(tmp_path):
    write_file(tmp_path / "run.md", "a long old report")
    write_file(tmp_path / "run.md", "new")
    assert (tmp_path / "run.md").read_text(encoding="utf-8") == "new"


def test_letters_outside_ascii_are_written_as_utf_8(tmp_path):
    write_file(tmp_path / "run.md", "\u00fc\u4e2d")
    assert (tmp_path / "run.md").read_bytes() == "\u00fc\u4e2d".encode()


def test_a_missing_folder_is_an_error_of_the_user(tmp_path):
    with pytest.raises(AdvisorError, match="cannot be written"):
        write_file(tmp_path / "absent" / "run.json", "text")
    assert names(tmp_path) == []


def test_a_folder_in_the_reports_place_is_an_error_of_the_user(tmp_path):
    (tmp_path / "run.json").mkdir()
    with pytest.raises(AdvisorError, match="cannot be written"):
        write_file(tmp_path / "run.json", "text")
    assert names(tmp_path) == ["run.json"]


def test_a_name_that_no_file_can_have_is_an_error_of_the_user(tmp_path):
    with pytest.raises(AdvisorError, match="NUL character"):
        write_file(tmp_path / "a\0b.json", "text")
    assert names(tmp_path) == []


def test_a_failure_at_the_last_step_leaves_the_old_report_and_no_half_one(tmp_path, monkeypatch):
    def full_disk(*_):
        raise OSError(28, "No space left on device")

    (tmp_path / "run.json").write_text("old", encoding="utf-8")
    monkeypatch.setattr(files.os, "replace", full_disk)
    with pytest.raises(AdvisorError, match="No space left"):
        write_file(tmp_path / "run.json", "new")
    assert (tmp_path / "run.json").read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["run.json"]


def test_a_text_that_cannot_be_encoded_leaves_no_file(tmp_path):
    # Such a character gets into a report from an argument that is not valid UTF-8.
    with pytest.raises((AdvisorError, UnicodeError)):
        write_file(tmp_path / "run.json", "name \udcff")
    assert names(tmp_path) == []


def test_an_interruption_while_writing_leaves_no_file(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_file(tmp_path / "run.json", "new")
    assert names(tmp_path) == []


def test_a_report_can_be_read_by_whoever_could_read_any_new_file(tmp_path):
    write_file(tmp_path / "run.json", "text")
    (tmp_path / "usual").write_text("text", encoding="utf-8")
    assert (tmp_path / "run.json").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_run_with_an_infinity_is_refused_instead_of_written_as_broken_json():
    with pytest.raises(ValueError, match="Out of range"):
        to_json({**persona("behind_an_api"), "confidence": float("inf")})
