"""The golden model: each layer in numpy, by formula, as a second opinion on the C kernels.

Integer layers compute in int64 with the wrap-around made explicit; float layers add in the
order that the reference adds. It shares no code with the kernels.
"""

from cubeai_auto.codegen.golden import (
    conv,
    conv_f32,
    convert,
    dense,
    depthwise,
    elementwise,
    lstm,
    lstm_f32,
    movement,
    pool,
    reduce,
    softmax,
    svdf,
)
from cubeai_auto.codegen.golden.evaluate import evaluate

__all__ = [
    "conv",
    "conv_f32",
    "convert",
    "dense",
    "depthwise",
    "elementwise",
    "evaluate",
    "lstm",
    "lstm_f32",
    "movement",
    "pool",
    "reduce",
    "softmax",
    "svdf",
]
