"""How good were earlier weights on studies that came later? Nothing is fitted anew.

``python benchmarks/decision/forward.py old.yaml 2026-11-24`` takes a fitted.yaml of an earlier day
and judges it by the rows that entered the table on that date or later. The rivals know older rows.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import yaml
from decide import AUTHORED, TOLERANCE, compare
from measuring import versions, write_results
from metrics import Array, by_probability, by_rule, near_full
from rivals import features, fitted_logistic
from scipy.special import expit

from advisor.calibration.fitting import samples_of
from advisor.catalogue.evidence import comparisons, load_evidence
from advisor.rules.engine import Engine
from advisor.rules.fitted import calibration_from, with_fitted
from advisor.rules.loading import load_rules

EARLIER = "advisor, fitted before"


def main(old: Path, since: str) -> None:
    """Judge the weights of an earlier day by the rows of later days, and write the results."""
    base = load_rules(authored=True)
    weights = calibration_from(yaml.safe_load(old.read_text(encoding="utf-8"))).weights
    rules = with_fitted({"all": list(base.rules)}, weights)["all"]
    earlier = replace(base, rules=tuple(rules))
    all_pairs = comparisons(load_evidence())
    soft = np.array([one.method != "lora" for one in all_pairs])
    later = np.array([one.row.added >= since for one in all_pairs])
    odds = {}
    for name, own in ((EARLIER, earlier), (AUTHORED, base)):
        samples = samples_of(all_pairs, Engine(own))
        odds[name] = samples.effects.sum(axis=1)[samples.at(TOLERANCE)]
    found = [one for one in all_pairs if one.method != "lora"]
    gap, new = np.array([one.gap for one in found]), later[soft]
    near = near_full(gap)
    size = np.array([one.row.parameters for one in found])[new]
    logistic = fitted_logistic(features(found), near, held=new)
    said = {name: by_probability(expit(one[soft & later])) for name, one in odds.items()}
    said |= {
        "base rate of the older rows": by_probability(np.full(new.sum(), near[~new].mean())),
        "logistic regression, older rows": by_probability(logistic),
        "always full fine-tuning": by_rule(np.zeros(new.sum(), dtype=bool)),
        "10B or more, so prompt-tuning": by_rule(size >= 1e10),
    }
    study = np.array([one.row.study for one in found])[new]
    result, text = compare(said, gap[new], study, ours=(EARLIER,))
    lora = _lora(
        expit(odds[EARLIER]), near_full(np.array([o.gap for o in all_pairs])), ~soft, later
    )
    head = f"## Rows added from {since} on: {new.sum()} rows of {len(np.unique(study))} studies"
    text = f"{head}\n\n{text}\n\n{lora}"
    print(text)
    record = {"versions": versions(("numpy", "scipy", "scikit-learn")), "later rows": result}
    write_results("decision-forward", record | {"lora": lora}, text)


def _lora(parity: Array, near: Array, lora: Array, later: Array) -> str:
    new, known = near[lora & later], near[lora & ~later]
    own = np.square(parity[lora & later] - new).mean()
    rate = np.square(known.mean() - new).mean()
    return (
        f"LoRA, {len(new)} rows, {new.mean():.0%} near: Brier {own:.3f}, "
        f"base rate of the older rows {rate:.3f}."
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
