"""A config.json and typed, bounded access to its values."""

from __future__ import annotations

from typing import Any

from advisor.profilers.model.describe import ModelType, Setting
from advisor.support import AdvisorError, excerpt, parse_json

# The largest value believed of any size; far above every published model.
_LARGEST = {"hidden": 10**7, "layers": 10**5, "decoder_layers": 10**5, "context": 10**9}
_LARGEST_OTHER = 10**8
# Sizes for which zero, or -1 for "not set", is a real setting.
_LOWEST = {
    "types": 0,
    "decoder_layers": 0,
    "kernel": 0,
    "padding_index": 0,
    "relative_positions": -1,
    "buckets": -1,
}
_HINT = "a config.json as transformers writes it is expected; download the file again"


class ModelConfig:
    """The values of one config.json, under the names that architectures.yaml gives them.

    Attributes:
        raw: the JSON object.
        where: the file's name, for messages.
        model_type: the value of the key `model_type`, empty when absent.
        classes: the class names under `architectures`.
    """

    def __init__(self, raw: dict[str, Any], where: str) -> None:
        self.raw = raw
        self.where = where
        model_type = raw.get("model_type")
        if not isinstance(model_type, (str, type(None))):
            raise self.error("model_type", model_type, "is not a text")
        self.model_type = model_type or ""
        classes = raw.get("architectures")
        listed = classes if isinstance(classes, list) else []
        self.classes = [name for name in listed if isinstance(name, str)]

    def error(self, key: str, value: Any, problem: str) -> AdvisorError:
        """An error about one key, naming the value in a safe form."""
        return AdvisorError(
            f"config.json: {excerpt(key)} {problem}: {excerpt(repr(value), 60)}",
            where=f"{self.where}, key {excerpt(key)}",
            hint=_HINT,
        )

    def number(self, key: str, *, lowest: int, largest: int) -> int | None:
        """The whole number under a key of the file; None if it is null or absent.

        Raises:
            AdvisorError: if it is no whole number or lies outside the bounds.
        """
        value = self.raw.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.error(key, value, "is not a whole number")
        if not lowest <= value <= largest:
            raise self.error(key, value, f"is impossible, it lies between {lowest} and {largest:,}")
        return value

    @property
    def asks_for_code(self) -> bool:
        """Whether the configuration wants code of its own to be run."""
        return "auto_map" in self.raw or bool(self.raw.get("trust_remote_code"))

    @property
    def quantised(self) -> bool:
        """Whether the configuration declares packed weights."""
        return isinstance(self.raw.get("quantization_config"), dict)


class TypedConfig:
    """A configuration seen through the description of its model type."""

    def __init__(self, config: ModelConfig, model_type: ModelType) -> None:
        self.config = config
        self.model_type = model_type

    def _setting(self, name: str) -> tuple[Setting, str | None]:
        setting = self.model_type.settings.get(name, Setting(None, ()))
        present = [key for key in setting.keys if key in self.config.raw]
        return setting, present[0] if present else None

    def states(self, name: str) -> bool:
        """Whether the file itself holds the size `name`, so that no default is taken for it."""
        return self._setting(name)[1] is not None

    def maybe(self, name: str) -> int | None:
        """The size `name`, or None where it follows from the other sizes.

        Raises:
            AdvisorError: if the file holds no usable number for it.
        """
        setting, key = self._setting(name)
        if key is None:
            return None if setting.default is None else int(setting.default)
        return self.config.number(
            key, lowest=_LOWEST.get(name, 1), largest=_LARGEST.get(name, _LARGEST_OTHER)
        )

    def size(self, name: str) -> int:
        """The size `name`, which this architecture cannot do without.

        Raises:
            AdvisorError: if the file says null, or no usable number.
        """
        value = self.maybe(name)
        if value is None:
            _, key = self._setting(name)
            raise self.config.error(key or name, None, "is missing")
        return value

    def flag(self, name: str) -> bool:
        """Whether the switch `name` is on; switches that the type does not have are off."""
        setting, key = self._setting(name)
        if key is None:
            return bool(setting.default)
        value = self.config.raw[key]
        if value is not None and not isinstance(value, bool):
            raise self.config.error(key, value, "is neither true nor false")
        return bool(value)

    def words(self, name: str) -> str:
        """The text under `name`, lists joined by `|`; empty when not set."""
        setting, key = self._setting(name)
        value = setting.default if key is None else self.config.raw[key]
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(part, (str, type(None))) for part in parts):
            raise self.config.error(key or name, value, "is not a text")
        return "|".join(part or "" for part in parts)

    def divided(self, name: str, divisor: str) -> int:
        """The size `name` divided by the size `divisor`.

        Raises:
            AdvisorError: if the division leaves a remainder.
        """
        whole, parts = self.size(name), self.size(divisor)
        if whole % parts:
            _, key = self._setting(divisor)
            raise self.config.error(key or divisor, parts, f"does not divide {name} ({whole})")
        return whole // parts

    @property
    def head_size(self) -> int:
        """Width of one attention head, stated or the hidden size over the heads."""
        return self.maybe("head_dim") or self.divided("hidden", "heads")

    @property
    def key_value_heads(self) -> int:
        """Heads of keys and values, which must divide the query heads."""
        stated = self.maybe("kv_heads")
        if stated is None:
            return self.size("heads")
        self.divided("heads", "kv_heads")
        return stated

    @property
    def label_count(self) -> int:
        """Labels of a classification head: `id2label`, `num_labels`, or the type's default."""
        mapping = self.config.raw.get("id2label")
        if isinstance(mapping, dict) and mapping:
            return len(mapping)
        stated = self.config.number("num_labels", lowest=0, largest=_LARGEST_OTHER)
        return stated or self.maybe("labels") or 2


def parse_config(text: str, where: str) -> ModelConfig:
    """Parse the text of a config.json.

    Raises:
        AdvisorError: if it is not a JSON object, or is the configuration of an adapter.
    """
    if not text.strip():
        raise AdvisorError("the model configuration is empty", where=where, hint=_HINT)
    raw = parse_json(text, where=where)
    if not isinstance(raw, dict):
        raise AdvisorError("the model configuration is not a JSON object", where=where, hint=_HINT)
    if "peft_type" in raw:
        raise AdvisorError(
            "this is the configuration of an adapter, not of a model",
            where=where,
            hint="pass the base model that the adapter belongs to",
        )
    return ModelConfig(raw, where)
