"""The vocabulary: which facts exist, of what type, and what values they can have."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from advisor.methods import load_methods
from advisor.support import AdvisorError, did_you_mean, load_shipped, package_folder

EFFORTS = ("look_up", "count", "ask", "measure")
"""What it takes to find a fact out, the least first."""


@dataclass(frozen=True, slots=True)
class FactType:
    """The declaration of one fact; vocabulary.yaml explains each field at its head."""

    key: str
    type: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    range: tuple[float, float] | None = None
    agreement: float = 0.0
    ask: int | None = None
    only_if: Mapping[str, tuple[str, ...]] | None = None
    default: Any = None
    question: str = ""
    help: str = ""
    effort: str = ""
    find_out: str = ""
    detected: str = ""
    example: str = ""
    derived: bool = False
    silent_if_absent: bool = False
    confirm: bool = False
    optional: bool = False
    names: str = ""
    rises_with: tuple[str, ...] = ()
    falls_with: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()

    @property
    def numeric(self) -> bool:
        """Whether values are numbers that unary tests and ramps can compare."""
        return self.type in ("integer", "number", "share")

    @property
    def inputs(self) -> tuple[str, ...]:
        """The facts that a computed fact is computed from."""
        return (*self.rises_with, *self.falls_with, *self.reads)

    @property
    def integer(self) -> bool:
        """Whether values are whole numbers."""
        return self.type == "integer"


@dataclass(frozen=True, slots=True)
class Relation:
    """A pair of facts that cannot be true together; exactly one kind's fields are set."""

    says: str
    lower: str = ""
    upper: str = ""
    product_at_least_one: tuple[str, ...] = ()
    excludes: Mapping[str, str] | None = None
    positive: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The facts that it ties together."""
        if self.lower:
            return self.lower, self.upper
        if self.product_at_least_one:
            return self.product_at_least_one
        return (*(self.excludes or {}), self.positive)


class Vocabulary(Mapping[str, FactType]):
    """All fact types by key, with the families expanded to one fact for each method."""

    def __init__(
        self, types: dict[str, FactType], methods: tuple[str, ...], relations: tuple[Relation, ...]
    ) -> None:
        self._types = types
        self.methods = methods
        self.relations = relations
        self.assumed = tuple(one for one in types.values() if one.default is not None)
        """The facts with a default."""

    def __getitem__(self, key: str) -> FactType:
        return self._types[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)

    def require(self, key: str, *, where: str) -> FactType:
        """Return the type of ``key``, or raise an AdvisorError that names the nearest keys."""
        if key not in self._types:
            raise AdvisorError(
                f"there is no fact named {key[:80]!r}",
                where=where,
                hint=did_you_mean(key, self._types) or "advisor explain facts lists them",
            )
        return self._types[key]

    @property
    def questions(self) -> tuple[FactType, ...]:
        """The facts that the questionnaire may ask, in its order."""
        asked = [t for t in self._types.values() if t.ask is not None]
        return tuple(sorted(asked, key=lambda t: t.ask or 0))


@functools.cache
def load_vocabulary() -> Vocabulary:
    """Load the vocabulary that ships with the package."""
    path = package_folder() / "facts" / "vocabulary.yaml"
    raw = load_shipped(path, name=path.name).value
    methods = tuple(load_methods())
    types = {key: _fact_type(key, entry) for key, entry in raw["facts"].items()}
    types.update((key, _fact_type(key, entry)) for key, entry in raw["computed"].items())
    for key, entry in raw["decisions"].items():
        types[key] = _fact_type(key, {"type": "choice", "derived": True, **entry})
    for pattern, entry in raw["families"].items():
        for method in methods:
            key = pattern.replace("{method}", method)
            types[key] = _fact_type(key, entry)
    relations = [
        _relation(entry, method)
        for entry in raw["relations"]
        for method in (methods if "{method}" in str(entry) else ("",))
    ]
    return Vocabulary(types, methods, tuple(relations))


def _fact_type(key: str, entry: dict[str, Any]) -> FactType:
    fields = dict(entry)
    fields["choices"] = tuple(fields.get("choices", ()))
    for name in ("rises_with", "falls_with", "reads"):
        fields[name] = tuple(fields.get(name, ()))
    if "range" in fields:
        low, high = fields["range"]
        fields["range"] = (low, high)
    if "only_if" in fields:
        fields["only_if"] = {k: tuple(v) for k, v in fields["only_if"].items()}
    if fields["type"] == "share":
        fields["unit"] = "share"
    return FactType(key=key, **fields)


def _relation(entry: dict[str, Any], method: str) -> Relation:
    """A relation as declared; one between families stands for one of each method."""
    fields: dict[str, Any] = {
        name: said.replace("{method}", method) if isinstance(said, str) else said
        for name, said in entry.items()
    }
    fields["product_at_least_one"] = tuple(fields.get("product_at_least_one", ()))
    return Relation(**fields)
