"""Facts about the limits that control groups set."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.facts import Source
from advisor.profilers.hardware.machine import (
    cpu_fact,
    cpu_quota,
    disk_fact,
    memory_left_bytes,
    ram_fact,
)

UNLIMITED_V1 = "9223372036854771712"
MIB = 2**20


class Tree:
    """A procfs and a tree of control groups in a temporary folder."""

    def __init__(self, folder: Path, own_groups: str) -> None:
        self.proc = folder / "proc"
        self.cgroups = folder / "cgroup"
        self.write(self.proc / "self" / "cgroup", own_groups)

    def write(self, file: Path, text: object) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{text}\n", encoding="ascii")

    def group(self, name: str, **files: object) -> None:
        for file, text in files.items():
            self.write(self.cgroups / name / file.replace("__", "."), text)

    def memory(self) -> int | None:
        return memory_left_bytes(self.proc, self.cgroups)

    def quota(self) -> float | None:
        return cpu_quota(self.proc, self.cgroups)


@pytest.fixture
def v2(tmp_path: Path) -> Tree:
    tree = Tree(tmp_path, "0::/outer/inner")
    tree.group("", cgroup__controllers="cpu memory")
    return tree


def test_a_machine_without_control_groups_has_no_limit(tmp_path: Path):
    assert memory_left_bytes(tmp_path, tmp_path) is None
    assert cpu_quota(tmp_path, tmp_path) is None


def test_v2_leaves_the_limit_less_the_usage(v2: Tree):
    v2.group("outer/inner", memory__max=500 * MIB, memory__current=200 * MIB)
    assert v2.memory() == 300 * MIB


def test_v2_counts_cached_file_pages_as_free(v2: Tree):
    v2.group(
        "outer/inner",
        memory__max=500 * MIB,
        memory__current=200 * MIB,
        memory__stat=f"anon 1\ninactive_file {150 * MIB}",
    )
    assert v2.memory() == 450 * MIB


def test_v2_max_is_no_limit(v2: Tree):
    v2.group("outer/inner", memory__max="max", memory__current=1, cpu__max="max 100000")
    assert v2.memory() is None
    assert v2.quota() is None


def test_the_tightest_limit_on_the_way_to_the_root_counts(v2: Tree):
    v2.group("outer/inner", memory__max=500 * MIB, memory__current=0, cpu__max="400000 100000")
    v2.group("outer", memory__max=300 * MIB, memory__current=100 * MIB, cpu__max="150000 100000")
    assert v2.memory() == 200 * MIB
    assert v2.quota() == 1.5


def test_an_overdrawn_limit_leaves_nothing(v2: Tree):
    v2.group("outer", memory__max=100 * MIB, memory__current=120 * MIB)
    assert v2.memory() == 0


def test_a_group_that_the_container_does_not_see_falls_back_to_the_mounted_root(tmp_path: Path):
    tree = Tree(tmp_path, "5:memory:/docker/0123\n4:cpu,cpuacct:/docker/0123")
    tree.group("memory", memory__limit_in_bytes=64 * MIB, memory__usage_in_bytes=16 * MIB)
    tree.group("cpu,cpuacct", cpu__cfs_quota_us=50000, cpu__cfs_period_us=100000)
    assert tree.memory() == 48 * MIB
    assert tree.quota() == 0.5


def test_v1_controllers_may_be_mounted_under_their_single_names(tmp_path: Path):
    tree = Tree(tmp_path, "4:cpu,cpuacct:/")
    tree.group("cpu", cpu__cfs_quota_us=200000, cpu__cfs_period_us=100000)
    assert tree.quota() == 2


def test_v1_quota_of_minus_one_is_no_quota(tmp_path: Path):
    tree = Tree(tmp_path, "4:cpu:/")
    tree.group("cpu", cpu__cfs_quota_us=-1, cpu__cfs_period_us=100000)
    assert tree.quota() is None


def test_v1_cache_stands_under_its_hierarchical_name(tmp_path: Path):
    tree = Tree(tmp_path, "5:memory:/job")
    tree.group(
        "memory/job",
        memory__limit_in_bytes=100 * MIB,
        memory__usage_in_bytes=90 * MIB,
        memory__stat=f"total_inactive_file {40 * MIB}",
    )
    assert tree.memory() == 50 * MIB


def test_a_hybrid_machine_reads_v2_under_unified(tmp_path: Path):
    tree = Tree(tmp_path, "1:cpu:/\n0::/job")
    tree.group("unified/job", cpu__max="30000 100000")
    assert tree.quota() == 0.3


def test_a_path_outside_the_containers_view_stays_inside_the_mount(tmp_path: Path):
    tree = Tree(tmp_path, "0::/../../elsewhere")
    tree.group("", cgroup__controllers="memory", memory__max=7 * MIB, memory__current=0)
    assert tree.memory() == 7 * MIB


@pytest.mark.parametrize("text", ["", "garbage", "1.5e9 x"])
def test_unreadable_files_set_no_limit(v2: Tree, text: str):
    v2.group("outer/inner", memory__max=text, cpu__max=text)
    assert v2.memory() is None
    assert v2.quota() is None


def test_the_containers_limit_lowers_the_ram_and_says_so(v2: Tree):
    v2.group("outer", memory__max=64 * MIB, memory__current=0)
    fact = ram_fact(v2.proc, v2.cgroups)
    assert (fact.key, fact.value) == ("hardware.ram_available_gib", 0.06)
    assert fact.source is Source.DETECTED
    assert "container's limit" in fact.detail


def test_a_limit_above_the_machines_ram_changes_nothing(tmp_path: Path):
    tree = Tree(tmp_path, "5:memory:/")
    tree.group("memory", memory__limit_in_bytes=UNLIMITED_V1, memory__usage_in_bytes=0)
    assert "container" not in ram_fact(tree.proc, tree.cgroups).detail


def test_the_quota_lowers_the_cores_and_may_be_a_fraction(v2: Tree):
    v2.group("outer", cpu__max="50000 100000")
    fact = cpu_fact(v2.proc, v2.cgroups)
    assert fact.value == 0.5
    assert "quota" in fact.detail


def test_without_a_quota_the_cores_are_those_the_process_may_run_on(tmp_path: Path):
    value = cpu_fact(tmp_path, tmp_path).value
    assert isinstance(value, int)
    assert value >= 1


def test_the_disk_fact_does_not_name_the_folder(tmp_path: Path):
    fact = disk_fact(tmp_path)
    assert isinstance(fact.value, float)
    assert str(tmp_path) not in fact.detail
