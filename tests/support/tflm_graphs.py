"""Small graphs for TFLM's rules: one operator, or a chain of dense layers."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build

__all__ = ["act", "dense_chain", "ints", "one_operator", "weights"]


def act(name: str, shape: Sequence[int], dtype: str = "int8", scale: float = 0.5) -> TensorSpec:
    """An activation; quantized with zero point 0, if the type asks for it."""
    if dtype in {"int8", "int16", "uint8"}:
        return TensorSpec(name, shape, dtype, scales=(scale,), zero_points=(0,))
    return TensorSpec(name, shape, dtype)


def weights(
    name: str, shape: Sequence[int], dtype: str = "int8", *, axis: int | None = None
) -> TensorSpec:
    """Constant weights; with an axis, quantized by channel."""
    scales: tuple[float, ...] = () if dtype == "float32" else (0.1,)
    if axis is not None:
        scales = (0.1,) * shape[axis]
    return TensorSpec(name, shape, dtype, data=np.ones(shape), scales=scales, axis=axis or 0)


def ints(name: str, values: int | Sequence[object]) -> TensorSpec:
    """A constant of int32."""
    return TensorSpec(name, np.shape(values), "int32", data=np.asarray(values))


def one_operator(
    name: str,
    inputs: Sequence[TensorSpec],
    outputs: Sequence[TensorSpec],
    options: Mapping[str, bool | int | float | str] | None = None,
    *,
    intermediates: Sequence[TensorSpec] = (),
) -> bytes:
    """A model of one operator; its inputs without data, and no variables, are the graph's."""
    tensors = list({t.name: t for t in (*inputs, *outputs, *intermediates)}.values())
    operator = OperatorSpec(
        name,
        [t.name for t in inputs],
        [t.name for t in outputs],
        options or {},
        intermediates=[t.name for t in intermediates],
    )
    given = [t.name for t in inputs if t.data is None and not t.is_variable]
    return build(ModelSpec(tensors, [operator], given, [t.name for t in outputs]))


def dense_chain(widths: Sequence[int], dtype: str = "int8") -> bytes:
    """FULLY_CONNECTED layers of the widths, weights quantized as a whole.

    Tensors in this order: the input, then weights and bias of every layer, then the outputs of the
    layers.
    """
    quantized = dtype == "int8"
    tensors = [act("x0", (1, widths[0]), dtype)]
    outputs = []
    operators = []
    for k, (depth, rows) in enumerate(itertools.pairwise(widths)):
        scales = (0.05,) if quantized else ()
        tensors += [
            weights(f"w{k}", (rows, depth), dtype),
            TensorSpec(
                f"b{k}", (rows,), "int32" if quantized else dtype, data=np.zeros(rows), scales=scales
            ),
        ]
        outputs.append(act(f"x{k + 1}", (1, rows), dtype))
        operators.append(OperatorSpec("FULLY_CONNECTED", [f"x{k}", f"w{k}", f"b{k}"], [f"x{k + 1}"]))
    return build(ModelSpec([*tensors, *outputs], operators, ["x0"], [f"x{len(widths) - 1}"]))
