"""A stand-in for a graphics card that records work."""

from __future__ import annotations

from itertools import chain
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from sam3_annotator.model.machine.replay import Tensors, Work


class PaperCard:
    """Records as a graphics card does, on any device: the same steps are done again on the same tensors.

    Work that depends on numbers, or that brings some from main memory, is refused. What was answered lies where it
    lay, and is spoilt as soon as anything else is done again.
    """

    def __init__(self) -> None:
        self.recordings = 0
        self._answers: list[Tensors] = []

    def record(self, work: Work) -> tuple[Tensors, Work]:
        unfit = {torch.ops.aten.lift_fresh.default, torch.ops.aten._local_scalar_dense.default}
        steps: list[tuple[Any, tuple[Any, ...], dict[str, Any], Any]] = []

        class Notes(TorchDispatchMode):
            def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
                if func in unfit:
                    raise RuntimeError(f"{func}: operation not permitted when stream is capturing")
                out = func(*args, **(kwargs or {}))
                steps.append((func, args, kwargs or {}, out))
                return out

        first = tuple(value.clone() for value in work())
        with Notes():
            answer = work()
        self.recordings += 1
        self._answers.append(answer)

        @torch.no_grad()  # what was learnt is among the steps
        def replay() -> Tensors:
            for place in chain(*self._answers):
                place.fill_(float("nan"))
            for func, args, kwargs, out in steps:
                for place, value in zip(tree_leaves(out), tree_leaves(func(*args, **kwargs)), strict=True):
                    if isinstance(place, Tensor) and place.data_ptr() != value.data_ptr():  # as those of views are
                        place.copy_(value)
            return answer

        return first, replay
