"""Small supported networks with unusual shapes, as descriptions for ``tflite_builder.build``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build

from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflite.reader import parse_model

__all__ = ["graph_of", "hybrid", "mlp", "through_views", "two_in_two_out"]


def graph_of(spec: ModelSpec, name: str = "small") -> Graph:
    """The model as the reader sees it."""
    return parse_model(build(spec), name)


def _int8(name: str, shape: Sequence[int], scale: float = 0.1, zero: int = 0) -> TensorSpec:
    return TensorSpec(name, shape, "int8", scales=(scale,), zero_points=(zero,))


def _layer(
    label: str, source: str, target: str, rows: int, depth: int
) -> tuple[list[TensorSpec], OperatorSpec]:
    rng = np.random.default_rng(list(label.encode()))
    constants = [
        TensorSpec(
            f"{label}/w", (rows, depth), "int8", rng.integers(-90, 91, (rows, depth)), scales=(0.01,)
        ),
        TensorSpec(f"{label}/b", (rows,), "int32", rng.integers(-500, 501, rows), scales=(0.001,)),
    ]
    return constants, OperatorSpec(
        "FULLY_CONNECTED", [source, f"{label}/w", f"{label}/b"], [target], {}
    )


def mlp(*, name: str = "x", output: str = "y") -> ModelSpec:
    """10 -> 8 -> 5 and a softmax, int8."""
    one, first = _layer("one", name, "h", 8, 10)
    two, second = _layer("two", "h", "z", 5, 8)
    return ModelSpec(
        [
            _int8(name, (1, 10), 0.1, -3),
            *one,
            _int8("h", (1, 8), 0.1, 4),
            *two,
            _int8("z", (1, 5), 0.1, 0),
            _int8(output, (1, 5), 1 / 256, -128),
        ],
        [first, second, OperatorSpec("SOFTMAX", ["z"], [output], {"beta": 1.0})],
        [name],
        [output],
    )


def two_in_two_out() -> ModelSpec:
    """Two branches, the second of float32; the first's hidden tensor is an output, too."""
    one, first = _layer("one", "a", "h", 6, 7)
    two, second = _layer("two", "h", "y", 3, 6)
    return ModelSpec(
        [
            _int8("a", (1, 7)),
            TensorSpec("größe/*b*/", (1, 9)),
            *one,
            _int8("h", (1, 6)),
            *two,
            _int8("y", (1, 3)),
            _int8("q", (1, 9), 0.05),
            TensorSpec("d", (1, 9)),
        ],
        [
            first,
            OperatorSpec("QUANTIZE", ["größe/*b*/"], ["q"]),
            second,
            OperatorSpec("DEQUANTIZE", ["q"], ["d"]),
        ],
        ["a", "größe/*b*/"],
        ["y", "h", "d"],
    )


def through_views() -> ModelSpec:
    """The input is reshaped first and the output last; a view of a view lies between."""
    one, first = _layer("one", "x2", "h", 6, 8)
    two, second = _layer("two", "h3", "z", 4, 6)
    return ModelSpec(
        [
            _int8("x", (1, 2, 4)),
            TensorSpec("s1", (2,), "int32", [1, 8]),
            _int8("x2", (1, 8)),
            *one,
            _int8("h", (1, 6)),
            TensorSpec("s2", (3,), "int32", [1, 2, 3]),
            _int8("h2", (1, 2, 3)),
            TensorSpec("s3", (2,), "int32", [1, 6]),
            _int8("h3", (1, 6)),
            *two,
            _int8("z", (1, 4)),
            TensorSpec("s4", (3,), "int32", [1, 2, 2]),
            _int8("y", (1, 2, 2)),
        ],
        [
            OperatorSpec("RESHAPE", ["x", "s1"], ["x2"], {"new_shape": [1, 8]}),
            first,
            OperatorSpec("RESHAPE", ["h", "s2"], ["h2"], {"new_shape": [1, 2, 3]}),
            OperatorSpec("RESHAPE", ["h2", "s3"], ["h3"], {"new_shape": [1, 6]}),
            second,
            OperatorSpec("RESHAPE", ["z", "s4"], ["y"], {"new_shape": [1, 2, 2]}),
        ],
        ["x"],
        ["y"],
    )


def hybrid() -> ModelSpec:
    """float32 activations by int8 weights, as dynamic-range quantization makes it, and a softmax."""
    return ModelSpec(
        [
            TensorSpec("x", (1, 4)),
            TensorSpec("w", (3, 4), "int8", np.ones((3, 4)), scales=(0.1,)),
            TensorSpec("h", (1, 3)),
            TensorSpec("y", (1, 3)),
        ],
        [
            OperatorSpec("FULLY_CONNECTED", ["x", "w"], ["h"], {}),
            OperatorSpec("SOFTMAX", ["h"], ["y"], {"beta": 1.0}),
        ],
        ["x"],
        ["y"],
    )
