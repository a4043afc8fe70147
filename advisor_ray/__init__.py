"""Trials of a micro-benchmark on a Ray cluster.

`advisor.app.confirm` reaches it through `advisor.support.plugins`; it needs the extra ``cluster``.
Ray itself is imported once it is known which cluster is meant.
"""

from advisor_ray.cluster import RayExecutor

__all__ = ["RayExecutor"]
