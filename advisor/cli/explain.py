"""``advisor explain``: the manual page of a rule, a fact or a term."""

from __future__ import annotations

from typing import Annotated

import typer

from advisor.cli import options
from advisor.support import AdvisorError, did_you_mean


def explain(
    topic: Annotated[
        str, typer.Argument(metavar="RULE|FACT|TERM", help="A code, key, method or term.")
    ],
    rules: options.RulePacks = None,
) -> None:
    """Explain a rule, a fact, a method or a term; `facts` and `terms` list what there is.

    For example:

      advisor explain Q112

      advisor explain data.train_examples

      advisor explain "soft prompt"
    """
    from advisor.catalogue import load_glossary, term_page
    from advisor.facts import load_vocabulary
    from advisor.rules import fact_page, load_rules, rule_page

    vocabulary, glossary, base = load_vocabulary(), load_glossary(), load_rules(rules or ())
    lowered = topic.strip().lower()
    if lowered == "facts":
        typer.echo("\n".join(vocabulary))
        return
    if lowered == "terms":
        typer.echo("\n".join(glossary))
        return
    page = rule_page(topic, base) or fact_page(lowered, vocabulary, base) or term_page(lowered)
    if page is None:
        known = [*vocabulary, *glossary, *(rule.code for rule in base.rules)]
        raise AdvisorError(
            f"nothing is known under {topic[:80]!r}",
            hint=did_you_mean(topic.upper(), known)
            or did_you_mean(lowered, known)
            or "advisor explain facts, or advisor explain terms, lists what there is",
        )
    typer.echo(page)
