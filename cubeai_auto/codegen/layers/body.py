"""What every layer of a lowered network can say about itself: its kernel, arrays and parameters."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Float32Array", "Int8Array", "Int32Array", "Layer", "LayerArray", "LayerBody"]

Int8Array = npt.NDArray[np.int8]
Int32Array = npt.NDArray[np.int32]
Float32Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class LayerArray:
    """A constant array in the layout its kernel reads.

    Attributes:
        role: what it is to the layer (``weights``, ``bias``, ...); ends its C symbol.
        data: flat or not, int8, int16, int32 or float32.
        comment: one line for the reader of the C file.
    """

    role: str
    data: npt.NDArray[np.generic]
    comment: str


class LayerBody(ABC):
    """The work of a layer with every constant in its final form, ready for C.

    Scales are gone from integer layers: only multipliers, shifts and zero points remain.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def kernel(self) -> str:
        """The C function: ``kernel(&parameters, inputs..., output[, states...][, scratch])``."""

    @property
    @abstractmethod
    def sources(self) -> tuple[str, ...]:
        """The C files that define the kernel; headers are found from their includes."""

    @property
    def header(self) -> str:
        """The C header that declares the kernel."""
        return "cai_kernels.h"

    @property
    @abstractmethod
    def struct(self) -> str:
        """The C type of the parameters."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What an engineer should know, each the predicate of a sentence about the layer."""
        return ()

    @property
    def why(self) -> str:
        """One line on the choice of kernel; empty where there is none."""
        return ""

    @property
    def scratch(self) -> int | None:
        """Bytes of working memory while the layer runs; ``None``: the kernel takes none."""
        return None

    def slide(self, position: int) -> int | None:
        """How far below an input the output may start and overwrite what has been read.

        Args:
            position: of the input among the layer's sources.

        Returns:
            Bytes, 0 for an elementwise kernel; ``None`` if the two must not overlap.
        """
        del position
        return None

    def with_least_scratch(self) -> LayerBody:
        """The same work with less working memory, if slower; the layer itself if there is no way."""
        return self

    @property
    def in_place(self) -> bool:
        """Whether the output may start where the only input starts, though at no other overlap."""
        return False

    @property
    def gathers(self) -> bool:
        """Whether the kernel takes its inputs as one array of pointers."""
        return False

    @property
    def constant_inputs(self) -> Mapping[int, str]:
        """The kernel's inputs that are constant arrays: position among all inputs, and role."""
        return {}

    def arrays(self) -> tuple[LayerArray, ...]:
        """The constant arrays."""
        return ()

    @abstractmethod
    def fields(self, symbols: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The designated initializers of the struct: member and C expression.

        Args:
            symbols: the C symbol of each array, by role.
        """


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer in its place: which operator it comes from, which tensors it reads and writes.

    ``states`` are the tensors that it keeps from run to run, in the order of the kernel's arguments.
    """

    name: str
    operator: int
    sources: tuple[int, ...]
    target: int
    body: LayerBody
    states: tuple[int, ...] = ()
