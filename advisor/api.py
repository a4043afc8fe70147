"""The Python API: facts in, the run record out, as on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from advisor.facts.factsfile import facts_from
from advisor.pipeline import advise as advise_on
from advisor.pipeline import load_engine
from advisor.report.record import record
from advisor.support.strictyaml import YamlDocument


def advise(facts: Mapping[str, Any], *, rules: Sequence[Path] = ()) -> dict[str, Any]:
    """Judge a project and return its run record (docs/run-file.md).

    Args:
        facts: by key, flat or nested, as in a facts file; amounts may be text such as ``"8B"``
            (parameters, examples) or ``"24GiB"``. This machine is not looked at.
        rules: folders of house rules.

    Raises:
        AdvisorError: if a fact is unknown or impossible, facts contradict each other, or a rule
            file is wrong.

    Example:
        >>> import advisor
        >>> run = advisor.advise({"data.train_examples": 8, "model.parameters": "8B"})
        >>> run["recommendation"] is None or run["status"] == "undetermined"
        True
    """
    engine = load_engine(rules)
    stated = facts_from(YamlDocument(dict(facts), {}, "facts"))
    return record(advise_on(stated, engine), engine.base)
