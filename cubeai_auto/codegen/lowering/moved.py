"""Checks shared by the rules of operators that move elements."""

from __future__ import annotations

from cubeai_auto.codegen.lowering.context import (
    MODEL_HINT,
    TYPE_HINT,
    Context,
    RefusedOperatorError,
)
from cubeai_auto.tflite.graph import Tensor

__all__ = ["axis_of", "integers", "item_of", "requantized", "shaped"]

_ITEMS = {"int8": 1, "float32": 4}


def item_of(source: Tensor, target: Tensor) -> int:
    """Bytes of an element; both tensors must be int8, or both float32."""
    if source.dtype != target.dtype or source.dtype not in _ITEMS:
        raise RefusedOperatorError(f"types {source.dtype} to {target.dtype}", hint=TYPE_HINT)
    return _ITEMS[source.dtype]


def axis_of(axis: int, rank: int) -> int:
    """The axis counted from the front."""
    if not -rank <= axis < rank:
        raise RefusedOperatorError(f"axis {axis} of a tensor of rank {rank}", hint=MODEL_HINT)
    return axis % rank


def integers(at: Context, position: int, what: str) -> list[int]:
    """A constant input of whole numbers."""
    found = at.input(position)
    if found.data is None:
        raise RefusedOperatorError(f"its {what} '{found.name}' are computed at run time")
    if found.dtype not in {"int32", "int64"}:
        raise RefusedOperatorError(f"its {what} '{found.name}' are of type {found.dtype}")
    return [int(value) for value in found.data.ravel().tolist()]


def shaped(target: Tensor, expected: tuple[int, ...]) -> None:
    """Refuse an output of another shape than follows from the operator."""
    if target.shape != expected or target.elements == 0:
        raise RefusedOperatorError(
            f"an output of shape {list(target.shape)} instead of {list(expected)}", hint=MODEL_HINT
        )


def requantized(source: Tensor, target: Tensor) -> tuple[str, ...]:
    """A remark if stored values are moved to a tensor that gives them another meaning."""
    given, made = source.quantization, target.quantization
    if source.dtype != "int8" or given is None or made is None or given.per_channel or made.per_channel:
        return ()
    if (given.scale, given.zero_point) == (made.scale, made.zero_point):
        return ()
    return ("moves stored values to an output with another quantization, as TFLM does",)
