"""Tells what work takes from main memory, which nothing that is recorded on a graphics card may do."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class MainMemoryOps(TorchDispatchMode):
    """Notes what is done with tensors in main memory."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        answer = func(*args, **(kwargs or {}))
        if any(isinstance(each, Tensor) and each.is_cpu for each in tree_leaves((args, kwargs, answer))):
            self.names.append(str(func))
        return answer
