"""How many parameters each method trains, and how much it stores for each task."""

from __future__ import annotations

from advisor.catalogue.tables import Method, closed_form
from advisor.estimate.job import Job

GIB = 2.0**30


def trained_parameters(method: Method, job: Job) -> float:
    """Parameters that receive gradients, by the kind of the method's artefact."""
    table = closed_form()
    virtual_tokens = float(method.recipe.get("virtual_tokens", 0))
    sizes = {
        "none": 0.0,
        "input_vectors": virtual_tokens * job.width,
        "input_vectors_from_encoder": virtual_tokens * job.width
        + table["prompt_encoder_squares"] * job.width**2,
        "layer_keys_and_values": virtual_tokens * job.layers * 2.0 * job.width,
        "layer_scales": table["layer_scale_width_multiple"] * job.layers * job.width,
        "low_rank": float(method.recipe.get("rank", 0))
        * table["low_rank_width_multiple"]
        * job.layers
        * job.width,
        "whole_model": job.parameters,
    }
    return float(sizes[method.artefact])


def storage_gib(method: Method, job: Job) -> float:
    """GiB stored for one task, the shared base left out."""
    per_parameter: dict[str, float] = closed_form()["artefact_bytes"]
    if method.artefact == "whole_model":
        return job.parameters * per_parameter["whole_model"] / GIB
    stored = trained_parameters(method, job)
    if method.artefact == "input_vectors_from_encoder":  # the encoder is dropped after training
        stored = float(method.recipe["virtual_tokens"]) * job.width
    return stored * per_parameter["trained_part"] / GIB
