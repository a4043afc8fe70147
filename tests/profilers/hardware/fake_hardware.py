"""A driver and cards made of paper."""

from __future__ import annotations

import dataclasses
from types import ModuleType, SimpleNamespace

from advisor.facts import GIB, Fact
from advisor.profilers.hardware import profile_hardware

SELECTING_VARIABLES = (
    "CUDA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES",
    "ZE_AFFINITY_MASK",
)


class FakeError(Exception):
    def __init__(self, value: int, text: str = "driver trouble") -> None:
        super().__init__(text)
        self.value = value


@dataclasses.dataclass
class Card:
    """A device, or a MIG instance, as the fake driver knows it."""

    name: str
    total: float
    free: float
    uuid: str = "GPU-0"
    instances: list[Card] = dataclasses.field(default_factory=list)
    lost: bool = False
    shares_ram: bool = False


class FakeNvml(ModuleType):
    """The part of the driver's binding that the survey calls."""

    NVMLError = FakeError
    NVML_ERROR_NOT_SUPPORTED = 3
    NVML_ERROR_DRIVER_NOT_LOADED = 9
    NVML_ERROR_LIBRARY_NOT_FOUND = 12
    NVML_DEVICE_MIG_ENABLE = 1

    def __init__(self, cards: list[Card], init_error: int | None = None) -> None:
        super().__init__("pynvml")
        self.cards = cards
        self.init_error = init_error
        self.open = False

    def nvmlInit(self):  # noqa: N802
        if self.init_error is not None:
            raise FakeError(self.init_error)
        self.open = True

    def nvmlShutdown(self):  # noqa: N802
        self.open = False

    def nvmlDeviceGetCount(self):  # noqa: N802
        return len(self.cards)

    def nvmlDeviceGetHandleByIndex(self, index):  # noqa: N802
        if self.cards[index].lost:
            raise FakeError(15, "GPU is lost")
        return self.cards[index]

    def nvmlDeviceGetMigMode(self, card):  # noqa: N802
        if not card.instances:
            raise FakeError(self.NVML_ERROR_NOT_SUPPORTED)
        return [1, 1]

    def nvmlDeviceGetMaxMigDeviceCount(self, card):  # noqa: N802
        return 7

    def nvmlDeviceGetMigDeviceHandleByIndex(self, card, slot):  # noqa: N802
        if slot >= len(card.instances):
            raise FakeError(6)
        return card.instances[slot]

    def nvmlDeviceGetName(self, card):  # noqa: N802
        return card.name

    def nvmlDeviceGetUUID(self, card):  # noqa: N802
        return card.uuid

    def nvmlDeviceGetMemoryInfo(self, card):  # noqa: N802
        if card.shares_ram:
            raise FakeError(self.NVML_ERROR_NOT_SUPPORTED)
        return SimpleNamespace(total=int(card.total * GIB), free=int(card.free * GIB))


def found(*, use_torch: bool = False, timeout_s: float = 20) -> dict[str, Fact]:
    facts = profile_hardware(use_torch=use_torch, timeout_s=timeout_s)
    keys = [fact.key for fact in facts]
    assert len(keys) == len(set(keys))
    return {fact.key.removeprefix("hardware."): fact for fact in facts}


H100 = Card("NVIDIA H100 80GB HBM3", 79.65, 79.25)
RTX_4090 = Card("NVIDIA GeForce RTX 4090", 23.99, 21.4, "GPU-1111")
RTX_3090 = Card("NVIDIA GeForce RTX 3090", 24.0, 23.5, "GPU-2222")


ROCM_TORCH = """
    from types import SimpleNamespace as S
    __version__ = "2.9.0"
    version = S(cuda=None, hip="6.4")
    _cards = [
        S(name="AMD Radeon RX 7900 XTX", total_memory=24 * 2**30, is_integrated=0),
        S(name="AMD Radeon Graphics", total_memory=16 * 2**30, is_integrated=1),
    ]
    cuda = S(
        is_available=lambda: True,
        device_count=lambda: len(_cards),
        get_device_properties=lambda i: _cards[i],
        mem_get_info=lambda i: (20 * 2**30, _cards[i].total_memory),
    )
    print("a library's banner")
"""
