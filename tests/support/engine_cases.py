"""One-operator networks with chosen edge cases, many of them side by side in one model.

A :class:`Case` is one operator with constants and input vectors picked to make a wrong rounding
rule visible. :func:`collect` puts cases into one model with as many inputs and outputs, so that
one run of the oracle and one compilation serve them all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build

from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflite.reader import parse_model

__all__ = [
    "VECTORS",
    "Case",
    "Collection",
    "collect",
    "convert_case",
    "dense_f32_case",
    "dense_s8_case",
    "softmax_f32_case",
    "softmax_s8_case",
]

VECTORS = 40
"""Input vectors of every case."""

Array = npt.NDArray[np.generic]


@dataclass(frozen=True, eq=False)
class Case:
    """One operator, its tensors (input first, output last) and (VECTORS, *shape) of inputs."""

    name: str
    tensors: tuple[TensorSpec, ...]
    operator: OperatorSpec
    vectors: Array


@dataclass(frozen=True, eq=False)
class Collection:
    """Cases in one model: input and output k belong to case k."""

    model: bytes
    graph: Graph
    inputs: tuple[Array, ...]
    names: tuple[str, ...] = field(repr=False)

    def differing(self, got: Sequence[Array], expected: Sequence[Array]) -> dict[str, int]:
        """How many elements differ in which case: bit by bit, but any NaN equals any other."""
        assert len(got) == len(expected) == len(self.names)
        counts = {}
        for name, a, b in zip(self.names, got, expected, strict=True):
            assert a.dtype == b.dtype
            bits = f"u{a.dtype.itemsize}"
            different = a.ravel().view(bits) != b.ravel().view(bits)
            if a.dtype.kind == "f":
                different &= ~(np.isnan(a.ravel()) & np.isnan(b.ravel()))
            if different.any():
                counts[name] = int(np.count_nonzero(different))
        return counts


def collect(cases: Sequence[Case], name: str = "cases") -> Collection:
    """All cases in one model; names in the model are prefixed with the case's."""
    tensors: list[TensorSpec] = []
    operators: list[OperatorSpec] = []
    for case in cases:
        prefix = f"{case.name}/"
        tensors += [replace(tensor, name=prefix + tensor.name) for tensor in case.tensors]
        operators.append(
            replace(
                case.operator,
                inputs=[None if ref is None else prefix + str(ref) for ref in case.operator.inputs],
                outputs=[prefix + str(ref) for ref in case.operator.outputs],
                intermediates=[prefix + str(ref) for ref in case.operator.intermediates],
            )
        )
    model = build(
        ModelSpec(
            tensors,
            operators,
            [f"{case.name}/{case.tensors[0].name}" for case in cases],
            [f"{case.name}/{case.tensors[-1].name}" for case in cases],
        )
    )
    graph = parse_model(model, name)
    return Collection(
        model, graph, tuple(case.vectors for case in cases), tuple(case.name for case in cases)
    )


def dense_s8_case(
    name: str,
    rows: int,
    depth: int,
    *,
    batches: int = 1,
    ratio: float | None = None,
    scales: tuple[float, float, float] | None = None,
    per_channel: bool = True,
    weight_scales: Sequence[float] | None = None,
    weights: npt.ArrayLike | None = None,
    span: int = 127,
    bias: npt.ArrayLike | None = (),
    zero_points: tuple[int, int] = (3, -5),
    activation: str = "NONE",
    input_shape: tuple[int, ...] | None = None,
) -> Case:
    """int8 FULLY_CONNECTED.

    Args:
        ratio: input scale * weight scale / output scale; by default the outputs spread over int8.
        scales: of input, weights and output, instead.
        per_channel: one weight scale a row, spread around the ratio's.
        weight_scales: given ones instead.
        weights: (rows, depth); random in -span..span by default.
        bias: (rows,), ``None`` for no bias, ``()`` for random ones.
        zero_points: of input and output.
    """
    rng = np.random.default_rng(list(name.encode()))
    matrix = (
        rng.integers(-span, span + 1, (rows, depth))
        if weights is None
        else np.broadcast_to(np.asarray(weights), (rows, depth))
    )
    spread = 74 * max(float(matrix.std()), 0.5) * math.sqrt(depth)
    if scales is None:
        scale_in, scale_w = 0.05, 0.02
        scale_out = scale_in * scale_w / (60 / spread if ratio is None else ratio)
    else:
        scale_in, scale_w, scale_out = scales
    if weight_scales is None:
        factors = np.exp(rng.uniform(-0.5, 0.5, rows)) if per_channel and rows > 1 else np.ones(1)
        weight_scales = [float(scale_w * factor) for factor in factors]
    stored = None
    if bias is not None:
        stored = np.asarray(bias, np.int64)
        if stored.size == 0:
            stored = rng.integers(-int(spread), int(spread) + 1, rows)
    product = np.float32(scale_in) * np.asarray(weight_scales, np.float32)
    shape = input_shape or (batches, depth)
    tensors = [
        TensorSpec("x", shape, "int8", scales=(scale_in,), zero_points=zero_points[:1]),
        TensorSpec("w", (rows, depth), "int8", data=matrix, scales=tuple(weight_scales)),
        TensorSpec("y", (batches, rows), "int8", scales=(scale_out,), zero_points=zero_points[1:]),
    ]
    inputs = ["x", "w"]
    if stored is not None:
        tensors.insert(
            2, TensorSpec("b", (rows,), "int32", data=stored, scales=tuple(product.tolist()))
        )
        inputs.append("b")
    operator = OperatorSpec("FULLY_CONNECTED", inputs, ["y"], {"fused_activation_function": activation})
    vectors = _int8_vectors(rng, matrix, batches, zero_points[0])
    return Case(name, tuple(tensors), operator, vectors.reshape(VECTORS, *shape))


def _int8_vectors(
    rng: np.random.Generator, matrix: npt.NDArray[np.int64], batches: int, zero: int
) -> npt.NDArray[np.int8]:
    """(VECTORS, batches * depth): constant ones, the extremes of two rows, small and large ones."""
    depth = matrix.shape[1]
    vectors = rng.integers(-128, 128, (VECTORS, batches * depth))
    near = vectors[VECTORS // 2 :]
    near[:] = np.clip(zero + rng.integers(-3, 4, near.shape), -128, 127)
    for k, value in enumerate((-128, 127, zero, 0)):
        vectors[k] = value
    for k, row in enumerate((matrix[0], matrix[-1])):
        vectors[4 + 2 * k] = np.tile(np.where(row > 0, 127, -128), batches)
        vectors[5 + 2 * k] = np.tile(np.where(row > 0, -128, 127), batches)
    return vectors.astype(np.int8)


def dense_f32_case(
    name: str, rows: int, depth: int, *, batches: int = 1, bias: bool = True, activation: str = "NONE"
) -> Case:
    """float32 FULLY_CONNECTED; vectors of very different sizes, and zeros of both signs."""
    rng = np.random.default_rng(list(name.encode()))
    tensors = [
        TensorSpec("x", (batches, depth)),
        TensorSpec("w", (rows, depth), data=rng.standard_normal((rows, depth))),
        TensorSpec("y", (batches, rows)),
    ]
    if bias:
        tensors.insert(2, TensorSpec("b", (rows,), data=rng.standard_normal(rows)))
    operator = OperatorSpec(
        "FULLY_CONNECTED",
        ["x", "w", *(["b"] if bias else [])],
        ["y"],
        {"fused_activation_function": activation},
    )
    sizes = np.float32(10.0) ** rng.uniform(-3, 3, (VECTORS, 1, 1))
    vectors = (rng.standard_normal((VECTORS, batches, depth)) * sizes).astype(np.float32)
    vectors[0], vectors[1] = 0.0, -0.0
    vectors[2] *= np.float32(1e-38)  # products below the normal range
    vectors[3] = np.float32(3e38)  # sums beyond it, which the bounds bring back
    vectors[4, :, ::2] *= np.float32(1e6)
    return Case(name, tuple(tensors), operator, vectors)


def softmax_s8_case(
    name: str,
    depth: int,
    scale: float,
    *,
    beta: float = 1.0,
    rows: int = 1,
    zero: int = 0,
    below: npt.ArrayLike | None = None,
) -> Case:
    """int8 SOFTMAX: equal inputs, one winner, small and large differences.

    Args:
        below: (n, depth) chosen vectors besides, as differences to the largest input.
    """
    rng = np.random.default_rng(list(name.encode()))
    tensors = (
        TensorSpec("x", (rows, depth), "int8", scales=(scale,), zero_points=(zero,)),
        TensorSpec("y", (rows, depth), "int8", scales=(1 / 256,), zero_points=(-128,)),
    )
    vectors = rng.integers(-128, 128, (VECTORS, rows, depth))
    half = vectors[VECTORS // 2 :]
    half[:] = rng.integers(-128, 118) + rng.integers(0, 11, half.shape)
    vectors[0], vectors[1], vectors[2] = 5, -128, 127
    vectors[3], vectors[3, :, depth // 2] = -128, 127
    vectors[4], vectors[4, :, : depth // 2] = 100, 99
    if below is not None:
        chosen = np.clip(120 - np.asarray(below), -128, 127)
        vectors[5 : 5 + len(chosen)] = chosen[:, np.newaxis]
    if depth > 511:  # about equal inputs make TFLM abort: leave few of them near the largest
        vectors[:, :, 200:] = -128
        vectors[:, :, 0] = 127
    return Case(
        name, tensors, OperatorSpec("SOFTMAX", ["x"], ["y"], {"beta": beta}), vectors.astype(np.int8)
    )


def softmax_f32_case(name: str, depth: int, *, beta: float = 1.0, rows: int = 1) -> Case:
    """float32 SOFTMAX."""
    rng = np.random.default_rng(list(name.encode()))
    tensors = (TensorSpec("x", (rows, depth)), TensorSpec("y", (rows, depth)))
    sizes = np.float32(10.0) ** rng.uniform(-3, 2, (VECTORS, 1, 1))
    vectors = (rng.standard_normal((VECTORS, rows, depth)) * sizes).astype(np.float32)
    vectors[0], vectors[1] = 2.5, -1000.0
    return Case(name, tensors, OperatorSpec("SOFTMAX", ["x"], ["y"], {"beta": beta}), vectors)


def convert_case(
    name: str,
    source: str,
    target: str,
    *,
    given: tuple[float, int] | None = None,
    made: tuple[float, int] | None = None,
    extra: Sequence[float] = (),
) -> Case:
    """QUANTIZE or DEQUANTIZE over all 256 values, or over floats with ties of every sign.

    Args:
        given: scale and zero point of the input; ``None`` for float32.
        made: of the output.
        extra: float values to include.
    """
    rng = np.random.default_rng(list(name.encode()))

    def tensor(label: str, dtype: str, affine: tuple[float, int] | None) -> TensorSpec:
        quantized: Mapping[str, tuple[float, ...]] = {}
        if affine is not None:
            return TensorSpec(label, (1, 256), dtype, scales=affine[:1], zero_points=affine[1:])
        return TensorSpec(label, (1, 256), dtype, **quantized)

    if source == "float32":
        assert made is not None
        scale = np.float32(made[0])
        steps = np.arange(-150, 150) + 0.5
        values = np.concatenate(
            [
                (steps * scale).astype(np.float32),
                np.nextafter((steps * scale).astype(np.float32), np.float32(0)),
                np.float32([0.0, -0.0, 1e9, -1e9]) * min(scale, np.float32(1)),
                np.asarray(extra, np.float32),
            ]
        )
        vectors = rng.uniform(-140, 140, VECTORS * 256).astype(np.float32) * scale
        vectors[: values.size] = values
        vectors = vectors.reshape(VECTORS, 1, 256)
    else:
        vectors = np.tile(np.arange(256).astype(np.uint8).view(source), (VECTORS, 1, 1))
        vectors = rng.permuted(vectors, axis=2)
    name_of_operator = "DEQUANTIZE" if target == "float32" else "QUANTIZE"
    return Case(
        name,
        (tensor("x", source, given), tensor("y", target, made)),
        OperatorSpec(name_of_operator, ["x"], ["y"]),
        vectors,
    )
