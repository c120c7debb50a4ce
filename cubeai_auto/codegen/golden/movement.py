"""Layers that move bytes, by index."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cubeai_auto.codegen.golden.evaluate import evaluate
from cubeai_auto.codegen.golden.primitives import Array
from cubeai_auto.codegen.layers.movement import Concatenation, Gather, Pad, Resize

__all__: list[str] = []


@evaluate.register
def _gather(body: Gather, *inputs: Array) -> Array:
    (x,) = inputs
    grids = np.indices(body.counts).reshape(len(body.counts), -1)
    index = body.start + np.array(body.steps, np.int64) @ grids
    moved: Array = x.reshape(-1, body.size)[:, index.ravel()]
    return moved.ravel()


@evaluate.register
def _concatenation(body: Concatenation, *inputs: Array) -> Array:
    variable = [run for k, run in enumerate(body.runs) if k not in body.constants]
    vectors = inputs[0].size // (body.repeats * variable[0])
    given = [x.reshape(vectors, body.repeats, -1) for x in inputs]
    for position, values in sorted(body.constants.items()):
        one = values.reshape(1, body.repeats, -1)
        given.insert(position, np.broadcast_to(one, (vectors, *one.shape[1:])))
    return np.concatenate(given, axis=2).ravel()


@evaluate.register
def _pad(body: Pad, *inputs: Array) -> Array:
    (x,) = inputs
    around = [(0, 0), *zip(body.before, body.after, strict=True)]
    images = x.reshape(-1, *body.shape)
    return np.pad(images, around, constant_values=body.value.ravel()[0]).ravel()


@evaluate.register
def _resize(body: Resize, *inputs: Array) -> Array:
    (x,) = inputs
    images = x.reshape(-1, *body.shape[1:])
    repeated: npt.NDArray[np.generic] = images[:, body.rows][:, :, body.columns]
    return repeated.ravel()
