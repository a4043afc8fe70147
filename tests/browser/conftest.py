"""Pages are tried on the random projects of the portfolio's tests."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "portfolio"))
