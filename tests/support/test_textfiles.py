"""Facts about reading small text files that people name, whatever they turn out to be."""

from __future__ import annotations

import io
import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.support.errors import AdvisorError, ExitCode
from advisor.support.textfiles import MAX_BYTES, read_text, require_regular_file

pytestmark = pytest.mark.usefixtures("no_hang")


def refused(path, **options) -> AdvisorError:
    with pytest.raises(AdvisorError) as error:
        read_text(path, what="facts file", **options)
    return error.value


def test_a_text_comes_back_as_it_was_written(tmp_path):
    path = tmp_path / "facts.yaml"
    path.write_bytes("a: caf\u00e9\r\nb: 1\n".encode())
    assert read_text(path, what="facts file") == "a: caf\u00e9\r\nb: 1\n"


def test_a_byte_order_mark_is_dropped(tmp_path):
    path = tmp_path / "facts.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1")
    assert read_text(path, what="facts file") == "a: 1"


def test_an_empty_file_is_an_empty_text(tmp_path):
    path = tmp_path / "facts.yaml"
    path.touch()
    assert read_text(path, what="facts file") == ""


def test_a_missing_file_is_named_with_its_path(tmp_path):
    error = refused(tmp_path / "none.yaml")
    assert error.message == "the facts file does not exist"
    assert error.where.endswith("none.yaml")
    assert error.exit_code is ExitCode.USAGE


def test_a_directory_is_refused_as_one(tmp_path):
    assert refused(tmp_path).message == "the facts file is a directory"


def test_an_endless_device_is_refused_before_it_is_read():
    assert "not a regular file" in refused("/dev/zero").message


def test_a_pipe_that_nobody_writes_to_does_not_block(tmp_path):
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    assert "not a regular file" in refused(pipe).message


def test_a_link_to_a_device_is_refused_like_the_device(tmp_path):
    link = tmp_path / "link.yaml"
    link.symlink_to("/dev/zero")
    assert "not a regular file" in refused(link).message


def test_a_link_to_itself_is_refused(tmp_path):
    link = tmp_path / "loop.yaml"
    link.symlink_to(link)
    assert refused(link).message.startswith("the facts file cannot be opened")


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_an_impossible_path_is_refused(name):
    assert refused(name).message.startswith("the facts file cannot be opened")


def test_a_path_through_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()
    assert refused(tmp_path / "file" / "facts.yaml").message.startswith("the facts file cannot")


def test_a_file_of_ten_megabytes_on_one_line_is_too_large(tmp_path):
    path = tmp_path / "facts.yaml"
    path.write_bytes(b"x" * 10_000_000)
    error = refused(path)
    assert error.message == "the facts file is larger than 4096 KiB"
    assert "not the data set itself" in error.hint


def test_the_size_limit_is_the_last_size_that_is_read(tmp_path):
    path = tmp_path / "facts.yaml"
    path.write_bytes(b"x" * 100)
    assert read_text(path, what="facts file", max_bytes=100) == "x" * 100
    assert "larger than" in refused(path, max_bytes=99).message
    assert MAX_BYTES == 4 * 1024 * 1024


def test_a_nul_byte_is_named_with_its_line(tmp_path):
    path = tmp_path / "facts.yaml"
    path.write_bytes(b"a: 1\nb: \0\n")
    error = refused(path)
    assert "NUL bytes" in error.message
    assert error.where.endswith("facts.yaml, line 2")


def test_invalid_utf_8_is_named_with_its_line(tmp_path):
    path = tmp_path / "facts.yaml"
    path.write_bytes(b"a: 1\n\nb: caf\xe9\n")
    error = refused(path)
    assert error.message == "the facts file is not valid UTF-8 text"
    assert error.where.endswith("facts.yaml, line 3")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path):
    path = tmp_path / "facts.yaml"
    path.touch(mode=0o000)
    assert "cannot be read" in refused(path).message


class PipedInput:
    """A standard input that holds the given bytes."""

    def __init__(self, raw: bytes) -> None:
        self.buffer = io.BytesIO(raw)


def test_a_dash_reads_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", PipedInput(b"a: 1"))
    assert read_text("-", what="facts file") == "a: 1"


def test_standard_input_has_the_same_size_limit(monkeypatch):
    monkeypatch.setattr(sys, "stdin", PipedInput(b"x" * 10_000_000))
    error = refused("-")
    assert "larger than" in error.message
    assert error.where == "standard input"


def test_a_regular_file_passes_the_bare_check(tmp_path):
    path = tmp_path / "facts.yaml"
    path.touch()
    assert require_regular_file(path, what="facts file") is None


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("texts") / "any.yaml"


@given(raw=st.binary(max_size=200))
def test_any_bytes_are_text_or_are_refused(scratch, raw):
    scratch.write_bytes(raw)
    try:
        text = read_text(scratch, what="facts file")
    except AdvisorError as error:
        assert b"\0" in raw or "UTF-8" in error.message
    else:
        assert text.encode("utf-8-sig").endswith(text.encode())
        assert text.encode() == raw.removeprefix(b"\xef\xbb\xbf")
