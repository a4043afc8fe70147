"""The texts that are written for each project; its Python files are copied as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from advisor.report.markdown import escaped
from advisor.support.compiled import package_folder
from advisor.support.errors import AdvisorError

_WIDTH = 10**9


def render(template: str, /, **values: Any) -> str:
    """A file of ``templates/texts`` with its values, which are data and never code.

    Raises:
        AdvisorError: if jinja2 is not installed.
    """
    try:
        import jinja2
    except ImportError:
        raise AdvisorError(
            "jinja2 is not installed, and a project is written by it",
            where="advisor recipe",
            hint="pip install jinja2",
        ) from None

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(package_folder() / "recipe" / "templates" / "texts"),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - YAML and Markdown, each escaped by a filter of its own
    )
    environment.filters |= {"yaml": in_yaml, "markdown": escaped}
    return environment.get_template(template).render(**values)


def config_text(settings: Mapping[str, Any], **values: Any) -> str:
    """The config.yaml of the settings, checked by reading it again.

    Raises:
        AdvisorError: if it does not read as the settings.
    """
    text = render("config.yaml.j2", **settings, **values)
    if yaml.safe_load(text) != settings:
        raise AdvisorError(
            "the settings cannot be written as YAML and read back",
            where="config.yaml",
            hint="a name or prompt may hold characters that YAML has no form for",
        )
    return text


def in_yaml(value: Any) -> str:
    """A value as YAML; texts and lists of them on one line."""
    if isinstance(value, list):
        return f"[{', '.join(map(_in_list, value))}]"
    # Without such quotes a line break would be written as an empty line.
    return _dumped(value, '"' if isinstance(value, str) and "\n" in value else None)


def _in_list(value: Any) -> str:
    return _dumped(value, '"') if isinstance(value, str) else in_yaml(value)


def _dumped(value: Any, style: str | None) -> str:
    text = yaml.safe_dump(
        value,
        default_flow_style=True,
        default_style=style,
        width=_WIDTH,
        allow_unicode=False,
        sort_keys=False,
    )
    return text.removesuffix("\n").removesuffix("\n...")
