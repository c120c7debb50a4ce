"""The golden model: each layer in numpy, by formula, as a second opinion on the C kernels.

Integer layers compute in int64 with the wrap-around made explicit; float layers add in the
order that the reference adds. It shares no code with the kernels.
"""

from cubeai_auto.codegen.golden import convert, dense, softmax
from cubeai_auto.codegen.golden.evaluate import evaluate

__all__ = ["convert", "dense", "evaluate", "softmax"]
