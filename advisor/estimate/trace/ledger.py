"""Keeps account of every tensor that a step allocates, by watching the operators that run."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Iterable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import flop_registry

from advisor.estimate.breakdown import Work

_16BIT = frozenset({torch.float16, torch.bfloat16})
_aten = torch.ops.aten
_RANDOM = frozenset({_aten.bernoulli, _aten.bernoulli_, _aten.native_dropout})
_ELEMENTWISE = frozenset({_aten.add, _aten.sub, _aten.mul, _aten.div, _aten.where, _aten.addcmul})
"""Operators that bring inputs of different number formats to one of them first."""


class Ledger(TorchDispatchMode):
    """Counts live storage bytes and operations while it is active.

    Every storage that an operator returns counts from then until it is freed. What kind of
    content it is may become clear only later (a tensor of the backward pass turns out to be a
    gradient), so allocations and frees are written down and looked at afterwards.

    Attributes:
        phase: the phase that runs now; set by the training loop.
        events: (block, bytes) in order; freed bytes are negative.
        resting: bytes that are alive after the last step; set by `rest`.
    """

    def __init__(self, vocabulary: int, *, casts_are_copies: bool = False) -> None:
        """Open an account.

        Args:
            vocabulary: tensors with this last dimension are counted as logits.
            casts_are_copies: whether an elementwise operator of the target copies an input of
                another number format as a whole, as on a CPU; on CUDA it is cast as it is read.
        """
        super().__init__()
        self._casts_are_copies = casts_are_copies
        self.phase = "forward"
        self.events: list[tuple[int, int]] = []
        self.resting = 0
        self._vocabulary = vocabulary
        self._kinds: list[str] = []
        self._marks: list[tuple[str, int]] = []
        self._known: dict[int, int] = {}
        self._references: dict[int, weakref.ref[Any]] = {}
        self._work: dict[str, list[float]] = {}

    def begin(self, phase: str) -> None:
        """Start a phase; what happens until the next call belongs to it."""
        self.phase = phase
        self._marks.append((phase, len(self.events)))

    def add(self, tensors: Iterable[torch.Tensor], kind: str) -> None:
        """Count tensors that exist already, or say what counted ones hold."""
        for tensor in tensors:
            self._note(tensor, kind)
            block = self._known.get(id(tensor.untyped_storage()))
            if block is not None:
                self._kinds[block] = kind

    def add_gradients(self, parameters: Iterable[torch.Tensor]) -> None:
        """Say which of the counted tensors have turned out to be gradients."""
        self.add((p.grad for p in parameters if p.grad is not None), "gradients")

    def rest(self) -> None:
        """Note what is allocated now, while the optimizer still holds its state."""
        self.resting = sum(size for _, size in self.events)

    def phases(self) -> list[tuple[str, list[tuple[int, int, str]]]]:
        """What was there before, under an empty name, and then each phase by its name.

        Each is a list of (number of the block, bytes, kind), in the order of events.
        """
        starts = [0, *(start for _, start in self._marks), len(self.events)]
        names = ["", *(name for name, _ in self._marks)]
        kinds = self._kinds
        return [
            (name, [(number, size, kinds[number]) for number, size in self.events[start:end]])
            for name, (start, end) in zip(names, itertools.pairwise(starts), strict=True)
        ]

    @property
    def marks(self) -> int:
        """How many phases have begun."""
        return len(self._marks)

    def work(self) -> dict[str, Work]:
        """What each phase has computed since `forget_work`."""
        return {phase: Work(*counts) for phase, counts in self._work.items()}

    def forget_work(self) -> None:
        """Count operations anew."""
        self._work = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run one operator and write down what it has allocated and computed."""
        del types
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        results = [leaf for leaf in tree_leaves(out) if isinstance(leaf, torch.Tensor)]
        made = [tensor for tensor in results if self._note(tensor, self._kind(tensor))]
        if self._casts_are_copies and func._overloadpacket in _ELEMENTWISE:
            self._note_casts([leaf for leaf in tree_leaves(args) if _has_width(leaf)])
        self._count(func, args, kwargs, out, made or _written(func, args))
        return out

    def _kind(self, tensor: torch.Tensor) -> str:
        if tensor.dim() > 1 and tensor.shape[-1] == self._vocabulary:
            return "logits_and_loss"
        # Gradients are switched on in the backward pass only where something is recomputed.
        if self.phase == "forward" or (self.phase == "backward" and torch.is_grad_enabled()):
            return "activations"
        return "workspace"

    def _note(self, tensor: torch.Tensor, kind: str) -> bool:
        """Count the tensor's storage if it is a new one, and say whether it is."""
        if tensor.layout is not torch.strided:
            return False
        storage = tensor.untyped_storage()
        key = id(storage)
        if key in self._known:
            return False
        size = storage.nbytes()
        number = len(self._kinds)
        self._kinds.append(kind)
        self._known[key] = number
        self.events.append((number, size))

        def freed(_: Any) -> None:
            self._known.pop(key, None)
            self._references.pop(key, None)
            self.events.append((number, -size))

        self._references[key] = weakref.ref(storage, freed)
        return True

    def _note_casts(self, inputs: list[torch.Tensor]) -> None:
        """Count the copies that are made of inputs in another format than the widest."""
        widest = max((tensor.element_size() for tensor in inputs), default=0)
        copied = sum(t.numel() * widest for t in inputs if t.element_size() < widest)
        if copied:
            number = len(self._kinds)
            self._kinds.append("workspace")
            self.events += [(number, copied), (number, -copied)]

    def _count(self, func: Any, args: Any, kwargs: Any, out: Any, made: list[torch.Tensor]) -> None:
        counts = self._work.setdefault(self.phase, [0.0, 0.0, 0.0, 0.0, 0.0])
        formula = flop_registry.get(func._overloadpacket)
        if formula is not None:
            flops = formula(*args, **kwargs, out_val=out)
            first = next(leaf for leaf in tree_leaves(args) if isinstance(leaf, torch.Tensor))
            counts[0 if first.dtype in _16BIT else 1] += flops
            counts[3] += 1
        elif made:
            read = (leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor))
            counts[2] += sum(tensor.numel() * tensor.element_size() for tensor in (*read, *made))
            counts[3] += 1
        if func._overloadpacket in _RANDOM:
            counts[4] += made[0].numel()


def _has_width(leaf: Any) -> bool:
    """Whether a result's format depends on the tensor: on numbers with a fraction and a shape."""
    return isinstance(leaf, torch.Tensor) and leaf.is_floating_point() and leaf.dim() > 0


def _written(func: Any, args: Any) -> list[torch.Tensor]:
    """The tensors that an operator changes in place; a view writes nothing."""
    named = zip(func._schema.arguments, args, strict=False)
    changed = [given for argument, given in named if argument.is_write]
    return [leaf for leaf in tree_leaves(changed) if isinstance(leaf, torch.Tensor)]
