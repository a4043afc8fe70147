"""The shipped rules with a defect planted among them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from advisor.rules.checking import Remark, check_rules
from advisor.rules.loading import load_rules
from advisor.rules.rule import RuleBase
from advisor.verification.verify import verify_rules


def all_remarks(base: RuleBase) -> list[Remark]:
    """What ``advisor rules check`` says."""
    return [*check_rules(base, base), *verify_rules(base).remarks]


def planted(folder: Path, *entries: str, without: tuple[str, ...] = ()) -> RuleBase:
    """The shipped rules with further entries, and without some codes."""
    base = load_rules()
    if entries:
        folder.mkdir(exist_ok=True)
        (folder / "own.yaml").write_text("rules:\n" + "".join(entries), encoding="utf-8")
        base = load_rules([folder])
    return replace(base, rules=tuple(rule for rule in base.rules if rule.code not in without))


def defect(code: str, when: str, effect: str = "", veto: str = "") -> str:
    """One entry of a rule file."""
    kind = "feasibility" if veto else "preference" if code.startswith("P") else "quality"
    does = f"    veto: {veto}\n    fix: another rule\n" if veto else f"    effects: {effect}\n"
    return (
        f"  - code: {code}\n    name: planted-{code.lower()}\n    kind: {kind}\n"
        f'    since: "0.1"\n    when: {when}\n{does}'
        "    claim: A claim of some length.\n    why: A reason of some length.\n"
        "    wrong_when: A case in which it is wrong.\n"
        '    source: [{title: "A report to be read", says: Something of it., read: 2026-11}]\n'
        "    cases: [{name: any, facts: {}, expect: undetermined}]\n"
    )
