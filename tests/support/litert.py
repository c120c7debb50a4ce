"""LiteRT's reference kernels as the oracle where TFLM is none; needs TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

__all__ = ["run_litert"]

Array = npt.NDArray[np.generic]


def run_litert(model: bytes, inputs: Sequence[Array]) -> tuple[Array, ...]:
    """The outputs of ``tf.lite.Interpreter`` with BUILTIN_REF, vectors along the first axis."""
    tensorflow = pytest.importorskip("tensorflow")
    interpreter = tensorflow.lite.Interpreter(
        model_content=model,
        experimental_op_resolver_type=tensorflow.lite.experimental.OpResolverType.BUILTIN_REF,
    )
    interpreter.allocate_tensors()
    given = [entry["index"] for entry in interpreter.get_input_details()]
    made = [entry["index"] for entry in interpreter.get_output_details()]
    shapes = [tuple(entry["shape"]) for entry in interpreter.get_input_details()]
    found: list[list[Array]] = [[] for _ in made]
    for vector in range(len(inputs[0])):
        for index, array, shape in zip(given, inputs, shapes, strict=True):
            interpreter.set_tensor(index, array[vector].reshape(shape))
        interpreter.invoke()
        for index, outputs in zip(made, found, strict=True):
            outputs.append(interpreter.get_tensor(index).copy())
    return tuple(np.stack(outputs) for outputs in found)
