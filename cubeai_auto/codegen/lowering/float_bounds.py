"""The limits of a fused activation, for float32 kernels."""

from __future__ import annotations

import numpy as np

from cubeai_auto.codegen.lowering.context import Context, fused_activation

__all__ = ["UNBOUNDED", "float_bounds"]

_LARGEST = float(np.finfo(np.float32).max)
UNBOUNDED = (-_LARGEST, _LARGEST)
_BOUNDS = {
    "NONE": UNBOUNDED,
    "RELU": (0.0, _LARGEST),
    "RELU6": (0.0, 6.0),
    "RELU_N1_TO_1": (-1.0, 1.0),
}


def float_bounds(at: Context) -> tuple[float, float]:
    """Lowest and highest output; TFLM clamps infinities to the largest float, too.

    Raises:
        RefusedOperatorError: the fused activation is another one.
    """
    return _BOUNDS[fused_activation(at)]
