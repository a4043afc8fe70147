"""``python -m advisor_ray ADDRESS`` tries to connect, and does nothing else."""

from __future__ import annotations

import sys

from advisor_ray.connecting import tried

sys.exit(tried(sys.argv[1]))
