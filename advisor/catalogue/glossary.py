"""The glossary: terms as the program uses them."""

from __future__ import annotations

from advisor.catalogue.tables import load_methods, load_table


def load_glossary() -> dict[str, str]:
    """All terms with their meaning."""
    terms: dict[str, str] = load_table("glossary.yaml")["terms"]
    return terms


def term_page(term: str) -> str | None:
    """The page of a term or method; hyphens, underscores and spaces are the same."""
    wanted = _plain(term)
    pages = [
        f"{known}\n{meaning}"
        for known, meaning in load_glossary().items()
        if _plain(known) == wanted
    ]
    pages.extend(
        f"{method.name} ({method.id})\nTrains {method.trains}.\nSource: {method.source}"
        for method in load_methods().values()
        if wanted in (_plain(method.id), _plain(method.name))
    )
    return "\n\n".join(pages) or None


def _plain(text: str) -> str:
    return text.lower().replace("-", " ").replace("_", " ").strip()
