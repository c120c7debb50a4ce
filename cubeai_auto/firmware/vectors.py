"""Input vectors and outputs as raw little-endian files, the same for host and emulator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cubeai_auto.errors import ToolFailedError, UsageError
from cubeai_auto.files import refusals

__all__ = ["OutputSpec", "read_outputs", "write_inputs"]


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """One output of a network: element type and shape of a single inference."""

    dtype: npt.DTypeLike
    shape: tuple[int, ...]

    @property
    def size_bytes(self) -> int:
        """Bytes of one inference's output."""
        return np.dtype(self.dtype).itemsize * math.prod(self.shape)


def write_inputs(path: Path, inputs: Sequence[npt.NDArray[np.generic]]) -> int:
    """Write vector after vector, within a vector input after input; gives the number of vectors.

    Args:
        path: the file.
        inputs: one array for each network input; the first axis counts the vectors.

    Raises:
        UsageError: no input, no vectors, or inputs with different numbers of vectors.
        RefusedError: the file cannot be written.
    """
    counts = {len(array) if array.ndim else 0 for array in inputs}
    if len(counts) != 1 or 0 in counts:
        msg = "every input needs the same number of vectors, at least one"
        raise UsageError(msg, hint="the first axis of each array counts the vectors")
    count = counts.pop()
    rows = [
        np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(count, -1).view(np.uint8)
        for array in inputs
    ]
    with refusals("write", path), path.open("wb") as stream:
        stream.write(np.ascontiguousarray(np.concatenate(rows, axis=1)).data)
    return count


def read_outputs(
    path: Path, outputs: Sequence[OutputSpec], count: int, command: str
) -> tuple[npt.NDArray[np.generic], ...]:
    """Read what a program wrote for ``count`` vectors: one array of shape ``(count, *shape)`` each.

    Raises:
        ToolFailedError: the program did not write as many bytes as the outputs take.
        RefusedError: the file cannot be read.
    """
    with refusals("read", path):
        raw = np.fromfile(path, np.uint8)
    sizes = [spec.size_bytes for spec in outputs]
    if raw.size != count * sum(sizes):
        msg = (
            f"the network wrote {raw.size:,} bytes of outputs for {count:,} vectors;"
            f" {sum(sizes):,} bytes for each were expected"
        )
        raise ToolFailedError(msg, command=command, hint="inputs or outputs do not fit the network")
    rows = raw.reshape(count, sum(sizes))
    arrays: list[npt.NDArray[np.generic]] = []
    start = 0
    for spec, size in zip(outputs, sizes, strict=True):
        part = np.ascontiguousarray(rows[:, start : start + size])
        dtype = np.dtype(spec.dtype)
        arrays.append(part.view(dtype.newbyteorder("<")).reshape(count, *spec.shape).astype(dtype))
        start += size
    return tuple(arrays)
