"""The methods: one folder each, with its table and its code, and the registry that finds them.

A folder ``advisor/methods/<id>/`` holds ``method.yaml``, the module itself with the sizes of what
is trained and stored (`MethodSizes`), and ``adapter.py``, which puts the method on a model; that
one needs torch, is imported by no other module of this package, and is copied into projects as it
is.
Which folders there are decides which methods there are: nothing else lists them.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from advisor.support import AdvisorError, load_shipped, package_folder

if TYPE_CHECKING:
    from advisor.estimate import ModelShape, Settings

# The question is between a soft prompt, which is called by its plainest kind, and full fine-tuning;
# or whether to train at all.
SOFT_PROMPT = "prompt_tuning"
FULL = "full_fine_tuning"
FEW_SHOT = "few_shot_prompting"

TAGS = {
    "trained": "something is trained",
    "frozen_base": "the base model's weights stay as they are",
    "trains_all": "all weights of the base model are trained",
    "input_prompts": "virtual tokens stand before the embedded input, and lengthen it",
    "layer_prompts": "virtual tokens are keys and values before every layer",
    "low_rank": "low-rank updates stand beside the base model's matrices",
    "quantised_base": "the base model is stored in 4 bits",
}
"""What can be said of a method; its family and ``any`` are tags as well."""
ANY = "any"
TABLE = "method.yaml"
FOLDER_FILES = (TABLE, "__init__.py", "adapter.py")
"""The files of a method's folder; one that lacks a part is refused."""
FAMILIES = ("prompting", "soft_prompts", "adapters", "full")
_ADAPTER = ("virtual_tokens", "rank", "alpha", "dropout")
"""What a recipe hands to ``adapter.py``."""
_RECIPE = (
    *_ADAPTER, "targets", "quantisation", "initialisation", "learning_rate", "head_rate", "search",
    "optimizer", "epochs", "few_rows_steps", "least_steps", "batch_size", "warmup_share",
    "schedule", "weight_decay", "patience",
)  # fmt: skip
"""All that a recipe can say."""
_K = TypeVar("_K")
_T = TypeVar("_T")


class UnknownMethodError(AdvisorError):
    """A method, family or tag that some place does not know.

    Args:
        name: of the method, family or tag.
        where: the file that has to name it, as a developer looks for it.
    """

    def __init__(self, name: str, where: str) -> None:
        super().__init__(
            f"the method or family {name[:80]!r} is not known",
            where=where,
            hint="add its branch or row there, or take it out of the tables that name it",
        )


def row_of(rows: Mapping[_K, _T], name: _K, where: str) -> _T:
    """The row of a method or family.

    Args:
        rows: by method or family, or by that and more.
        name: of the row.
        where: as for `UnknownMethodError`.

    Raises:
        UnknownMethodError: if there is none.
    """
    if name not in rows:
        raise UnknownMethodError(name if isinstance(name, str) else str(name), where)
    return rows[name]


class MethodSizes(Protocol):
    """What the module of a method gives; `family` is the row of the model in closed_form.yaml."""

    def trained_parameters(
        self, shape: ModelShape, settings: Settings, family: Mapping[str, Any]
    ) -> float:
        """Parameters that receive gradients."""

    def stored_parameters(
        self, shape: ModelShape, settings: Settings, family: Mapping[str, Any]
    ) -> float:
        """Parameters that are kept for one task, the shared base left out."""


@dataclass(frozen=True, slots=True)
class Method:
    """One method: the content of its ``method.yaml``.

    Attributes:
        id: the identifier used everywhere, such as ``prompt_tuning``: the folder's name.
        as_of: the month in which the table was last looked through.
        place: where it stands among the methods; no two have the same, and 6.5 is between 6 and 7.
        name: as it is spoken of.
        family: ``prompting``, ``soft_prompts``, ``adapters`` or ``full``.
        stated_tags: what else is true of it, from `TAGS`; rules name groups of methods by tags.
        meaning: what it is, as the glossary has it.
        trains: what is trained, in a few words.
        lengthens_input: whether every request in production carries extra tokens.
        no_checkpointing: why activations cannot be recomputed; empty where they can.
        usual: precision and optimizer of a run that nobody has described, on an ``accelerator``
            and a ``cpu``.
        least_state_bytes: the least state, in bytes for each parameter of the whole model, that
            known savings reach: 16-bit weights and gradients with a factored optimizer state, or a
            quantised base where nothing of the base is trained (not on a ``cpu``).
        forward, backward: matrix products of the two passes, as multiples of the base model's
            forward pass.
        weight_traffic: bytes that a forward pass moves for each weight of the layers, besides.
        scratch: bytes that the widest layer holds for a moment, for each pair of an input with an
            input or output; most of all where the backward pass runs it again.
        activations: the method whose rows of activations.csv it has; its own where empty.
        activations_16bit: the same where a quantised base is not cast to 32 bits.
        stored_bytes: of each parameter that is kept.
        validated: whether its estimates were compared with real runs.
        needs_accelerator: the kind without which it does not run; empty where any will do.
        instead: the method that is named where it cannot be used.
        microbench: whether the micro-benchmark trains it.
        trl: whether a project with TRL can be made of it.
        optimizer_name: what transformers calls the optimizer where the recipe has one of its own.
        evidence: ``variants`` of published rows that speak for it, ``transferred`` the variant
            that started from another task's prompt; or the ``column`` it has of its own.
        recipe: settings by name; rates are ranges with a first value. `docs/concepts/recipes.md`
            explains each.
        source: of the recipe.
        by_architecture: recipe and source where bases of an architecture need another one.
    """

    id: str
    as_of: str
    place: float
    name: str
    family: str
    stated_tags: tuple[str, ...]
    meaning: str
    trains: str
    lengthens_input: bool
    least_state_bytes: Mapping[str, float]
    validated: bool
    recipe: Mapping[str, Any]
    source: str
    usual: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    no_checkpointing: str = ""
    forward: float = 1.0
    backward: float = 1.0
    weight_traffic: float = 0.0
    scratch: float = 0.0
    activations: str = ""
    activations_16bit: str = ""
    stored_bytes: int = 4
    needs_accelerator: str = ""
    instead: str = ""
    microbench: bool = False
    trl: bool = False
    optimizer_name: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    by_architecture: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def on(self, architecture: object) -> Method:
        """The method as the recipe has it for bases of this architecture."""
        own = self.by_architecture.get(str(architecture))
        if own is None:
            return self
        return replace(self, recipe={**self.recipe, **own["recipe"]}, source=own["source"])

    def has(self, tag: str) -> bool:
        """Whether a tag is true of it."""
        return tag in (ANY, self.family, *self.stated_tags)

    @property
    def trained(self) -> bool:
        """Whether the method trains anything at all."""
        return self.has("trained")

    @property
    def trains_all(self) -> bool:
        """Whether all weights of the base are trained."""
        return self.has("trains_all")

    @property
    def low_rank(self) -> bool:
        """Whether it has low-rank updates, and so a rank."""
        return self.has("low_rank")

    @property
    def quantised_base(self) -> bool:
        """Whether the base is stored in 4 bits."""
        return self.has("quantised_base")

    @property
    def prompts_input(self) -> bool:
        """Whether virtual tokens stand before the embedded input, and lengthen it."""
        return self.has("input_prompts")

    @property
    def prompts_layers(self) -> bool:
        """Whether virtual tokens are keys and values before every layer."""
        return self.has("layer_prompts")

    @property
    def side(self) -> bool:
        """Whether it belongs to one of the two sides of the question."""
        return self.id == FULL or self.family == "soft_prompts"

    @property
    def virtual_tokens(self) -> int:
        """How many the recipe has, none where the method has no such thing."""
        return int(self.recipe.get("virtual_tokens", 0))

    @property
    def rank(self) -> int:
        """Of the recipe's low-rank updates, 0 where there are none."""
        return int(self.recipe.get("rank", 0))

    @property
    def adapter_settings(self) -> dict[str, Any]:
        """What its adapter reads of the recipe."""
        return {key: self.recipe[key] for key in _ADAPTER if key in self.recipe}

    @property
    def epochs(self) -> float:
        """Passes over the training data."""
        return float(self.recipe["epochs"])

    @property
    def checkpointing(self) -> bool:
        """Whether activations can be recomputed instead of kept."""
        return not self.no_checkpointing

    @property
    def sizes(self) -> MethodSizes:
        """The code that counts what it trains and stores."""
        return cast("MethodSizes", importlib.import_module(f"{__name__}.{self.id}"))

    @property
    def adapter(self) -> Any:
        """The code that puts it on a model; imports torch and peft."""
        return importlib.import_module(f"{__name__}.{self.id}.adapter")


class Methods(dict[str, Method]):
    """Methods by id, in their order; to look up another one is an error."""

    def __missing__(self, id_: str) -> Method:
        raise UnknownMethodError(id_, f"advisor/methods/{id_[:80]}/method.yaml")


@functools.cache
def load_methods() -> Methods:
    """All methods by id, in the order of their places.

    Raises:
        AdvisorError: if a table says something that no code knows, or lacks what it has to say.
    """
    found = []
    for folder in method_folders():
        for name in FOLDER_FILES:
            if not (folder / name).is_file():
                raise UnknownMethodError(folder.name, f"advisor/methods/{folder.name}/{name}")
        table = load_shipped(folder / TABLE, name=_table(folder.name)).value
        found.append(method_from(folder.name, table))
    found.sort(key=lambda method: method.place)
    return Methods({method.id: method for method in found})


def method_folders() -> list[Path]:
    """The folders that hold a method, or a part of one."""
    folders = [path for path in (package_folder() / "methods").iterdir() if path.is_dir()]
    return [folder for folder in folders if any((folder / name).exists() for name in FOLDER_FILES)]


def method_from(id_: str, content: Mapping[str, Any]) -> Method:
    """The method of a table.

    Raises:
        AdvisorError: if the table has a key, family or tag that is not known, or lacks a key.
    """
    entry = {**content, "id": id_, "stated_tags": tuple(content.get("tags", ()))}
    entry.pop("tags", None)
    unknown = entry.keys() - {one.name for one in fields(Method)}
    if unknown:
        raise AdvisorError(
            f"a method has no {min(unknown)!r}",
            where=_table(id_),
            hint="advisor/methods/__init__.py, class Method, has what a method can have",
        )
    try:
        method = Method(**entry)
    except TypeError as error:
        raise AdvisorError(f"the table is not complete: {error}", where=_table(id_)) from None
    recipes = (method.recipe, *(own["recipe"] for own in method.by_architecture.values()))
    said = [key for recipe in recipes for key in recipe if key not in _RECIPE]
    if said:
        raise AdvisorError(
            f"a recipe has no {said[0]!r}",
            where=_table(id_),
            hint="_RECIPE in advisor/methods/__init__.py has what it can say, _ADAPTER what its "
            "adapter reads of it",
        )
    if method.family not in FAMILIES:
        raise UnknownMethodError(method.family, "advisor/methods/__init__.py, FAMILIES")
    if not (method.microbench or method.instead) and method.has("trained"):
        raise AdvisorError(
            "a method that the micro-benchmark does not train names one instead", where=_table(id_)
        )
    for tag in method.stated_tags:
        if tag not in TAGS:
            raise UnknownMethodError(tag, "advisor/methods/__init__.py, TAGS")
    return method


def methods_with(tag: str) -> tuple[str, ...]:
    """The ids of all methods of which a tag is true, in their order."""
    return tuple(id_ for id_, method in load_methods().items() if method.has(tag))


def is_tag(name: str) -> bool:
    """Whether rules can name methods by this."""
    return name == ANY or name in TAGS or name in FAMILIES


def _table(id_: str) -> str:
    return f"advisor/methods/{id_}/{TABLE}"
