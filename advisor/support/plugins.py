"""The one way to the packages that stand beside this one, which never imports them itself.

They come in the same wheel. What they need beyond it is an extra of their own.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from advisor.support.errors import AdvisorError

_PLUGINS = {
    "advisor_portfolio": ("portfolio", "many projects cannot be judged at once"),
    "advisor_ray": ("cluster", "trials cannot run on a cluster"),
}
"""By package: the extra with what it needs, and what is not possible without."""


def plugin(package: str) -> Any:
    """The face of a plug-in, imported now.

    Raises:
        AdvisorError: if it, or a library that it imports, is not installed.
    """
    extra, lost = _PLUGINS[package]
    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        raise AdvisorError(
            f"{error.name} is not installed, and {lost} without",
            hint=f"pip install 'tuning-advisor[{extra}]'",
        ) from None
