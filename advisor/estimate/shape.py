"""The sizes of a model, and what of it each method trains and stores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from advisor.catalogue import closed_form
from advisor.estimate.settings import Settings
from advisor.methods import load_methods


@dataclass(frozen=True, slots=True)
class ModelShape:
    """What a model's memory depends on.

    Attributes:
        family: row of activations.csv that stands for the architecture.
        parameters: all of them, tied ones counted once.
        layers: transformer layers; those of encoder and decoder together.
        width: of the residual stream.
        query: width of the queries, all heads together.
        feed_forward: inner width of the feed-forward layers.
        key_value: width of keys and of values, all heads together.
        heads: attention heads of the queries.
        vocabulary: rows of the embedding.
        tied: whether the language-model head reads the embedding instead of a matrix of its own.
    """

    family: str
    parameters: float
    layers: float
    width: float
    query: float
    feed_forward: float
    key_value: float
    heads: float
    vocabulary: float
    tied: bool

    @property
    def embedding(self) -> float:
        """Parameters of the embedding; a language-model head has as many."""
        return min(self.vocabulary * self.width, self.parameters)

    @property
    def outside_layers(self) -> float:
        """Parameters of embedding and head together."""
        return min(self.embedding * (1.0 if self.tied else 2.0), self.parameters)

    @property
    def layer_parameters(self) -> float:
        """Parameters of one layer."""
        return (self.parameters - self.outside_layers) / self.layers

    @property
    def widest(self) -> float:
        """Pairs of an input of the widest matrix with another input, or with an output."""
        return self.feed_forward * (self.feed_forward + self.width)

    def sum_of(self, multiples: Mapping[str, float]) -> float:
        """The sum of some of its widths, each times its multiple."""
        return sum(float(getattr(self, name)) * times for name, times in multiples.items())

    @property
    def encoder_decoder(self) -> bool:
        """Whether layers are split between an encoder and a decoder."""
        return self.family in closed_form()["encoder_decoders"]


def family_of(model_type: str | None, architecture: str | None) -> str:
    """The family whose activations stand for a model type, else for an architecture."""
    families: Mapping[str, Mapping[str, Any]] = closed_form()["families"]
    for family, entry in families.items():
        if model_type in entry["types"]:
            return family
    usual: Mapping[str, str] = closed_form()["usual_family"]
    return usual.get(architecture or "", usual["decoder"])


def trained_parameters(method: str, shape: ModelShape, settings: Settings) -> float:
    """Parameters that receive gradients."""
    sizes = load_methods()[method].sizes
    return sizes.trained_parameters(shape, settings, _family(shape))


def stored_bytes(method: str, shape: ModelShape, settings: Settings) -> float:
    """Bytes stored for one task, the shared base left out."""
    own = load_methods()[method]
    return own.sizes.stored_parameters(shape, settings, _family(shape)) * own.stored_bytes


def _family(shape: ModelShape) -> Mapping[str, Any]:
    row: Mapping[str, Any] = closed_form()["families"][shape.family]
    return row
