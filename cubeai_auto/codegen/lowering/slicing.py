"""SLICE, STRIDED_SLICE, SPLIT, SPLIT_V, UNPACK, TRANSPOSE and copies: elements at regular distances."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cubeai_auto.codegen.layers.movement import MAX_LOOPS, Gather
from cubeai_auto.codegen.lowering.context import (
    MODEL_HINT,
    Context,
    Lowered,
    RefusedOperatorError,
    Rules,
    same_elements,
)
from cubeai_auto.codegen.lowering.moved import axis_of, integers, item_of, requantized, shaped
from cubeai_auto.codegen.prepare import COPY
from cubeai_auto.tflite.graph import Tensor
from cubeai_auto.tflite.support import OperatorSupport

__all__ = ["RULES", "SUPPORTED"]

_BOTH = ("int8", "float32")
SUPPORTED = (
    OperatorSupport("SPLIT", _BOTH, "constant axis"),
    OperatorSupport("SPLIT_V", _BOTH, "constant axis and sizes"),
    OperatorSupport("UNPACK", _BOTH, "any axis"),
    OperatorSupport("SLICE", _BOTH, "constant begin and size"),
    OperatorSupport(
        "STRIDED_SLICE",
        _BOTH,
        "constant begin, end, strides, also negative; no ellipsis, no new axis",
    ),
    OperatorSupport("TRANSPOSE", _BOTH, "constant order; where no element moves, a view of any type"),
)


def _strides(shape: Sequence[int]) -> tuple[int, ...]:
    """Elements from index to index of each dimension."""
    return tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))


def _gather(
    source: Tensor, target: Tensor, start: int, counts: Sequence[int], steps: Sequence[int]
) -> Lowered:
    body = Gather(
        item=item_of(source, target),
        remarks=requantized(source, target),
        size=source.elements,
        start=start,
        counts=tuple(counts),
        steps=tuple(steps),
    )
    if len(body.loops()[1]) > MAX_LOOPS:
        raise RefusedOperatorError(f"more than {MAX_LOOPS} dimensions that move apart")
    return Lowered(body, (source.index,), target.index)


def _part(source: Tensor, target: Tensor, axis: int, first: int, count: int) -> Lowered:
    """``count`` indices of an axis, from ``first`` on."""
    steps = _strides(source.shape)
    counts = [*source.shape[:axis], count, *source.shape[axis + 1 :]]
    return _gather(source, target, first * steps[axis], counts, steps)


def _targets(at: Context) -> list[Tensor]:
    if not at.operator.outputs:
        raise RefusedOperatorError("no outputs", hint=MODEL_HINT)
    return [at.graph.tensor(index) for index in at.operator.outputs]


def _split(at: Context) -> tuple[Lowered, ...]:
    source, targets = at.activation(1), _targets(at)
    axis = _one_axis(at, 0, source)
    size, rest = divmod(source.shape[axis], len(targets))
    if rest:
        raise RefusedOperatorError(
            f"{source.shape[axis]} elements along axis {axis} for {len(targets)} outputs",
            hint=MODEL_HINT,
        )
    return _pieces(source, targets, axis, [size] * len(targets))


def _split_v(at: Context) -> tuple[Lowered, ...]:
    source, targets = at.activation(0), _targets(at)
    axis = _one_axis(at, 2, source)
    sizes = integers(at, 1, "sizes")
    given = sum(size for size in sizes if size >= 0)
    sizes = [source.shape[axis] - given if size == -1 else size for size in sizes]
    if sizes.count(-1) > 1 or len(sizes) != len(targets) or min(sizes) < 1:
        raise RefusedOperatorError(f"sizes {sizes} for {len(targets)} outputs", hint=MODEL_HINT)
    if sum(sizes) != source.shape[axis]:
        raise RefusedOperatorError(
            f"sizes {sizes} of {source.shape[axis]} elements along axis {axis}", hint=MODEL_HINT
        )
    return _pieces(source, targets, axis, sizes)


def _one_axis(at: Context, position: int, source: Tensor) -> int:
    values = integers(at, position, "axis")
    if len(values) != 1:
        raise RefusedOperatorError(f"{len(values)} axes instead of one", hint=MODEL_HINT)
    return axis_of(values[0], len(source.shape))


def _pieces(
    source: Tensor, targets: Sequence[Tensor], axis: int, sizes: Sequence[int]
) -> tuple[Lowered, ...]:
    found, first = [], 0
    for target, size in zip(targets, sizes, strict=True):
        shaped(target, (*source.shape[:axis], size, *source.shape[axis + 1 :]))
        found.append(_part(source, target, axis, first, size))
        first += size
    return tuple(found)


def _unpack(at: Context) -> tuple[Lowered, ...]:
    source, targets = at.activation(0), _targets(at)
    axis = axis_of(at.operator.option_int("axis", 0), len(source.shape))
    if source.shape[axis] != len(targets):
        raise RefusedOperatorError(
            f"{len(targets)} outputs for {source.shape[axis]} elements along axis {axis}",
            hint=MODEL_HINT,
        )
    for target in targets:
        shaped(target, (*source.shape[:axis], *source.shape[axis + 1 :]))
    return tuple(_part(source, target, axis, k, 1) for k, target in enumerate(targets))


def _slice(at: Context) -> tuple[Lowered, ...]:
    source, target = at.activation(0), at.output()
    begins, sizes = integers(at, 1, "begin"), integers(at, 2, "size")
    if not len(begins) == len(sizes) == len(source.shape):
        raise RefusedOperatorError(
            f"{len(begins)} begins and {len(sizes)} sizes for rank {len(source.shape)}", hint=MODEL_HINT
        )
    counts = [
        dimension - begin if size == -1 else size
        for begin, size, dimension in zip(begins, sizes, source.shape, strict=True)
    ]
    for begin, count, dimension in zip(begins, counts, source.shape, strict=True):
        if begin < 0 or count < 1 or begin + count > dimension:
            raise RefusedOperatorError(
                f"begin {begins} and size {sizes} of shape {list(source.shape)}", hint=MODEL_HINT
            )
    shaped(target, tuple(counts))
    steps = _strides(source.shape)
    start = sum(begin * step for begin, step in zip(begins, steps, strict=True))
    return (_gather(source, target, start, counts, steps),)


def _strided_slice(at: Context) -> tuple[Lowered, ...]:
    source, target, operator = at.activation(0), at.output(), at.operator
    begins, ends = integers(at, 1, "begin"), integers(at, 2, "end")
    strides = integers(at, 3, "strides")
    for mask in ("ellipsis_mask", "new_axis_mask", "offset"):
        if operator.option_int(mask, 0):
            raise RefusedOperatorError(f"the option {mask}, which TFLM ignores")
    rank = len(source.shape)
    if {len(begins), len(ends), len(strides)} != {rank}:
        raise RefusedOperatorError(
            f"{len(begins)} begins, {len(ends)} ends and {len(strides)} strides for rank {rank}",
            hint=MODEL_HINT,
        )
    start, counts, moves, shape = 0, [], [], []
    for axis, (size, step) in enumerate(zip(source.shape, _strides(source.shape), strict=True)):
        bit = 1 << axis
        shrinks = bool(operator.option_int("shrink_axis_mask", 0) & bit)
        first, count = _range(
            (begins[axis], ends[axis], strides[axis]),
            size,
            from_start=bool(operator.option_int("begin_mask", 0) & bit),
            to_end=bool(operator.option_int("end_mask", 0) & bit),
            shrinks=shrinks,
        )
        start += first * step
        counts.append(count)
        moves.append(strides[axis] * step)
        if not shrinks:
            shape.append(count)
    shaped(target, tuple(shape))
    return (_gather(source, target, start, counts, moves),)


def _range(
    given: tuple[int, int, int], size: int, *, from_start: bool, to_end: bool, shrinks: bool
) -> tuple[int, int]:
    """The first index of an axis and how many there are, as the reference limits them."""
    begin, end, stride = given
    if stride == 0:
        raise RefusedOperatorError("a stride of 0", hint=MODEL_HINT)
    low, high = (0, size) if stride > 0 else (-1, size - 1)

    def limited(index: int) -> int:
        return min(max(index + size if index < 0 else index, low), high)

    first = limited(begin)
    if from_start:
        first = 0 if stride > 0 else size - 1
    last = limited(end)
    if to_end:
        last = size if stride > 0 else -1
    count = 1 if shrinks else max(0, -((first - last) // stride))
    if count == 0 or not 0 <= first < size:
        raise RefusedOperatorError(
            f"an empty slice: {begin} to {end} in steps of {stride} of {size}", hint=MODEL_HINT
        )
    return first, count


def _transpose(at: Context) -> tuple[Lowered, ...]:
    source, target = at.activation(0), at.output()
    order = integers(at, 1, "order")
    if sorted(order) != list(range(len(source.shape))):
        raise RefusedOperatorError(f"the order {order} of rank {len(source.shape)}", hint=MODEL_HINT)
    shaped(target, tuple(source.shape[axis] for axis in order))
    steps = _strides(source.shape)
    return (_gather(source, target, 0, target.shape, [steps[axis] for axis in order]),)


def _copy(at: Context) -> tuple[Lowered, ...]:
    """A view of an input that is an output as well."""
    source, target = at.activation(0), at.output()
    same_elements(source, target)
    return (_gather(source, target, 0, (source.elements,), (1,)),)


RULES: Rules = {
    "SPLIT": _split,
    "SPLIT_V": _split_v,
    "UNPACK": _unpack,
    "SLICE": _slice,
    "STRIDED_SLICE": _strided_slice,
    "TRANSPOSE": _transpose,
    COPY: _copy,
}
