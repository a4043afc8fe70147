"""The reference, made from the code and the rules: a page for each rule, fact and command.

And the list of decisions, from their files.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import mkdocs_gen_files
import typer.main
from typer.testing import CliRunner

from advisor.cli.main import app
from advisor.facts import load_vocabulary
from advisor.rules.loading import load_rules
from advisor.rules.manual import fact_page, rule_page
from advisor.rules.rule import RuleBase, RuleKind

_PLAIN = {"COLUMNS": "88", "TERM": "dumb", "NO_COLOR": "1"}


def write(path: str, lines: Iterator[str]) -> None:
    """A page of the site."""
    with mkdocs_gen_files.open(f"reference/{path}.md", "w") as page:
        page.write("\n".join(lines) + "\n")


def rules(base: RuleBase) -> Iterator[str]:
    """The list of rules, with the claim of each."""
    yield "# Rules\n\nMade from the rule files, as `advisor explain CODE` tells them."
    first = {rule.code: rule for rule in reversed(base.rules)}
    for kind in RuleKind:
        yield f"\n## {kind.value.capitalize()}\n\n| Rule | Claim |\n|---|---|"
        for code, rule in sorted(first.items()):
            if rule.kind is kind:
                yield f"| [{code} {rule.name}]({code}.md) | {cell(rule.claim)} |"
    yield "\n## Sub-decisions\n"
    yield from (f"- [{t.name}]({t.decides}.md): {escape(t.question)}" for t in base.tables)
    yield "\n## Risks\n"
    yield from (f"- [{r.code} {r.name}]({r.code}.md): {escape(r.risk)}" for r in base.risks)


def facts() -> Iterator[str]:
    """The list of facts."""
    yield "# Facts\n\nMade from the vocabulary, as `advisor explain FACT` tells them."
    yield "\n| Fact | Meaning |\n|---|---|"
    for key, one in load_vocabulary().items():
        # Long names may be broken, lest the table is wider than a telephone.
        name = escape(key).replace(".", ".<wbr>").replace("\\_", "\\_<wbr>")
        yield f"| [{name}]({key}.md) | {cell(one.help)} |"


def manual(text: str | None, above: str) -> Iterator[str]:
    """A page of the terminal's manual: its first line the title, what stands before colons bold.

    These pages are too many for the navigation, so each leads to its list, which is named above.
    """
    assert text is not None  # noqa: S101 - the topic comes from the rules or the vocabulary
    title, *lines = text.splitlines()
    name, _, where = title.partition(" (")
    yield f"# {escape(name)}\n\n[{above}](index.md){where and f': {escape(where[:-1])}'}\n"
    for line in lines:
        head, colon, rest = line.partition(": ")
        yield f"**{escape(head)}**: {escape(rest)}\n" if colon else f"{escape(line)}\n"


def commands() -> Iterator[str]:
    """The help of every command."""
    yield "# Commands"
    yield from command(typer.main.get_command(app), ())


def command(one: click.Command, words: tuple[str, ...]) -> Iterator[str]:
    """A command's help as the terminal shows it, and those of its own commands."""
    told = CliRunner().invoke(app, [*words, "--help"], prog_name="advisor", env=_PLAIN)
    yield f"\n## {' '.join(('advisor', *words))}\n\n```text\n{told.output.strip()}\n```"
    for child, found in getattr(one, "commands", {}).items():
        if not found.hidden:
            yield from command(found, (*words, child))


def decisions() -> Iterator[str]:
    """The decisions by number, each with its title."""
    yield "# Decisions\n"
    for path in sorted((Path(__file__).parent / "decisions").glob("*.md")):
        title = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        yield f"- [{escape(title)}](../decisions/{path.name})"


def cell(text: str) -> str:
    """Text for one cell of a table."""
    return escape(" ".join(text.split())).replace("|", "\\|")


def escape(text: str) -> str:
    """Text in which no sign means markup."""
    return text.replace("<", "&lt;").replace("[", "\\[").replace("*", "\\*").replace("_", "\\_")


def main() -> None:
    """Write all pages."""
    base, vocabulary = load_rules(), load_vocabulary()
    write("rules/index", rules(base))
    topics = [rule.code for rule in base.rules] + [risk.code for risk in base.risks]
    for topic in dict.fromkeys([*topics, *(table.decides for table in base.tables)]):
        write(f"rules/{topic}", manual(rule_page(topic, base), "All rules"))
    write("facts/index", facts())
    for key in vocabulary:
        write(f"facts/{key}", manual(fact_page(key, vocabulary, base), "All facts"))
    write("commands", commands())
    write("decisions", decisions())


main()
