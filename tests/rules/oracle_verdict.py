"""The oracle's verdict: status, recommendation, variant and alternative, from its own opinions.

Plain on purpose, as the oracle is: what each unsettled rule could still do to the lead of one
method over another is added up rule by rule, and the published rows near a project are counted in
the text of the table. Nothing of the program is shared.
"""

from __future__ import annotations

import csv
import math
from typing import Any

from oracle import METHODS, ROOT, SETTINGS, added_up, opinions

FULL, FEW = "full_fine_tuning", "few_shot_prompting"
SOFT = SETTINGS["groups"]["soft_prompts"]
TRAINED = SETTINGS["groups"]["trained"]
SPEAKS = {"prompt_tuning": ["prompt_tuning"], "p_tuning": ["p_tuning", "prompt_tuning"],
          "prefix_tuning": ["prefix"]}  # fmt: skip
with (ROOT / "advisor" / "catalogue" / "evidence.csv").open(encoding="utf-8") as table:
    PUBLISHED = [row for row in csv.DictReader(table) if row["primary"].strip() == "1"]


def judge(facts: dict, rules: list[dict], tables: list[dict]) -> dict[str, Any]:
    """What the rules add up to, and the four words of the answer."""
    found = opinions(facts, rules, tables)
    plain = added_up(found)
    score, variant, leaning = plain["score"], plain["variant"], plain["leaning"]
    if len(reachable(found)) > 1:
        status = "undetermined"
    elif leaning in ("infeasible", "do_not_train"):
        status = leaning
    else:
        status = "too_close" if close(plain, found, facts) else "decided"
    recommendation = None if leaning in ("infeasible", "do_not_train") else leaning
    chosen = {None: None, "prompt_tuning": variant, FULL: FULL}[recommendation]
    others = [m for m in METHODS if m not in (FULL, *SOFT) and m not in plain["vetoed"]]
    best = max(others, key=lambda method: score[method], default=None)
    if best and chosen and score[best] - score[chosen] < SETTINGS["alternative_decibans"]:
        best = None
    return {**plain, "status": status, "recommendation": recommendation, "alternative": best}


def lead(found: list[dict], method: str, rival: str) -> tuple[int, int]:
    """The least and the most by which a method may lead a rival."""
    low = high = 0
    for one in found:
        own, other = (one["spans"].get(m, (0, 0)) for m in (method, rival))
        effects = [one["rule"]["effects"].get(m, 0) for m in (method, rival)]
        if one["settled"]:
            low, high = low + own[0] - other[0], high + own[0] - other[0]
        elif all(isinstance(effect, int) for effect in effects):
            # The rule fires for both or for neither.
            low += min(0, effects[0] - effects[1])
            high += max(0, effects[0] - effects[1])
        else:
            low, high = low + own[0] - other[1], high + own[1] - other[0]
    return low, high


def reachable(found: list[dict]) -> set[str]:
    """Every headline that the unsettled rules leave possible."""
    out = {m for one in found if one["settled"] for m in one["rule"]["veto"]}
    perhaps = {m for one in found if not one["settled"] for m in one["rule"]["veto"]} - out
    sides = [m for m in SOFT if m not in out]
    if not sides and FULL in out:
        return {"infeasible"}
    headlines = set()
    leads = {method: lead(found, method, FULL) for method in sides}
    if sides and (FULL in out | perhaps or any(high > 0 for _, high in leads.values())):
        headlines.add("prompt_tuning")
    beaten = any(leads[method][0] > 0 for method in sides if method not in perhaps)
    if FULL not in out and not beaten:
        headlines.add(FULL)
    if all(method in perhaps for method in sides) and FULL in out | perhaps:
        headlines.add("infeasible")
    if FEW in out:
        return headlines
    needed = SETTINGS["do_not_train_decibans"]
    rivals = {m: lead(found, FEW, m) for m in TRAINED if m not in out}
    if FEW not in perhaps and all(low >= needed for low, _ in rivals.values()):
        return {"do_not_train"} | (headlines & {"infeasible"})
    if all(high >= needed for m, (_, high) in rivals.items() if m not in perhaps):
        headlines.add("do_not_train")
    return headlines


def close(plain: dict, found: list[dict], facts: dict) -> bool:
    """Whether the lead that evidence bears is less than what counts."""
    if plain["margin"] is None:
        return False
    quality = 0
    for one in found:
        if one["rule"]["kind"] == "quality":
            low, high = one["spans"].get(plain["variant"], (0, 0))
            quality += max(low, min(0, high))
    borne = plain["margin"] - quality * (1 - kept(plain["variant"], facts))
    if borne * plain["margin"] <= 0:
        return True
    return min(abs(borne), abs(plain["margin"])) < SETTINGS["too_close_decibans"]


def kept(method: str, facts: dict) -> float:
    """The share of the quality rules that published results near the project bear out."""
    if isinstance(facts.get(f"measured.{method}.points_below_full"), (int, float)):
        return 1.0
    place = facts.get("model.parameters"), facts.get("data.train_examples")
    studies = set()
    if all(isinstance(number, (int, float)) for number in place):
        names = SPEAKS[method]
        if method == "prompt_tuning" and facts.get("prompt.transfer_available") is True:
            names = ["prompt_tuning+transfer"]
        studies = {
            row["paper_key"].strip() for row in PUBLISHED
            if row["pt_variant"].strip() in names
            and near(place[0], row["params"]) and near(place[1], row["n_train"])
        }  # fmt: skip
    least = SETTINGS["kept_without_study"]
    return least + min(len(studies) / SETTINGS["enough_studies"], 1) * (1 - least)


def near(number: float, published: str) -> bool:
    decades = math.log10(max(float(published), 1) / max(number, 1))
    return abs(decades) <= SETTINGS["neighbourhood_decades"]
