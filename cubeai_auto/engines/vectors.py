"""Input vectors for a validation: random ones by seed, or a user's file."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cubeai_auto.errors import InputError, UnsupportedModelError, UsageError
from cubeai_auto.files import existing_file, refusals
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflite.vectors import batched_inputs

__all__ = ["random_inputs", "read_inputs"]

_Array = npt.NDArray[np.generic]
# What numpy, zipfile and zlib raise on damaged, encrypted or pickled content.
_DAMAGES = (
    ValueError, EOFError, KeyError, MemoryError, NotImplementedError, OSError, RuntimeError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def random_inputs(graph: Graph, samples: int, seed: int) -> tuple[_Array, ...]:
    """Uniform random vectors: the whole range of an integer type, -1..1 for float32.

    Returns:
        One array per graph input, (samples, *vector shape), in the stored type.

    Raises:
        UsageError: fewer than one sample, or a negative seed.
        UnsupportedModelError: an input of another type.
    """
    if samples < 1:
        msg = f"at least one vector is needed, not {samples}"
        raise UsageError(msg)
    if seed < 0:
        msg = f"a seed is not negative: {seed}"
        raise UsageError(msg)
    generator = np.random.default_rng(seed)
    arrays: list[_Array] = []
    for index in graph.inputs:
        tensor = graph.tensor(index)
        shape = (samples, *tensor.vector_shape)
        if tensor.dtype == "float32":
            arrays.append(generator.uniform(-1.0, 1.0, shape).astype(np.float32))
        elif tensor.dtype in {"int8", "uint8", "int16"}:
            limits = np.iinfo(tensor.dtype)
            arrays.append(generator.integers(limits.min, limits.max + 1, shape, dtype=tensor.dtype))
        else:
            msg = f"no random vectors for the input '{tensor.name}' of type {tensor.dtype}"
            raise UnsupportedModelError(msg, hint="give vectors with --inputs")
    return tuple(arrays)


def read_inputs(path: Path, graph: Graph) -> tuple[_Array, ...]:
    """Vectors from an ``.npz``: one array per input, by the input's name or else in file order.

    Raises:
        MissingPathError: there is no such file.
        InputError: not an ``.npz``, or arrays that do not fit the network's inputs.
    """
    arrays = _arrays(existing_file(path, "the file of input vectors"))
    tensors = [graph.tensor(index) for index in graph.inputs]
    names = [tensor.name for tensor in tensors]
    if set(names) <= arrays.keys() and len(set(names)) == len(names):
        chosen = [arrays[name] for name in names]
    elif len(arrays) == len(tensors):
        chosen = list(arrays.values())
    else:
        msg = f"{path} holds {len(arrays)} arrays; the network has {len(tensors)} inputs"
        raise InputError(msg, hint="name the arrays: " + ", ".join(names))
    return batched_inputs(graph, chosen)


def _arrays(path: Path) -> dict[str, _Array]:
    """The arrays of an ``.npz`` by name."""
    with refusals("read", path):
        content = io.BytesIO(path.read_bytes())
    hint = "write it with numpy.savez(path, array)"
    if not zipfile.is_zipfile(content):
        msg = f"{path} is not an .npz file"
        raise InputError(msg, hint=hint)
    try:
        with np.load(content, allow_pickle=False) as stored:
            return {name: np.asarray(stored[name]) for name in stored.files}
    except _DAMAGES as error:
        msg = f"{path} is not a readable .npz file: {str(error) or type(error).__name__}"
        raise InputError(msg, hint=hint) from error
