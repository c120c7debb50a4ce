"""Small models that several test modules use, as descriptions for ``tflite_builder.build``."""

from __future__ import annotations

import numpy as np
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec

__all__ = ["chain", "dense_float", "dense_int8"]


def dense_int8(*, activation: str = "RELU") -> ModelSpec:
    """QUANTIZE, FULLY_CONNECTED (per channel), SOFTMAX, RESHAPE, DEQUANTIZE: float in and out."""
    return ModelSpec(
        tensors=[
            TensorSpec("input", (1, 4), shape_signature=(-1, 4)),
            TensorSpec("x", (1, 4), "int8", scales=(0.05,), zero_points=(-1,)),
            TensorSpec("w", (3, 4), "int8", np.arange(-6, 6).reshape(3, 4), scales=(0.01, 0.02, 0.03)),
            TensorSpec("b", (3,), "int32", [1, -2, 3], scales=(0.0005, 0.001, 0.0015)),
            TensorSpec("y", (1, 3), "int8", scales=(0.1,), zero_points=(3,)),
            TensorSpec("s", (1, 3), "int8", scales=(1 / 256,), zero_points=(-128,)),
            TensorSpec("shape", (1,), "int32", [3]),
            TensorSpec("r", (3,), "int8", scales=(1 / 256,), zero_points=(-128,)),
            TensorSpec("output", (3,)),
        ],
        operators=[
            OperatorSpec("QUANTIZE", ["input"], ["x"]),
            OperatorSpec(
                "FULLY_CONNECTED",
                ["x", "w", "b"],
                ["y"],
                {"fused_activation_function": activation, "keep_num_dims": True},
                version=4,
            ),
            OperatorSpec("SOFTMAX", ["y"], ["s"], {"beta": 0.5}),
            OperatorSpec("RESHAPE", ["s", "shape"], ["r"], {"new_shape": [3]}),
            OperatorSpec("DEQUANTIZE", ["r"], ["output"]),
        ],
        inputs=["input"],
        outputs=["output"],
        metadata={"min_runtime_version": b"1.14.0"},
    )


def dense_float(inputs: int, outputs: int, *, bias: bool = True, activation: str = "NONE") -> ModelSpec:
    """One float32 FULLY_CONNECTED."""
    tensors = [
        TensorSpec("x", (1, inputs)),
        TensorSpec("w", (outputs, inputs), data=np.ones((outputs, inputs))),
        TensorSpec("y", (1, outputs)),
    ]
    if bias:
        tensors.append(TensorSpec("b", (outputs,), data=np.ones(outputs)))
    operator = OperatorSpec(
        "FULLY_CONNECTED",
        ["x", "w", "b" if bias else None],
        ["y"],
        {"fused_activation_function": activation},
    )
    return ModelSpec(tensors, [operator], ["x"], ["y"])


def chain(names: list[str], shape: tuple[int, ...] = (1, 8), dtype: str = "float32") -> ModelSpec:
    """Operators with one input and no constants, one after the other: t0 -> t1 -> ..."""
    quantized = {"scales": (0.5,), "zero_points": (0,)} if dtype == "int8" else {}
    tensors = [TensorSpec(f"t{i}", shape, dtype, **quantized) for i in range(len(names) + 1)]
    operators = [OperatorSpec(name, [f"t{i}"], [f"t{i + 1}"]) for i, name in enumerate(names)]
    return ModelSpec(tensors, operators, ["t0"], [f"t{len(names)}"])
