"""Fit the weights of the shipped rules to a table of published comparisons."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from advisor.catalogue import load_evidence, read_evidence
from advisor.rules import load_rules
from advisor.support import AdvisorError

_LIBRARIES = ("numpy", "scipy")


def fitted_weights(table: Path | None) -> str:
    """The text of a rules/fitted.yaml.

    Args:
        table: comparisons in the form of evidence.csv; the shipped ones if None.

    Raises:
        AdvisorError: if the table is wrong, or a library is not installed.
    """
    rows = load_evidence() if table is None else read_evidence(table)
    missing = [name for name in _LIBRARIES if find_spec(name) is None]
    if missing:
        raise AdvisorError(
            f"{' and '.join(missing)} not installed, and weights cannot be fitted without",
            hint="pip install 'tuning-advisor[calibrate]'",
        )
    from advisor.calibration import calibrate, fitted_yaml

    return fitted_yaml(*calibrate(rows, load_rules(authored=True)))
