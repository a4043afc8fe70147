"""How many cases are tried, what starts first, guards against hangs and crowded cores."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

# Tests run side by side, and small matrices that are spread over cores that others use take twenty
# times as long. Libraries read this when they are loaded; the processes of tests inherit it.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

# A shell may start tests in the background with interrupts ignored, which their programs inherit.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


def pytest_addoption(parser):
    parser.addoption(
        "--many", action="store_true", help="ten times the random cases, and deeper models"
    )


LONG = (
    "browser",
    "cli/test_advise_command.py",
    "cli/test_any_bytes.py",
    "cli/test_bad_input.py",
    "cli/test_estimate_command.py",
    "cli/test_evidence_command.py",
    "cli/test_html_report.py",
    "cli/test_piping.py",
    "cli/test_tty_journey.py",
    "cli/test_whatif_command.py",
    "decide/test_against_published.py",
    "decide/test_bounds.py",
    "decide/test_soundness.py",
    "decide/test_waterfalls.py",
    "estimate/test_declared_inputs.py",
    "estimate/test_monotonicity.py",
    "estimate/trace",
    "microbench/running",
    "microbench/test_ask_offer.py",
    "microbench/test_confirm",
    "microbench/worker",
    "packaging/test_wheel.py",
    "plugins/portfolio",
    "plugins/ray",
    "profilers/test_data_bounds.py",
    "profilers/test_data_memory.py",
    "reasoning/test_asking.py",
    "reasoning/test_counterfactual.py",
    "reasoning/test_flips.py",
    "reasoning/test_map.py",
    "reasoning/test_outlook.py",
    "recipe/test_equivalence.py",
    "recipe/test_recipe_answers.py",
    "recipe/test_recipe_broken.py",
    "recipe/test_recipe_projects.py",
    "recipe/test_recipe_training.py",
    "report/html/test_html_charts.py",
    "report/html/test_html_structure.py",
    "report/html/test_html_validity.py",
    "rules/test_checks_by_brute_force.py",
    "test_estimating.py",
    "verification",
)
"""Beside single tests that are marked so: what needs a browser, traces, trains, or tries much."""


def pytest_collection_modifyitems(items):
    """Put what takes long first, so that no worker is left alone with it at the end."""
    here = Path(__file__).parent
    long = tuple(str(here / name) for name in LONG)
    for item in items:
        if str(item.path).startswith(long):
            item.add_marker("long")
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def many(request) -> bool:
    """Whether `make slow` asks, which tries ten times as much."""
    return request.config.getoption("--many")


@pytest.fixture(scope="session")
def cases(many):
    """From the number of random cases of `make test` the number that is tried now."""
    return lambda few: few * 10 if many else few


@pytest.fixture
def no_hang():
    """Raise in the middle of the test after half a minute; no refusal takes so long."""

    def give_up(*_):
        raise TimeoutError("the input was not refused in time")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(30)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
