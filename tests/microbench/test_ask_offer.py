"""The micro-benchmark that the questionnaire offers at its end, on a real terminal."""

from __future__ import annotations

import json
import sys

import pexpect
import pytest
from confirming import LIMIT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs a pseudo-terminal")

ASK = ["-c", "from advisor.cli.main import run; run()", "ask", "--offline", "--plain"]
OFFER = r"A time such as 3m[^>]*> "
KEEP = r"Keep it\?.*> "


@pytest.fixture
def offered(tiny_encoder, review_file, tmp_path):
    """Start the questionnaire, and answer it as far as the offer."""

    def start(*options):
        words = [*ASK, "--model", tiny_encoder, "--data", review_file, *options]
        child = pexpect.spawn(
            sys.executable, list(map(str, words)), cwd=str(tmp_path), timeout=LIMIT,
            encoding="utf-8", dimensions=(60, 100),
        )  # fmt: skip
        child.delaybeforesend = None
        while child.expect([OFFER, r"correct .*> |right.*> |judge.*> ", r"> "]) != 0:
            child.sendline("" if child.match.re.pattern.startswith("correct") else "unknown")
        return child

    return start


def ended(child) -> int:
    child.expect(pexpect.EOF)
    child.close()
    assert "Traceback" not in child.before
    return child.exitstatus


def test_the_file_that_was_asked_for_holds_what_was_measured(offered, tmp_path):
    child = offered("-o", "run.json")
    assert "results" not in json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    child.sendline("soon")
    child.expect("soon")
    child.expect(OFFER)
    child.sendline("20s")
    child.expect("wrote run.json")
    assert ended(child) in (0, 3, 4)
    run = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert run["results"]["prompt_tuning"]["score"] is not None
    assert list((tmp_path / "state").glob("*/confirm/*")) == []


def test_a_measurement_that_is_stopped_is_offered_to_be_kept_and_leaves_nothing(offered, tmp_path):
    child = offered()
    child.sendline("10m")
    child.expect("loading the model|measuring|trial")
    child.sendintr()
    assert child.expect(["--resume", OFFER, KEEP]) != 0
    child.sendline("")
    if child.expect([KEEP, pexpect.EOF]) == 0:
        child.sendline("")
        child.expect(pexpect.EOF)
    assert "Traceback" not in child.before
    assert list((tmp_path / "state").glob("*/confirm/*")) == []
