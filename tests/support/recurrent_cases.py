"""One-operator networks with a memory, and vectors that follow each other as one sequence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from support.engine_cases import Case
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build

from cubeai_auto.tflm.host import run_host

__all__ = [
    "GATES",
    "SEQUENCE",
    "Lstm",
    "Svdf",
    "float32_of",
    "function_of_16_bits",
    "in_float32",
    "lstm_case",
    "svdf_case",
]

SEQUENCE = 60
"""Vectors of every case."""

GATES = "ifco"
"""Input, forget, cell and output gate."""


def float32_of(value: float) -> float:
    """The scale that a file stores."""
    return float(np.float32(value))


@dataclass(frozen=True, kw_only=True, eq=False)
class Svdf:
    """An int8 SVDF.

    Attributes:
        scales: of input, feature weights, state, time weights and output.
        zero_points: of input, state and output.
        state: ``int8`` or ``int16``; the time weights' type too.
        feature: (units * rank, inputs); random by default. Likewise the others.
    """

    batches: int = 1
    inputs: int = 5
    units: int = 3
    rank: int = 2
    memory: int = 4
    state: str = "int8"
    scales: tuple[float, float, float, float, float] = (0.05, 0.02, 0.8, 0.03, 2.0)
    zero_points: tuple[int, int, int] = (-3, 0, 7)
    activation: str = "NONE"
    feature: npt.ArrayLike | None = None
    time: npt.ArrayLike | None = None
    bias: npt.ArrayLike | None = None
    bias_scale: float | None = None
    vectors: npt.ArrayLike | None = None


def svdf_case(name: str, wanted: Svdf) -> Case:
    """The operator with its constants and inputs."""
    rng = np.random.default_rng(list(name.encode()))
    filters, scales = wanted.units * wanted.rank, wanted.scales
    largest = 127 if wanted.state == "int8" else 32767
    feature = rng.integers(-127, 128, (filters, wanted.inputs))
    time = rng.integers(-largest, largest + 1, (filters, wanted.memory))
    bias = rng.integers(-2000, 2001, wanted.units)
    if wanted.feature is not None:
        feature = np.broadcast_to(np.asarray(wanted.feature), feature.shape)
    if wanted.time is not None:
        time = np.broadcast_to(np.asarray(wanted.time), time.shape)
    if wanted.bias is not None:
        bias = np.broadcast_to(np.asarray(wanted.bias), bias.shape)
    product = float32_of(float32_of(scales[2]) * float32_of(scales[3]))
    product = product if wanted.bias_scale is None else wanted.bias_scale
    shape = (wanted.batches, wanted.inputs)
    into, kept, made = ((zero,) for zero in wanted.zero_points)
    state = (wanted.batches, filters * wanted.memory)
    tensors = (
        TensorSpec("x", shape, "int8", scales=scales[:1], zero_points=into),
        TensorSpec("feature", feature.shape, "int8", data=feature, scales=scales[1:2]),
        TensorSpec("time", time.shape, wanted.state, data=time, scales=scales[3:4]),
        TensorSpec("bias", bias.shape, "int32", data=bias, scales=(product,)),
        TensorSpec(
            "state", state, wanted.state, scales=scales[2:3], zero_points=kept, is_variable=True
        ),
        TensorSpec("y", (wanted.batches, wanted.units), "int8", scales=scales[4:], zero_points=made),
    )
    operator = OperatorSpec(
        "SVDF",
        ["x", "feature", "time", "bias", "state"],
        ["y"],
        {"rank": wanted.rank, "fused_activation_function": wanted.activation},
    )
    return Case(name, tensors, operator, _vectors(rng, shape, wanted.vectors))


@dataclass(frozen=True, kw_only=True, eq=False)
class Lstm:
    """An int8 LSTM.

    Attributes:
        scales: of input, output (and its state) and cell.
        zero_points: of input and output.
        weight_scales: of the weights of the four gates for the input, then for the output.
        spread: the largest weights for the input, and for the output.
        biases: (4, units); random within ``bias_spread`` by default.
        made: scale and zero point of the output, where they differ from its state's.
        absent: positions of inputs that are left out.
        present: positions of inputs that TFLM does not know, with int16 tensors of ``units``.
    """

    batches: int = 1
    steps: int = 3
    inputs: int = 5
    units: int = 4
    time_major: bool = False
    scales: tuple[float, float, float] = (0.03, 1 / 128, 2**-11)
    zero_points: tuple[int, int] = (-3, 2)
    weight_scales: Sequence[float] = tuple(0.01 + 0.003 * k for k in range(8))
    spread: tuple[int, int] = (127, 127)
    bias_spread: int = 20_000
    biases: npt.ArrayLike | None = None
    cell_clip: float = 0.0
    made: tuple[float, int] | None = None
    activation: str = "TANH"
    cell_dtype: str = "int16"
    absent: Sequence[int] = ()
    present: Sequence[int] = field(default=())
    vectors: npt.ArrayLike | None = None


def lstm_case(name: str, wanted: Lstm) -> Case:
    """The operator with its constants and inputs."""
    rng = np.random.default_rng(list(name.encode()))
    units, (given, kept, cell) = wanted.units, wanted.scales
    leading = (wanted.batches, wanted.steps)
    leading = leading[::-1] if wanted.time_major else leading
    output = wanted.made or (kept, wanted.zero_points[1])
    tensors = [
        TensorSpec(
            "x", (*leading, wanted.inputs), "int8", scales=(given,), zero_points=wanted.zero_points[:1]
        )
    ]
    for part, width, (role, spread) in zip(
        (0, 4), (wanted.inputs, units), zip(("w", "r"), wanted.spread, strict=True), strict=True
    ):
        for gate, scale in zip(GATES, wanted.weight_scales[part : part + 4], strict=True):
            matrix = rng.integers(-spread, spread + 1, (units, width))
            shape = matrix.shape
            tensors.append(TensorSpec(role + gate, shape, "int8", data=matrix, scales=(scale,)))
    biases = rng.integers(-wanted.bias_spread, wanted.bias_spread + 1, (4, units))
    if wanted.biases is not None:
        biases = np.broadcast_to(np.asarray(wanted.biases), biases.shape)
    for gate, scale, values in zip(GATES, wanted.weight_scales[:4], biases, strict=True):
        product = float32_of(given) * float32_of(scale)
        tensors.append(TensorSpec("b" + gate, (units,), "int32", data=values, scales=(product,)))
    state, variable = (wanted.batches, units), {"is_variable": True}
    tensors += [
        TensorSpec(f"more{k}", (units,), "int16", scales=(1.0,), data=np.ones(units))
        for k in wanted.present
    ]
    tensors += [
        TensorSpec("h", state, "int8", scales=(kept,), zero_points=wanted.zero_points[1:], **variable),
        TensorSpec("c", state, wanted.cell_dtype, scales=(cell,), **variable),
        *(TensorSpec(f"i{k}", (0,), "int16", scales=(2**-12,)) for k in range(4)),
        TensorSpec("i4", (0,), "int8", scales=(kept,), zero_points=wanted.zero_points[1:]),
        TensorSpec("y", (*leading, units), "int8", scales=output[:1], zero_points=output[1:]),
    ]
    inputs: list[str | None] = ["x", *("w" + g for g in GATES), *("r" + g for g in GATES)]
    inputs += [None] * 3 + ["b" + g for g in GATES] + [None] * 2 + ["h", "c"] + [None] * 4
    inputs = [
        f"more{k}" if k in wanted.present else None if k in wanted.absent else found
        for k, found in enumerate(inputs)
    ]
    operator = OperatorSpec(
        "UNIDIRECTIONAL_SEQUENCE_LSTM",
        inputs,
        ["y"],
        {
            "fused_activation_function": wanted.activation,
            "cell_clip": wanted.cell_clip,
            "time_major": wanted.time_major,
        },
        intermediates=[f"i{k}" for k in range(5)],
    )
    return Case(
        name, tuple(tensors), operator, _vectors(rng, (*leading, wanted.inputs), wanted.vectors)
    )


def in_float32(case: Case) -> Case:
    """The case with the real values of its constants and inputs, and without quantization."""

    def real(tensor: TensorSpec, stored: npt.ArrayLike) -> npt.NDArray[np.float32]:
        zero = tensor.zero_points[0] if tensor.zero_points else 0
        scale = tensor.scales[0] if tensor.scales else 1.0
        return ((np.asarray(stored, np.float64) - zero) * scale).astype(np.float32)

    tensors = tuple(
        TensorSpec(
            tensor.name,
            tensor.shape,
            data=None if tensor.data is None else real(tensor, np.asarray(tensor.data)),
            is_variable=tensor.is_variable,
        )
        for tensor in case.tensors
    )
    return Case(case.name, tensors, case.operator, real(case.tensors[0], case.vectors))


def function_of_16_bits(operator: str, power: int) -> npt.NDArray[np.int16]:
    """TFLM's LOGISTIC or TANH of all numbers of 16 bits in units of 2^power, in units of 2^-15."""
    model = build(
        ModelSpec(
            [
                TensorSpec("x", (1, 65536), "int16", scales=(2.0**power,)),
                TensorSpec("y", (1, 65536), "int16", scales=(2.0**-15,)),
            ],
            [OperatorSpec(operator, ["x"], ["y"])],
            ["x"],
            ["y"],
        )
    )
    (found,) = run_host(model, [np.arange(-32768, 32768).astype(np.int16).reshape(1, 1, -1)]).outputs
    return found.astype(np.int16).ravel()


def _vectors(
    rng: np.random.Generator, shape: tuple[int, ...], chosen: npt.ArrayLike | None
) -> npt.NDArray[np.int8]:
    """(SEQUENCE, *shape): loud at first, then the ends of int8, then soft, then loud again."""
    if chosen is not None:
        return np.broadcast_to(np.asarray(chosen), (SEQUENCE, *shape)).astype(np.int8)
    vectors = rng.integers(-128, 128, (SEQUENCE, *shape))
    vectors[20], vectors[21], vectors[22:24] = -128, 127, 127
    vectors[24:44] = rng.integers(-8, 9, vectors[24:44].shape)
    return vectors.astype(np.int8)
