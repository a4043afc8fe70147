"""Which nodes have room, and the messages where there is none, no Ray, or no cluster."""

from __future__ import annotations

import sys

import pytest

from advisor.support.errors import AdvisorError, ExitCode
from advisor_ray.connecting import Connection
from advisor_ray.room import (
    Node,
    largest_share,
    nodes_with_room,
    require_memory,
    shortage,
)


def listed(alive=True, **resources):
    return {"NodeID": "a", "Alive": alive, "Resources": {"memory": 100.0, **resources}}


@pytest.mark.parametrize(
    ("node", "cpus", "gpus", "slots"),
    [
        (listed(CPU=4.0), 1, 0, 4),
        (listed(CPU=5.0), 2, 0, 2),
        (listed(CPU=4.0, GPU=2.0), 1, 1, 2),
        (listed(CPU=1.0, GPU=2.0), 1, 1, 1),
    ],
)
def test_slots_follow_from_what_a_job_takes(node, cpus, gpus, slots):
    unused = [listed(), listed(CPU=0.0, GPU=1.0), listed(alive=False, CPU=8.0, GPU=8.0)]
    assert nodes_with_room([node, *unused], cpus=cpus, gpus=gpus) == [Node("a", slots, 100)]


def test_a_cluster_without_room_is_refused():
    with pytest.raises(AdvisorError, match="a GPU and a CPU"):
        nodes_with_room([listed(CPU=4.0)], cpus=1, gpus=1)
    with pytest.raises(AdvisorError, match="a CPU"):
        nodes_with_room([], cpus=1, gpus=0)


@pytest.mark.parametrize(
    ("nodes", "slots", "share"),
    [
        ([("a", 4, 100)], 4, 25),
        ([("a", 4, 100)], 1, 100),
        ([("a", 2, 100), ("b", 2, 30)], 4, 15),
        ([("a", 2, 100), ("b", 2, 30)], 3, 30),
        ([("a", 2, 100), ("b", 2, 30)], 2, 50),
    ],
)
def test_each_job_gets_the_most_with_which_all_fit(nodes, slots, share):
    assert largest_share([Node(*node) for node in nodes], slots) == share


def test_memory_that_no_node_has_is_refused():
    nodes = [Node("a", 2, 2**30), Node("b", 2, 2**31)]
    require_memory(nodes, 2**31)
    with pytest.raises(AdvisorError, match=r"the largest has 2\.0 GiB"):
        require_memory(nodes, 2**31 + 1)


@pytest.mark.parametrize(
    ("free", "told"),
    [
        ({"CPU": 2.0, "memory": 2.0**31}, ""),
        ({"memory": 2.0**31}, "a trial takes 1 CPU, 1 GiB; 0 CPU, 2 GiB free"),
        ({"CPU": 2.0, "memory": 2.0**29}, "a trial takes 1 CPU, 1 GiB; 2 CPU, 0.5 GiB free"),
    ],
)
def test_what_others_have_taken_is_told(free, told):
    assert shortage(free, {"num_cpus": 1, "num_gpus": 0, "memory": 2**30}) == told


def test_without_ray_there_is_one_clear_message(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(AdvisorError, match="Ray is not installed") as caught:
        Connection(None)
    assert "[cluster]" in caught.value.hint
    assert caught.value.exit_code is ExitCode.MICROBENCH_FAILED


@pytest.mark.parametrize("address", ["127.0.0.1:1", "no address"])
def test_an_address_where_no_cluster_is_is_one_clear_message(address):
    pytest.importorskip("ray")
    with pytest.raises(AdvisorError, match="cannot be reached") as caught:
        Connection(address)
    assert caught.value.exit_code is ExitCode.MICROBENCH_FAILED
    assert caught.value.where == f"--address {address}"
