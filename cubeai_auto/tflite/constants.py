"""Turns the stored bytes of a constant tensor into a numpy array."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from cubeai_auto.tflite.flatdata import DamagedError
from cubeai_auto.tflite.graph import DType

__all__ = ["as_array"]

_Item = TypeVar("_Item", bound=np.generic)
_OPAQUE: frozenset[DType] = frozenset({"string", "resource", "variant"})


def as_array(
    stored: npt.NDArray[np.uint8], dtype: DType, shape: tuple[int, ...]
) -> npt.NDArray[np.generic]:
    """The content in its shape: read-only, and a view of the file wherever that is possible.

    int4 is unpacked to one int8 value an element (low nibble first, as stored). Strings,
    resources and variants stay the flat bytes of their buffer.

    Raises:
        DamagedError: the buffer does not hold exactly the bytes that type and shape ask for.
    """
    if dtype in _OPAQUE:
        return stored
    elements = math.prod(shape)
    if min(shape, default=0) < 0:
        msg = f"is a constant of the open shape {list(shape)}"
        raise DamagedError(msg)
    if dtype == "int4":
        _check_size(stored, (elements + 1) // 2, dtype, shape)
        return _unpack_int4(stored, elements).reshape(shape)
    item = np.dtype(dtype).newbyteorder("<")
    _check_size(stored, elements * item.itemsize, dtype, shape)
    if dtype == "bool":
        return _frozen(stored.reshape(shape) != 0)
    found: npt.NDArray[np.generic] = stored.view(item).reshape(shape)
    return found


def _check_size(
    stored: npt.NDArray[np.uint8], wanted: int, dtype: DType, shape: tuple[int, ...]
) -> None:
    if stored.size != wanted:
        msg = f"holds {stored.size} bytes where {dtype} {list(shape)} takes {wanted}"
        raise DamagedError(msg)


def _unpack_int4(packed: npt.NDArray[np.uint8], elements: int) -> npt.NDArray[np.int8]:
    pairs = np.empty((packed.size, 2), np.int8)
    signed = packed.view(np.int8)
    pairs[:, 0] = (signed << 4) >> 4
    pairs[:, 1] = signed >> 4
    return _frozen(pairs.reshape(-1)[:elements])


def _frozen(array: npt.NDArray[_Item]) -> npt.NDArray[_Item]:
    array.flags.writeable = False
    return array
