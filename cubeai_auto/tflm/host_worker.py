"""The child process that runs TensorFlow Lite Micro; :mod:`cubeai_auto.tflm.host` starts it.

It is alone in its process because TFLM aborts the whole process for some models, and says why
only on C's standard error. It is run as a file and imports nothing of this package, so that it
works wherever the interpreter finds numpy and the wheel.

The folder it is given holds ``model.tflite`` and, to run inferences, ``inputs.npz`` (arrays
``0``, ``1``, ...: one per graph input, vectors along the first axis). It leaves ``outputs.npz``
in the same form and ``reply.json``: ``stage`` names the last thing begun (``import``, ``read``,
``load``, ``run``, ``done``), ``error`` why it went no further.
"""

from __future__ import annotations

import json
import resource
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from tflite_micro import runtime

__all__ = ["main"]


def main(folder: Path, arena_bytes: int, output_count: int, independent: bool) -> None:
    """Load the model, print its allocations on standard error, and run the inputs, if any.

    Args:
        folder: where the files described above are.
        arena_bytes: the arena to give to TFLM.
        output_count: how many outputs the graph has; the wheel cannot tell.
        independent: reset the model's state before every vector.
    """
    _reply(folder, "import")
    try:
        from tflite_micro import runtime
    except Exception as error:  # a broken wheel fails in many ways
        _reply(folder, "import", f"{type(error).__name__}: {error}")
        return
    data = (folder / "model.tflite").read_bytes()
    _reply(folder, "read")
    try:
        runtime.count_resource_variables(data)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, struct.error) as error:
        _reply(folder, "read", f"{type(error).__name__}: {error}")
        return
    _reply(folder, "load")
    try:
        interpreter = runtime.Interpreter.from_bytes(data, arena_size=arena_bytes)
    except (RuntimeError, ValueError) as error:
        _reply(folder, "load", str(error))
        return
    interpreter.print_allocations()
    if (folder / "inputs.npz").exists():
        _reply(folder, "run")
        with np.load(folder / "inputs.npz", allow_pickle=False) as stored:
            inputs = [stored[str(index)] for index in range(len(stored.files))]
        try:
            outputs = _run(interpreter, inputs, output_count, independent)
        except (RuntimeError, ValueError) as error:
            _reply(folder, "run", str(error))
            return
        named = {str(index): array for index, array in enumerate(outputs)}
        np.savez(folder / "outputs.npz", allow_pickle=False, **named)
    _reply(folder, "done")


def _run(
    interpreter: runtime.Interpreter,
    inputs: list[npt.NDArray[np.generic]],
    output_count: int,
    independent: bool,
) -> list[npt.NDArray[np.generic]]:
    collected: list[list[npt.NDArray[np.generic]]] = [[] for _ in range(output_count)]
    for vector in range(len(inputs[0])):
        if independent:
            interpreter.reset()
        for index, array in enumerate(inputs):
            interpreter.set_input(array[vector], index)
        interpreter.invoke()
        for index, rows in enumerate(collected):
            rows.append(np.array(interpreter.get_output(index)))
    return [np.stack(rows) for rows in collected]


def _reply(folder: Path, stage: str, error: str | None = None) -> None:
    text = json.dumps({"stage": stage, "error": error})
    (folder / "reply.json").write_text(text, encoding="ascii")


if __name__ == "__main__":
    # An abort of TFLM is an answer like any other and shall leave no core file behind.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "independent")
    except (MemoryError, OSError) as failure:
        sys.exit(f"the TFLM child process failed: {type(failure).__name__}: {failure}")
