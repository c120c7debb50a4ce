"""Vectors to and from ST's ``validate``: input files, and the outputs it saves."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cubeai_auto.engines.stedgeai.versions import ToolVersion
from cubeai_auto.errors import InputError
from cubeai_auto.files import refusals, write_atomic
from cubeai_auto.tflite.graph import Graph, Tensor

__all__ = ["read_saved_outputs", "write_inputs"]

_Array = npt.NDArray[np.generic]
_NPZ = (6, 0)
_DAMAGE = (
    ValueError, EOFError, KeyError, NotImplementedError, RuntimeError, OSError, zipfile.BadZipFile,
    zlib.error,
)  # fmt: skip


def write_inputs(inputs: Sequence[_Array], version: ToolVersion, folder: Path) -> tuple[Path, ...]:
    """Write vectors for ``--valinput``: one ``.npz``, or up to 5.2 one ``.csv`` for each input.

    The arrays in the ``.npz`` are called as in the file that validate saves (``m_inputs_1``); a
    line of the ``.csv`` is one vector. The vectors take the place of a batch of 1.

    Args:
        inputs: one array per network input, (vectors, *tensor shape).
        version: of the tool.
        folder: receives the files.

    Raises:
        RefusedError: the folder cannot be written.
    """
    inputs = [a.reshape(len(a), *a.shape[2:]) if a.shape[1:2] == (1,) else a for a in inputs]
    if version.grammar >= _NPZ:
        stream = io.BytesIO()
        named: dict[str, Any] = {f"m_inputs_{k}": array for k, array in enumerate(inputs, 1)}
        np.savez(stream, **named)
        path = folder / "inputs.npz"
        write_atomic(path, stream.getvalue())
        return (path,)
    paths = []
    for k, array in enumerate(inputs, 1):
        lines = io.StringIO()
        np.savetxt(lines, array.reshape(len(array), -1), fmt="%.18e", delimiter=",")
        path = folder / f"inputs_{k}.csv"
        write_atomic(path, lines.getvalue())
        paths.append(path)
    return tuple(paths)


def read_saved_outputs(path: Path, graph: Graph, side: str) -> tuple[_Array, ...]:
    """Outputs that validate saved, in the network's stored types: (vectors, *tensor shape).

    Args:
        path: the ``<name>_val_io.npz``.
        graph: the network.
        side: ``c`` for the generated code, ``m`` for the original model.

    Raises:
        InputError: the file is damaged, or lacks outputs or elements.
    """
    arrays = _arrays(path)
    outputs = []
    for k, index in enumerate(graph.outputs, 1):
        name = f"{side}_outputs_{k}"
        if name not in arrays:
            msg = f"{path} has no array {name}, only {', '.join(sorted(arrays))}"
            raise InputError(msg, hint="run validate again, without --no-exec-model")
        outputs.append(_stored(arrays[name], graph.tensor(index), path))
    return tuple(outputs)


def _arrays(path: Path) -> dict[str, _Array]:
    with refusals("read", path):
        content = io.BytesIO(path.read_bytes())
    try:
        stored = np.load(content, allow_pickle=False)
        if isinstance(stored, np.lib.npyio.NpzFile):
            with stored:
                return {name: np.asarray(stored[name]) for name in stored.files}
    except _DAMAGE as error:
        msg = f"{path} is not a readable .npz file: {error}"
        raise InputError(msg, hint="run validate again") from error
    msg = f"{path} is not an .npz file"
    raise InputError(msg, hint="run validate again")


def _stored(array: _Array, tensor: Tensor, path: Path) -> _Array:
    """An output in its stored type; the tool may save real values of a quantized output."""
    if array.ndim == 0 or array.size % max(tensor.elements, 1) or array.size == 0:
        msg = f"{path}: an output of {array.size} elements, and {tensor.name} has {tensor.elements}"
        raise InputError(msg, hint="run validate again")
    values = array.reshape(-1, *tensor.shape)
    wanted = np.dtype(tensor.dtype)
    if values.dtype == wanted:
        return values
    if wanted.kind in "iu" and values.dtype.kind == "f" and tensor.quantization is not None:
        limits = np.iinfo(wanted)
        real = values.astype(np.float64) / tensor.quantization.scale
        steps = np.rint(real) + tensor.quantization.zero_point
        return np.asarray(np.clip(steps, limits.min, limits.max), wanted)
    return values.astype(wanted)
