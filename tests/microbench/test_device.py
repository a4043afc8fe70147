"""Which device the trials use: what the installed torch can use, not what a driver tells."""

from __future__ import annotations

import textwrap

import pytest

from advisor.confirmation.bench import device_of
from advisor.facts import Fact, FactBase, Source

TORCH = """
    from types import SimpleNamespace as S
    __version__ = "2.9.0"
    version = S(cuda="12.8", hip={hip!r})
    _card = S(name="Card", total_memory=2**34, is_integrated=0)
    cuda = S(is_available=lambda: {available}, device_count=lambda: 1,
        get_device_properties=lambda _: _card, mem_get_info=lambda _: (2**33, 2**34))
    backends = S(mps=S(is_available=lambda: False))
"""


@pytest.fixture
def torch_package(monkeypatch, tmp_path):
    """Install a torch of the given text and version."""

    def install(text, version="2.9.0"):
        (tmp_path / "torch.py").write_text(textwrap.dedent(text))
        info = tmp_path / f"torch-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: torch\nVersion: {version}\n")
        monkeypatch.syspath_prepend(tmp_path)

    return install


def project_on(accelerator):
    return FactBase([Fact("hardware.accelerator", accelerator, Source.FLAG)])


@pytest.mark.parametrize(("accelerator", "hip"), [("cuda", None), ("rocm", "6.4")])
def test_a_card_that_torch_can_use_is_used(torch_package, accelerator, hip):
    torch_package(TORCH.format(available=True, hip=hip))
    assert device_of(project_on(accelerator), here=True) == ("cuda", "")


def test_a_driver_too_old_for_torch_leaves_the_cpu(torch_package):
    torch_package(TORCH.format(available=False, hip=None))
    device, note = device_of(project_on("cuda"), here=True)
    assert device == "cpu"
    assert note == (
        "The trials run on this machine's CPU, not on cuda: torch 2.9.0 finds no accelerator."
    )


def test_a_build_for_the_cpu_is_not_even_started(torch_package, tmp_path):
    torch_package("import pathlib; pathlib.Path(__file__).with_name('ran').touch()", "2.9.0+cpu")
    device, note = device_of(project_on("cuda"), here=True)
    assert device == "cpu"
    assert note.endswith("the installed torch is a build for the CPU alone.")
    assert not (tmp_path / "ran").exists()


def test_another_accelerator_than_the_projects_is_not_taken(torch_package):
    torch_package(TORCH.format(available=True, hip=None))
    device, note = device_of(project_on("mps"), here=True)
    assert device == "cpu"
    assert note.endswith("torch 2.9.0 finds cuda instead.")


@pytest.mark.parametrize(("accelerator", "here"), [("none", True), ("cuda", False)])
def test_torch_is_not_asked_about_the_cpu_or_about_other_machines(
    torch_package, tmp_path, accelerator, here
):
    torch_package("import pathlib; pathlib.Path(__file__).with_name('ran').touch()")
    device, note = device_of(project_on(accelerator), here=here)
    assert (device, note) == ("cuda" if accelerator == "cuda" else "cpu", "")
    assert not (tmp_path / "ran").exists()
