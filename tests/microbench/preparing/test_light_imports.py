"""Preparing needs none of the heavy libraries."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

from advisor.microbench import preparing

HEAVY = {"torch", "transformers", "peft", "numpy", "pyarrow", "tokenizers"}


def test_no_module_of_the_package_loads_a_heavy_library():
    names = [
        f"{preparing.__name__}.{found.name}" for found in pkgutil.iter_modules(preparing.__path__)
    ]
    assert len(names) > 10
    code = f"import sys, {', '.join(names)}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert not HEAVY & set(done.stdout.split())
