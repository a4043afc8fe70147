"""Peak training memory per device by a provisional closed form, as an expectation and a bound."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.catalogue.tables import Method, closed_form
from advisor.estimate.job import Job
from advisor.estimate.sizes import GIB, trained_parameters


@dataclass(frozen=True, slots=True)
class Memory:
    """GiB on one device, by what they hold."""

    state: float
    trained_part: float
    activations: float
    context: float
    reserve: float

    @property
    def total(self) -> float:
        """All of it, in GiB."""
        return self.state + self.trained_part + self.activations + self.context + self.reserve


def expected_memory(method: Method, job: Job, accelerator: str) -> Memory:
    """What a plain training run with gradient checkpointing is expected to need.

    Weights, gradients and optimizer state are divided by the devices, since ZeRO-3 and FSDP
    shard them; activations are not.
    """
    return _memory(method, job, accelerator, "expected")


def optimistic_memory(method: Method, job: Job, accelerator: str) -> Memory:
    """The least that the known savings could reach: batch 1, the smallest optimizer state."""
    smallest = Job(
        job.parameters, job.layers, job.width, job.vocabulary, 1.0, job.tokens,
        job.generates, job.devices,
    )  # fmt: skip
    return _memory(method, smallest, accelerator, "optimistic")


def _memory(method: Method, job: Job, accelerator: str, bound: str) -> Memory:
    table = closed_form()
    optimistic = bound == "optimistic"
    state_bytes: dict[str, dict[str, float]] = table["state_bytes"]
    row = state_bytes.get(method.id, state_bytes["frozen_base"])
    if accelerator == "none" and method.id in table["cpu_frozen_base"]["methods"]:
        row = table["cpu_frozen_base"]
    state = job.parameters * row[bound] / GIB / job.devices
    trained = 0.0
    if method.trained and method.id != "full_fine_tuning":
        trained = trained_parameters(method, job) * table["trained_part_bytes"] / GIB / job.devices
    activations = _activations(method, job)
    contexts = table["optimistic_context_gib" if optimistic else "context_gib"]
    context = float(contexts.get(accelerator, contexts["cuda"]))
    allocated = state + trained + activations
    reserve = 0.0 if optimistic else float(table["reserve_share"]) * allocated
    return Memory(state, trained, activations, context, reserve)


def _activations(method: Method, job: Job) -> float:
    """GiB of activations and logits, with gradient checkpointing where the method allows it."""
    table = closed_form()
    tokens = job.batch * (job.tokens + float(method.recipe.get("virtual_tokens", 0)))
    one_layer = tokens * job.width * table["layer_recompute_bytes"]
    if not method.trained:  # inference keeps no activations for a backward pass
        return float(one_layer) / GIB
    per_layer = table["checkpoint_bytes" if method.checkpointing else "layer_recompute_bytes"]
    kept = tokens * job.width * per_layer * job.layers
    logits = tokens * job.vocabulary * table["logit_bytes"] if job.generates else 0.0
    return float(kept + max(one_layer, logits)) / GIB
