"""CONCATENATION, PACK, PAD, PADV2 and RESIZE_NEAREST_NEIGHBOR: what their kernels rely on."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.layers.movement import MAX_LOOPS, Concatenation, Pad, Resize
from cubeai_auto.codegen.lowering.context import (
    MODEL_HINT,
    Context,
    Lowered,
    RefusedOperatorError,
    Rules,
    per_tensor,
)
from cubeai_auto.codegen.lowering.moved import axis_of, integers, item_of, requantized, shaped
from cubeai_auto.tflite.graph import Tensor
from cubeai_auto.tflite.support import OperatorSupport

__all__ = ["RULES", "SUPPORTED"]

_BOTH = ("int8", "float32")
SUPPORTED = (
    OperatorSupport("CONCATENATION", _BOTH, "any axis; int8 inputs quantized as the output"),
    OperatorSupport("PACK", _BOTH, "any axis"),
    OperatorSupport("PAD", _BOTH, "constant paddings"),
    OperatorSupport("PADV2", _BOTH, "constant paddings and value"),
    OperatorSupport("RESIZE_NEAREST_NEIGHBOR", _BOTH, "constant size"),
)

_LARGEST_SIDE = 2**15


def _joined(
    at: Context, sizes: list[int], repeats: int, remarks: tuple[str, ...]
) -> tuple[Lowered, ...]:
    """All inputs, run by run in turn; ``sizes`` are their elements."""
    constants: dict[int, npt.NDArray[np.generic]] = {}
    variable = []
    for position in range(len(sizes)):
        tensor = at.input(position)
        if tensor.data is not None:
            constants[position] = tensor.data.ravel().astype(tensor.dtype)
        else:
            variable.append(position)
            at.activation(position)
    if not variable:
        raise RefusedOperatorError("all its inputs are constants", hint=MODEL_HINT)
    body = Concatenation(
        item=item_of(at.input(0), at.output()),
        remarks=remarks,
        repeats=repeats,
        runs=tuple(size // repeats for size in sizes),
        constants=constants,
    )
    return at.layer(body, *variable)


def _concatenation(at: Context) -> tuple[Lowered, ...]:
    target = at.output()
    inputs = [at.input(position) for position in range(len(at.operator.inputs))]
    activation = at.operator.option_str("fused_activation_function", "NONE")
    if activation != "NONE":
        raise RefusedOperatorError(f"the fused activation {activation}: TFLM refuses it too")
    axis = axis_of(at.operator.option_int("axis", 0), len(target.shape))
    for tensor in inputs:
        item_of(tensor, target)
        if tensor.dtype == "int8":
            _alike(tensor, target)
        fitting = list(target.shape)
        fitting[axis] = tensor.shape[axis] if len(tensor.shape) == len(fitting) else -1
        if list(tensor.shape) != fitting or tensor.elements == 0:
            raise RefusedOperatorError(
                f"'{tensor.name}' of shape {list(tensor.shape)} does not fit {list(target.shape)}",
                hint=MODEL_HINT,
            )
    together = sum(tensor.shape[axis] for tensor in inputs)
    if together != target.shape[axis]:
        raise RefusedOperatorError(
            f"{together} elements along axis {axis} in, {target.shape[axis]} out", hint=MODEL_HINT
        )
    repeats = math.prod(target.shape[:axis])
    return _joined(at, [tensor.elements for tensor in inputs], repeats, ())


def _alike(tensor: Tensor, target: Tensor) -> None:
    given, produced = per_tensor(tensor, "input"), per_tensor(target, "output")
    if (given.scale, given.zero_point) != (produced.scale, produced.zero_point):
        raise RefusedOperatorError(
            f"'{tensor.name}' has the scale {given.scale:g} and the zero point {given.zero_point}, the "
            f"output {produced.scale:g} and {produced.zero_point}: TFLM refuses it too",
            hint="train or convert with quantization that gives joined tensors one scale",
        )


def _pack(at: Context) -> tuple[Lowered, ...]:
    target = at.output()
    inputs = [at.input(position) for position in range(len(at.operator.inputs))]
    axis = axis_of(at.operator.option_int("axis", 0), len(target.shape))
    one = (*target.shape[:axis], *target.shape[axis + 1 :])
    for tensor in inputs:
        item_of(tensor, target)
        if tensor.shape != one or tensor.elements == 0:
            raise RefusedOperatorError(
                f"'{tensor.name}' of shape {list(tensor.shape)} does not fit {list(target.shape)}",
                hint=MODEL_HINT,
            )
    if target.shape[axis] != len(inputs):
        raise RefusedOperatorError(f"{len(inputs)} inputs for {target.shape[axis]}", hint=MODEL_HINT)
    remarks = next((found for tensor in inputs if (found := requantized(tensor, target))), ())
    return _joined(at, [tensor.elements for tensor in inputs], math.prod(target.shape[:axis]), remarks)


def _pad(at: Context) -> tuple[Lowered, ...]:
    source, target = at.activation(0), at.output()
    item, rank = item_of(source, target), len(source.shape)
    pairs = integers(at, 1, "paddings")
    if len(pairs) != 2 * rank:
        raise RefusedOperatorError(f"{len(pairs)} paddings for {rank} dimensions", hint=MODEL_HINT)
    before, after = tuple(pairs[0::2]), tuple(pairs[1::2])
    if min(pairs, default=0) < 0:
        raise RefusedOperatorError(f"negative paddings: {pairs}", hint=MODEL_HINT)
    sizes = zip(before, source.shape, after, strict=True)
    shaped(target, tuple(first + size + last for first, size, last in sizes))
    body = Pad(
        item=item,
        remarks=requantized(source, target),
        shape=source.shape,
        before=before,
        after=after,
        value=_padding(at, source, target),
    )
    if len(body.merged()) - 1 > MAX_LOOPS:
        raise RefusedOperatorError(f"paddings of {rank} dimensions")
    return at.layer(body)


def _padding(at: Context, source: Tensor, target: Tensor) -> npt.NDArray[np.generic]:
    """The element that pads: the third input of PADV2, otherwise zero."""
    given = at.optional(2)
    if given is None:
        zero = per_tensor(target, "output").zero_point if source.dtype == "int8" else 0
        return np.array([zero], source.dtype)
    if given.data is None or given.elements != 1 or given.dtype != source.dtype:
        raise RefusedOperatorError(f"the value '{given.name}' is no constant of one {source.dtype}")
    if source.dtype == "int8":
        _alike(given, target)
    return given.data.ravel().astype(source.dtype)


def _resize(at: Context) -> tuple[Lowered, ...]:
    source, target = at.activation(0), at.output()
    item = item_of(source, target)
    size = integers(at, 1, "size")
    if len(source.shape) != 4 or len(size) != 2:
        raise RefusedOperatorError(
            f"an input of rank {len(source.shape)} and {len(size)} sizes instead of 4 and 2",
            hint=MODEL_HINT,
        )
    if not all(1 <= side <= _LARGEST_SIDE for side in (*size, *source.shape[1:3])):
        raise RefusedOperatorError(f"{list(source.shape[1:3])} to {size} pixels", hint=MODEL_HINT)
    batches, height, width, channels = source.shape
    shaped(target, (batches, *size, channels))
    body = Resize(
        item=item,
        remarks=requantized(source, target),
        shape=(batches, height, width, channels),
        rows=_nearest(at, height, size[0]),
        columns=_nearest(at, width, size[1]),
    )
    return at.layer(body)


def _nearest(at: Context, given: int, made: int) -> npt.NDArray[np.int16]:
    """For each index of a side its nearest neighbor, in float32 as the reference."""
    corners = bool(at.operator.option_int("align_corners", 0))
    centers = bool(at.operator.option_int("half_pixel_centers", 0))
    if corners and made > 1:
        scale = np.float32(given - 1) / np.float32(made - 1)
    else:
        scale = np.float32(given) / np.float32(made)
    offset = np.float32(0.5) if centers else np.float32(0)
    places = (np.arange(made).astype(np.float32) + offset) * scale
    whole = np.floor(places.astype(np.float64) + (0.5 if corners else 0.0))
    return np.clip(whole, 0, given - 1).astype(np.int16)


RULES: Rules = {
    "CONCATENATION": _concatenation,
    "PACK": _pack,
    "PAD": _pad,
    "PADV2": _pad,
    "RESIZE_NEAREST_NEIGHBOR": _resize,
}
