"""JSON as the standard has it: no duplicate keys, no NaN, no unbounded nesting."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from advisor.support.errors import AdvisorError

_FORM = (
    "names and texts stand in double quotes, with commas between entries and none after the last"
)
_CUT_OFF = "the text ends too early: the file may be incomplete"


def parse_json(text: str, *, where: str) -> Any:
    """Parse one JSON document strictly.

    Raises:
        AdvisorError: on a syntax error, a duplicate key, NaN or infinity, an integer of thousands
            of digits, or nesting beyond what any facts or run file needs.
    """
    text = text.rstrip()  # what breaks off is to be named where it ends, not a line further on
    try:
        return json.loads(
            text,
            object_pairs_hook=_no_duplicates,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except AdvisorError as error:
        raise AdvisorError(error.message, where=where, hint=error.hint) from None
    except json.JSONDecodeError as error:
        cut_off = error.pos >= len(text) or error.msg.startswith("Unterminated string")
        raise AdvisorError(
            f"this is not valid JSON: {error.msg}",
            where=f"{where}, {_place(text, error)}",
            hint=_CUT_OFF if cut_off else _FORM,
        ) from None
    except RecursionError:
        raise AdvisorError("the JSON is nested too deeply", where=where) from None
    except ValueError:  # Python's limit on the digits of an integer
        raise AdvisorError("the JSON holds a number too long to be read", where=where) from None


def parse_flat_json(text: str, *, where: str) -> Any:
    """As `parse_json`, several times as fast for an object of texts, numbers and the like alone.

    The quick parser keeps the last of two equal keys. Each key has a colon of its own, so where
    there are as many colons as keys, none stood twice; everything else is parsed again, strictly.

    Raises:
        AdvisorError: as `parse_json` does.
    """
    from pydantic_core import from_json  # noqa: PLC0415 - most answers need no second parser

    try:
        found = from_json(text, allow_inf_nan=False, cache_strings="keys")
    except (ValueError, TypeError):
        return parse_json(text, where=where)  # which says what is wrong, and where
    if (
        isinstance(found, dict)
        and text.count(":") == len(found)
        and not any(isinstance(value, list) for value in found.values())
        and math.inf not in found.values()
        and -math.inf not in found.values()
    ):
        return found
    return parse_json(text, where=where)


def _place(text: str, error: json.JSONDecodeError) -> str:
    """Line and column; the column alone for a text of one line, whose line the caller names."""
    column = f"column {error.colno}"
    return f"line {error.lineno}, {column}" if "\n" in text else column


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise AdvisorError(f"the key {key[:80]!r} stands twice", hint="keep one of them")
            seen.add(key)
    return result


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise AdvisorError(f"{digits[:40]} is too large for a number")
    return number


def _no_constant(name: str) -> NoReturn:
    raise AdvisorError(f"{name} is not a number in JSON", hint="write null or 'unknown'")
