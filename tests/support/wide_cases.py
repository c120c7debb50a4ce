"""One-operator networks with several inputs or outputs, side by side in one model.

The counterpart of ``engine_cases`` for operators of more than one activation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from support.engine_cases import VECTORS, Collection
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build

from cubeai_auto.tflite.reader import parse_model

__all__ = ["WideCase", "collect_wide", "float_vectors", "one_operator", "stored_vectors"]

Array = npt.NDArray[np.generic]
Options = Mapping[str, bool | int | float | str | Sequence[int]]


@dataclass(frozen=True, eq=False)
class WideCase:
    """Operators, their tensors, (VECTORS, *shape) of vectors by input tensor, and the outputs."""

    name: str
    tensors: tuple[TensorSpec, ...]
    operators: tuple[OperatorSpec, ...]
    vectors: Mapping[str, Array]
    outputs: tuple[str, ...]


def one_operator(
    name: str,
    operator: str,
    inputs: Sequence[TensorSpec],
    outputs: Sequence[TensorSpec],
    options: Options | None = None,
    vectors: Mapping[str, Array] | None = None,
) -> WideCase:
    """A case of one operator; inputs without data are the network's, with vectors of all values."""
    rng = np.random.default_rng(list(name.encode()))
    given = dict(vectors or {})
    for tensor in inputs:
        if tensor.data is None and tensor.name not in given:
            given[tensor.name] = (
                stored_vectors(rng, tensor.shape)
                if tensor.dtype == "int8"
                else float_vectors(rng, tensor.shape)
            )
    spec = OperatorSpec(
        operator, [tensor.name for tensor in inputs], [tensor.name for tensor in outputs], options or {}
    )
    unique = {tensor.name: tensor for tensor in (*inputs, *outputs)}
    names = tuple(tensor.name for tensor in outputs)
    return WideCase(name, tuple(unique.values()), (spec,), given, names)


def stored_vectors(rng: np.random.Generator, shape: Sequence[int]) -> npt.NDArray[np.int8]:
    """Random int8 vectors; the first are constant: the ends, and zero."""
    vectors = rng.integers(-128, 128, (VECTORS, *shape)).astype(np.int8)
    for k, value in enumerate((-128, 127, 0)):
        vectors[k] = value
    return vectors


def float_vectors(rng: np.random.Generator, shape: Sequence[int]) -> npt.NDArray[np.float32]:
    """Vectors of very different sizes, zeros of both signs, infinities and NaN."""
    sizes = np.float32(10.0) ** rng.uniform(-3, 3, (VECTORS, *[1] * len(shape)))
    vectors = (rng.standard_normal((VECTORS, *shape)) * sizes).astype(np.float32)
    vectors[0], vectors[1], vectors[2] = 0.0, -0.0, np.float32(3e38)
    strange = np.array([np.inf, -np.inf, np.nan, 1e-44], np.float32)
    vectors[3] = np.resize(strange, tuple(shape))
    return vectors


def collect_wide(cases: Sequence[WideCase], name: str = "wide") -> Collection:
    """All cases in one model; a name of the collection is ``case`` or, of several, ``case/output``."""
    tensors: list[TensorSpec] = []
    operators: list[OperatorSpec] = []
    inputs: list[str] = []
    outputs: list[str] = []
    vectors: list[Array] = []
    names: list[str] = []
    for case in cases:
        prefix = f"{case.name}/"
        tensors += [replace(tensor, name=prefix + tensor.name) for tensor in case.tensors]
        operators += [
            replace(
                operator,
                inputs=[None if ref is None else prefix + str(ref) for ref in operator.inputs],
                outputs=[prefix + str(ref) for ref in operator.outputs],
            )
            for operator in case.operators
        ]
        inputs += [prefix + ref for ref in case.vectors]
        vectors += list(case.vectors.values())
        outputs += [prefix + ref for ref in case.outputs]
        single = len(case.outputs) == 1
        names += [case.name if single else prefix + ref for ref in case.outputs]
    model = build(ModelSpec(tensors, operators, inputs, outputs))
    return Collection(model, parse_model(model, name), tuple(vectors), tuple(names))
