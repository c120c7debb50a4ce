"""Small models: what TFLM runs, what it refuses, and what makes it abort."""

from __future__ import annotations

import numpy as np
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build

__all__ = ["custom_model", "hybrid_model", "relu6_model", "softmax_model"]


def relu6_model() -> bytes:
    """y = min(max(x, 0), 6) on one row of four float32."""
    return build(
        ModelSpec(
            [TensorSpec("x", (1, 4)), TensorSpec("y", (1, 4))],
            [OperatorSpec("RELU6", ["x"], ["y"])],
            ["x"],
            ["y"],
        )
    )


def softmax_model(scale: float) -> bytes:
    """An int8 softmax; below a scale of 2**-26 TFLM aborts while preparing it."""
    return build(
        ModelSpec(
            [
                TensorSpec("x", (1, 4), "int8", scales=(scale,), zero_points=(0,)),
                TensorSpec("y", (1, 4), "int8", scales=(1 / 256,), zero_points=(-128,)),
            ],
            [OperatorSpec("SOFTMAX", ["x"], ["y"], {"beta": 1.0})],
            ["x"],
            ["y"],
        )
    )


def hybrid_model() -> bytes:
    """A convolution of float32 by int8 weights, as dynamic-range quantization makes it."""
    kernel = np.ones((2, 3, 3, 2), np.int8)
    sides = {"stride_w": 1, "stride_h": 1, "dilation_w_factor": 1, "dilation_h_factor": 1}
    return build(
        ModelSpec(
            [
                TensorSpec("x", (1, 4, 4, 2)),
                TensorSpec("w", (2, 3, 3, 2), "int8", data=kernel, scales=(0.1,)),
                TensorSpec("b", (2,), data=np.zeros(2)),
                TensorSpec("y", (1, 2, 2, 2)),
            ],
            [OperatorSpec("CONV_2D", ["x", "w", "b"], ["y"], {"padding": "VALID", **sides})],
            ["x"],
            ["y"],
        )
    )


def custom_model() -> bytes:
    """A custom operator that TFLM does not know."""
    return build(
        ModelSpec(
            [TensorSpec("x", (1, 4)), TensorSpec("y", (1, 4))],
            [OperatorSpec("Mystery", ["x"], ["y"], custom=True)],
            ["x"],
            ["y"],
        )
    )
