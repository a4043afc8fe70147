"""A Ray cluster of two nodes on this machine."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import pytest

for folder in ("microbench/worker", "microbench/running", "microbench/planning", "support"):
    sys.path.append(str(Path(__file__).parents[2] / folder))


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory):
    """The folder of a BERT with two layers of 32, random weights."""
    from tiny_benches import write_model

    return write_model(tmp_path_factory.mktemp("tiny") / "bert", "bert")


@pytest.fixture(scope="module")
def scratch():
    """Where the nodes put their files; its name is short, as the paths of sockets have to be."""
    folder = tempfile.mkdtemp(prefix="rays-")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def ray_alone(scratch):
    """Ray, without a token in the user's home, reports, or a dashboard."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "disabled")
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("TMPDIR", scratch)
        yield pytest.importorskip("ray")


@pytest.fixture(scope="module")
def cluster(ray_alone, scratch):
    """Two nodes on this machine, with room for one trial each."""
    from ray.cluster_utils import Cluster

    started = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 1, "include_dashboard": False},
    )
    started.add_node(num_cpus=1)
    started.wait_for_nodes()
    yield started
    started.shutdown()


@pytest.fixture(scope="module")
def bench(tiny_encoder):
    from tiny_benches import bench_of

    from advisor.microbench.records import Route

    return bench_of(tiny_encoder, "bert", Route.HEAD)
