"""The shipped rules as one decision graph for zen-engine, translated from the text of their files.

Nothing of the advisor's own rule parser is used: the YAML is read with PyYAML and each test is
translated as it is written, so that a text which the advisor misread would show as a mismatch.

The graph has one table with a first-hit policy for each sub-decision, one table that collects
every rule that fires, and one node of expressions for scores, vetoes and the headline. Zen has no
logarithm, so a ramp becomes the numbers at which its rounded value changes. Names are flat,
``data_train_examples`` for ``data.train_examples``.

Of the layouts tried none was faster for zen with its trace: a column for each fact, a column for
each method's effect, ramps in a node of their own or as chains, contexts as JSON text.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from advisor.methods import load_methods

NOT_FEASIBLE = -10_000
"""Stands for the score of a vetoed method in comparisons."""

_NUMBER = re.compile(r"(\d+(?:\.\d+)?)([kMBT]?)")
_POWERS = {"": 1, "k": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}
_COMPARISON = re.compile(r"(<=|>=|<|>)\s*([^\s,]+)\Z")
_INTERVAL = re.compile(r"([\[(])(\S+)\.\.(\S+)([\])])\Z")


def flat(key: str) -> str:
    """The name that a fact has in the graph."""
    return key.replace(".", "_")


def read_rules(folder: Path) -> Iterator[dict[str, Any]]:
    """Every rule as written, one for each method of ``for_each``."""
    groups = read_settings(folder)["groups"]
    for path in sorted(folder.rglob("*.yaml")):
        for raw in _load(path).get("rules", ()):
            for method in _members(raw.get("for_each", ()), groups) or [""]:
                yield _instance(raw, method, groups)


def read_tables(folder: Path) -> list[dict[str, Any]]:
    """Every sub-decision table as written."""
    raw = [_load(path) for path in sorted(folder.rglob("*.yaml"))]
    return [content for content in raw if "decides" in content]


def read_settings(folder: Path) -> dict[str, Any]:
    """The settings as written, tags of methods resolved."""
    settings = _load(folder / "settings.yaml")
    for group, names in settings["groups"].items():
        settings["groups"][group] = [
            id_ for name in names for id_, method in load_methods().items()
            if id_ == name or method.has(name)
        ]  # fmt: skip
    return settings


def decision_graph(folder: Path, methods: Sequence[str], optional: frozenset[str]) -> str:
    """The graph as JSON.

    Args:
        folder: the rules folder.
        methods: all methods, in the order of the vocabulary.
        optional: facts that a scenario may lack; tests on them are guarded, since zen raises an
            error when it compares null.

    """
    tables = [_table(raw, optional) for raw in read_tables(folder)]
    rules = _rules_table(list(read_rules(folder)), optional)
    answer = _node("answer", "expressionNode", _answer(methods, read_settings(folder)))
    nodes = [
        _node("facts", "inputNode"), *tables, rules, answer, _node("result", "outputNode"),
    ]  # fmt: skip
    edges = [("facts", "rules"), ("rules", "answer"), ("answer", "result")]
    for table in tables:
        edges += [("facts", table["id"]), (table["id"], "rules")]
    return json.dumps(
        {
            "contentType": "application/vnd.gorules.decision",
            "nodes": nodes,
            "edges": [
                {"id": f"{a}-{b}", "type": "edge", "sourceId": a, "targetId": b} for a, b in edges
            ],
        }
    )


def number(text: str | int | float) -> int | float:
    """The number that a text such as ``50k`` or ``0.1`` stands for."""
    if not isinstance(text, str):
        return text
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValueError(f"not a number: {text!r}")
    value = float(match[1]) * _POWERS[match[2]]
    return int(value) if value.is_integer() else value


def numbers_in(test: Any) -> list[int | float]:
    """The numbers at which a test changes, to draw scenarios on them."""
    if isinstance(test, str) and (_COMPARISON.match(test) or _INTERVAL.match(test)):
        return [number(found[0]) for found in _NUMBER.finditer(test)]
    return []


def _load(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def _members(names: Sequence[str], groups: Mapping[str, Sequence[str]]) -> list[str]:
    return [member for name in names for member in groups.get(name, [name])]


def _instance(
    raw: Mapping[str, Any], method: str, groups: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    text = json.dumps({key: raw.get(key, {}) for key in ("when", "effects", "veto")})
    own = json.loads(text.replace("{method}", method) if method else text)
    effects = {
        member: effect
        for name, effect in own["effects"].items()
        for member in _members([name], groups)
    }
    return {
        "label": f"{raw['code']}[{method}]" if method else raw["code"],
        "when": own["when"],
        "effects": effects,
        "veto": _members(own["veto"] or (), groups),
    }


def _node(name: str, kind: str, content: Mapping[str, Any] | None = None) -> dict[str, Any]:
    node = {"id": name, "name": name, "type": kind, "position": {"x": 0, "y": 0}}
    return node | ({"content": content} if content else {})


def _table(raw: Mapping[str, Any], optional: frozenset[str]) -> dict[str, Any]:
    """The node of one sub-decision."""
    name = flat(raw["decides"])
    rows = [
        {"_id": f"{name}-{i}", "when": _conditions(row["when"], optional),
         "level": json.dumps(row["level"])}
        for i, row in enumerate(raw["rows"])
    ]  # fmt: skip
    outputs = [{"id": "level", "name": "level", "field": name}]
    return _node(name, "decisionTableNode", _table_content("first", outputs, rows))


def _rules_table(rules: Sequence[Mapping[str, Any]], optional: frozenset[str]) -> dict[str, Any]:
    """The node that collects every rule that fires."""
    outputs = [{"id": f"{n}-cell", "name": n, "field": n} for n in ("rule", "effects", "veto")]
    rows = [
        {
            "_id": rule["label"],
            "when": _conditions(rule["when"], optional),
            "rule-cell": json.dumps(rule["label"]),
            "effects-cell": _effects(rule["effects"]),
            "veto-cell": json.dumps(rule["veto"]) if rule["veto"] else "",
        }
        for rule in rules
    ]
    content = _table_content("collect", outputs, rows) | {"outputPath": "findings"}
    return _node("rules", "decisionTableNode", content)


def _table_content(
    policy: str, outputs: Sequence[Mapping[str, str]], rows: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """One column of conditions: in zen it is faster than a column for each of many facts."""
    return {
        "hitPolicy": policy,
        "passThrough": False,
        "inputs": [{"id": "when", "name": "when"}],
        "outputs": outputs,
        "rules": rows,
    }


def _conditions(when: Mapping[str, Any], optional: frozenset[str]) -> str:
    return " and ".join(_condition(key, test, key in optional) for key, test in when.items())


def _condition(key: str, test: Any, optional: bool) -> str:
    name = flat(key)
    condition = _test(name, test)
    return f"{name} != null and {condition}" if optional else condition


def _test(name: str, test: Any) -> str:
    """One unary test as an expression."""
    if isinstance(test, list):
        return f"{name} in {json.dumps(test)}"
    if not isinstance(test, str):
        return f"{name} == {json.dumps(test)}"
    comparison = _COMPARISON.match(test)
    if comparison:
        return f"{name} {comparison[1]} {number(comparison[2])}"
    interval = _INTERVAL.match(test)
    if interval:
        low, high = number(interval[2]), number(interval[3])
        return f"{name} in {interval[1]}{low}..{high}{interval[4]}"
    names = test.split(", ")
    if not all(re.fullmatch(r"[a-z_]+", each) for each in names):
        raise ValueError(f"cannot translate the test {test!r}")
    return f"{name} in {json.dumps(names)}"


def _effects(effects: Mapping[str, Any]) -> str:
    """The effects by method as an object."""
    if not effects:
        return ""
    cells = (f'"{method}": {_effect(effect)}' for method, effect in effects.items())
    return "{" + ", ".join(cells) + "}"


def _effect(effect: Any) -> str:
    if not isinstance(effect, dict):
        return str(effect)
    points = [(float(number(x)), y) for x, y in effect["points"].items()]
    return _choice(flat(effect["ramp"]), _steps(points))


def _choice(name: str, steps: Sequence[tuple[float, int]]) -> str:
    """The value of the step that a number falls on, found by halving."""
    if len(steps) == 1:
        return str(steps[0][1])
    middle = (len(steps) - 1) // 2
    below, above = _choice(name, steps[: middle + 1]), _choice(name, steps[middle + 1 :])
    return f"({name} < {steps[middle][0]!r} ? {below} : {above})"


def _steps(points: Sequence[tuple[float, int]]) -> list[tuple[float, int]]:
    """The integers that a ramp takes, each with the number at which it ends."""
    found: list[tuple[float, int]] = []
    for (low_x, low_y), (high_x, high_y) in itertools.pairwise(points):
        sign = 1 if high_y > low_y else -1
        for value in range(low_y, high_y, sign):
            share = (value + sign / 2 - low_y) / (high_y - low_y)
            found.append((low_x * (high_x / low_x) ** share, value))
    return [*found, (math.inf, points[-1][1])]


def _answer(methods: Sequence[str], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Scores, vetoed methods and the headline as expressions on the findings."""
    groups = settings["groups"]
    soft, trained = groups["soft_prompts"], groups["trained"]
    lead = settings["do_not_train_decibans"]
    expressions = {"findings": "findings", "vetoed": "flatMap(findings, #.veto ?? [])"}
    for method in methods:
        expressions[f"scores.{method}"] = f"sum(map(findings, #.effects.{method} ?? 0))"
    expressions |= {
        "soft": _best(soft),
        "full": _score("full_fine_tuning"),
        "trained": _best(trained),
        "few_shot": _score("few_shot_prompting"),
        "variant": _variant(soft),
        "margin": f"$.soft == {NOT_FEASIBLE} or $.full == {NOT_FEASIBLE} ? null : $.soft - $.full",
        "headline": f"$.soft == {NOT_FEASIBLE} and $.full == {NOT_FEASIBLE} ? 'infeasible' : "
        f"$.few_shot - $.trained >= {lead} ? 'do_not_train' : "
        "$.soft > $.full ? 'prompt_tuning' : 'full_fine_tuning'",
    }
    return {
        "passThrough": False,
        "expressions": [
            {"id": key, "key": key, "value": value} for key, value in expressions.items()
        ],
    }


def _score(method: str) -> str:
    return f"('{method}' in $.vetoed ? {NOT_FEASIBLE} : $.scores.{method})"


def _best(methods: Sequence[str]) -> str:
    return f"max([{', '.join(_score(method) for method in methods)}])"


def _variant(soft: Sequence[str]) -> str:
    chain = "".join(f"{_score(method)} == $.soft ? '{method}' : " for method in soft)
    return f"$.soft == {NOT_FEASIBLE} ? null : {chain}null"
