"""An independent judge: reads the text of the rule files, and shares no code with the program.

It is slow and plain on purpose. Tests are read by expressions of its own, one rule is judged at a
time, an unknown value is tried out on values that stand for all that it can be, and scores, vetoes
and the leaning are added up from that. Only PyYAML is shared.
"""

from __future__ import annotations

import itertools
import math
import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "rules"
SUFFIXES = {"": 1, "k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
ANY_OTHER = "a text that no test names"


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def read_methods() -> dict[str, list[str]]:
    """The tags of each method, in the methods' order."""
    tables = (ROOT / "advisor" / "methods").glob("*/method.yaml")
    read = sorted(
        ((load(path), path.parent.name) for path in tables), key=lambda it: it[0]["place"]
    )
    return {name: ["any", table["family"], *table["tags"]] for table, name in read}


TAGS = read_methods()


def read_vocabulary() -> tuple[list[str], dict[str, dict]]:
    raw = load(ROOT / "advisor" / "facts" / "vocabulary.yaml")
    types = {**raw["facts"], **raw["computed"]}
    types |= {key: {"type": "choice", **entry} for key, entry in raw["decisions"].items()}
    for pattern, entry in raw["families"].items():
        types |= {pattern.replace("{method}", method): entry for method in TAGS}
    return list(TAGS), types


METHODS, TYPES = read_vocabulary()
SETTINGS = load(RULES / "settings.yaml")
SETTINGS["groups"] = {
    group: [method for name in names for method, tags in TAGS.items() if name in (method, *tags)]
    for group, names in SETTINGS["groups"].items()
}


def members_of(name: str) -> list[str]:
    return SETTINGS["groups"].get(name, [name])


def read_rules() -> list[dict]:
    """Every rule, one for each method of ``for_each``, with fitted decibans written over."""
    fitted = {}
    for weight in load(RULES / "fitted.yaml")["weights"]:
        for method in weight["methods"]:
            fitted[weight["rule"], method] = weight["fitted"]
    rules = []
    for path in sorted(RULES.rglob("*.yaml")):
        content = load(path)
        for raw in content.get("rules", []):
            methods = [m for name in raw.get("for_each", []) for m in members_of(name)] or [""]
            rules += [one_rule(raw, method, fitted) for method in methods]
    return rules


def one_rule(raw: dict, method: str, fitted: dict) -> dict:
    def fill(text: str) -> str:
        return text.replace("{method}", method)

    label = f"{raw['code']}[{method}]" if method else raw["code"]
    effects = {}
    for name, effect in raw.get("effects", {}).items():
        for member in members_of(fill(name)):
            if isinstance(effect, int):
                effects[member] = fitted.get((label, member), [effect])[0]
            else:
                numbers = [number(point) for point in effect["points"]]
                heights = fitted.get((label, member), list(effect["points"].values()))
                effects[member] = (fill(effect["ramp"]), list(zip(numbers, heights, strict=True)))
    veto = [member for name in raw.get("veto", []) for member in members_of(fill(name))]
    when = {fill(key): test for key, test in raw["when"].items()}
    kind = raw["kind"]
    return {"label": label, "kind": kind, "when": when, "effects": effects, "veto": veto}


def read_tables() -> list[dict]:
    return [content for path in sorted((RULES / "sub_decisions").glob("*.yaml"))
            if "decides" in (content := load(path))]  # fmt: skip


def number(text: Any) -> float:
    if isinstance(text, (int, float)):
        return float(text)
    digits, suffix = re.fullmatch(r"([-+]?[\d.]+)([kMBT]?)", text.strip()).groups()
    return float(digits) * SUFFIXES[suffix]


def passes(test: Any, value: Any) -> bool:
    """Whether one definite value passes a unary test as it is written."""
    if isinstance(test, list):
        return any(passes(item, value) for item in test)
    if isinstance(test, bool) or isinstance(value, bool):
        return str(test).lower() == str(value).lower()
    if isinstance(test, (int, float)):
        return value == test
    test = test.strip()
    if test == "-":
        return True
    negation = re.fullmatch(r"not\s*\((.*)\)", test)
    if negation:
        return not passes(negation[1], value)
    if isinstance(value, str):
        return value.lower() in [item.strip().strip('"').lower() for item in test.split(",")]
    return any(number_passes(item.strip(), value) for item in test.split(","))


def number_passes(test: str, value: float) -> bool:
    comparison = re.fullmatch(r"(<=|>=|<|>)\s*(\S+)", test)
    if comparison:
        bound = number(comparison[2])
        return {
            "<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound,
        }[comparison[1]]  # fmt: skip
    interval = re.fullmatch(r"([\[(\]])(.+)\.\.(.+)([\])\[])", test)
    if interval:
        low, high = number(interval[2]), number(interval[3])
        above = value >= low if interval[1] == "[" else value > low
        below = value <= high if interval[4] == "]" else value < high
        return above and below
    return value == number(test)


def numbers_in(test: Any) -> list[float]:
    if isinstance(test, list):
        return [found for item in test for found in numbers_in(item)]
    if isinstance(test, (int, float)) and not isinstance(test, bool):
        return [float(test)]
    return [number(found) for found in re.findall(r"-?\d+(?:\.\d+)?[kMBT]?", str(test))]


def stand_ins(key: str, value: Any, tests: list[Any]) -> list[Any]:
    """Values that stand for all that a fact can be: numbers at and around every end."""
    kind = TYPES[key]
    if value is None:
        if kind["type"] == "boolean":
            return [True, False]
        if "choices" in kind:
            return kind["choices"]
        if kind["type"] == "text":
            named = [part.strip() for test in tests for part in
                     (test if isinstance(test, list) else str(test).split(","))]  # fmt: skip
            return [*named, ANY_OTHER]
        low, high = map(float, kind["range"])
        value = (low, high, True, True)
    if isinstance(value, frozenset):
        return sorted(value)
    if not isinstance(value, tuple):
        return [value]
    low, high, low_closed, high_closed = value
    ends = [low, high, *(n for test in tests for n in numbers_in(test))]
    if kind["type"] == "integer":
        near = {math.floor(end) + step for end in ends if math.isfinite(end) for step in (-1, 0, 1)}
    else:
        near = {math.nextafter(end, to) for end in ends for to in (end, -math.inf, math.inf)}
    above = [n for n in sorted(near) if n > low or (low_closed and n == low)]
    return [n for n in above if n < high or (high_closed and n == high)]


def holds(when: dict, facts: dict) -> bool | None:
    """Whether all tests hold; None if that depends on what is not known."""
    answers = []
    for key, test in when.items():
        value = facts.get(key)
        if value is None and TYPES[key].get("silent_if_absent"):
            return False
        tried = {passes(test, one) for one in stand_ins(key, value, [test])}
        answers.append(tried.pop() if len(tried) == 1 else None)
    if False in answers:
        return False
    return None if None in answers else True


def levels(tables: list[dict], facts: dict) -> dict[str, Any]:
    found = {}
    for table in tables:
        possible = []
        for row in table["rows"]:
            answer = holds(row["when"], facts)
            if answer is not False:
                possible.append(row["level"])
            if answer:
                break
        found[table["decides"]] = possible[0] if len(set(possible)) == 1 else frozenset(possible)
    return found


def height(points: list, x: float) -> int:
    if x <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        if x <= x1:
            return round(y0 + (y1 - y0) * (math.log10(x / x0) / math.log10(x1 / x0)))
    return points[-1][1]


def effect_span(effect: Any, facts: dict) -> tuple[int, int]:
    if isinstance(effect, int):
        return effect, effect
    key, points = effect
    value = facts.get(key)
    if value is not None and not isinstance(value, tuple):
        return height(points, value), height(points, value)
    low, high = (0.0, math.inf) if value is None else value[:2]
    heights = [height(points, low), height(points, high)]
    heights += [y for x, y in points if low <= x <= high]
    return min(heights), max(heights)


def opinions(facts: dict, rules: list[dict], tables: list[dict]) -> list[dict]:
    """Each rule that fires or may fire: whether it surely does, and its decibans at least and most.

    A rule that surely fires with decibans that are not known yet is not settled either.
    """
    facts = {**levels(tables, facts), **facts}
    found = []
    for rule in rules:
        answer = holds(rule["when"], facts)
        if answer is False:
            continue
        spans = {m: effect_span(effect, facts) for m, effect in rule["effects"].items()}
        if answer is None:
            spans = {m: (min(0, low), max(0, high)) for m, (low, high) in spans.items()}
        settled = bool(answer) and all(low == high for low, high in spans.values())
        found.append({"rule": rule, "settled": settled, "holds": answer, "spans": spans})
    return found


def added_up(found: list[dict]) -> dict:
    """Which rules fire, the settled scores, the vetoed methods, and which side leads, how far."""
    fired = [one["rule"]["label"] for one in found if one["settled"]]
    score, vetoed = dict.fromkeys(METHODS, 0), set()
    for one in found:
        for method, (low, high) in one["spans"].items():
            score[method] += max(low, min(0, high))
        if one["holds"]:
            vetoed.update(one["rule"]["veto"])
    soft = [m for m in SETTINGS["groups"]["soft_prompts"] if m not in vetoed]
    best = max(soft, key=lambda method: score[method], default=None)
    trained = [m for m in SETTINGS["groups"]["trained"] if m not in vetoed]
    full = "full_fine_tuning" not in vetoed
    margin = score[best] - score["full_fine_tuning"] if best and full else None
    few_shot = score["few_shot_prompting"] - max((score[m] for m in trained), default=0)
    if not best and not full:
        leaning = "infeasible"
    elif "few_shot_prompting" not in vetoed and few_shot >= SETTINGS["do_not_train_decibans"]:
        leaning = "do_not_train"
    else:
        leaning = "prompt_tuning" if best and (not full or margin > 0) else "full_fine_tuning"
    return {"fired": sorted(fired), "score": score, "vetoed": vetoed, "variant": best,
            "margin": margin, "leaning": leaning}  # fmt: skip
