"""TensorFlow Lite Micro on this machine: the oracle's outputs, and the arena of its interpreter.

TFLM runs in a child process: some quantization scales and damaged files make it abort, and its
reasons go to C's standard error only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cubeai_auto.errors import CubeAIError, ToolFailedError, ToolMissingError, UnsupportedModelError
from cubeai_auto.files import existing_file, refusals, temporary_folder
from cubeai_auto.quantity import measured, missing
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflite.reader import load_model, parse_model
from cubeai_auto.tflite.vectors import batched_inputs
from cubeai_auto.tflm.allocations import missing_arena, parse_arena
from cubeai_auto.tflm.host_child import Answer, ask
from cubeai_auto.tflm.values import Arena, TflmFootprint
from cubeai_auto.tflm.wheel import INSTALL_HINT, host_source, require_host

__all__ = ["HostOutputs", "host_footprint", "run_host"]

_NOT_PREDICTED = (
    "not asked for: footprint() predicts the Cortex-M arena; "
    "the host figure is larger: 64-bit pointers and recording allocators"
)


@dataclass(frozen=True, slots=True, eq=False)
class HostOutputs:
    """What TFLM computed on the host.

    Attributes:
        outputs: one array per graph output, as stored: (vectors, ...) with the tensor's own
            shape behind the first axis, without its leading batch of 1.
        vectors: input vectors run.
        version: the wheel's version.
        seconds: wall-clock duration of the child process.
    """

    outputs: tuple[npt.NDArray[np.generic], ...]
    vectors: int
    version: str
    seconds: float


def run_host(
    model: bytes | Path,
    inputs: Sequence[npt.NDArray[np.generic]],
    *,
    independent: bool = True,
    work_dir: Path | None = None,
    timeout: float = 600,
    log: Path | None = None,
) -> HostOutputs:
    """Run a model under TFLM, one inference per vector.

    Args:
        model: the ``.tflite`` file, or its content.
        inputs: one array per graph input, as stored, vectors along the first axis; behind it
            the tensor's own shape, whose leading batch of 1 may be left out.
        independent: reset the state of recurrent models before every vector; with ``False``
            the vectors are one sequence.
        work_dir: where the temporary folder is made; the system's place by default.
        timeout: seconds for the whole run.
        log: file that receives everything TFLM printed.

    Raises:
        InputError: the model is damaged, or the inputs do not fit it; nothing was run.
        MissingPathError: there is no such file.
        UnsupportedModelError: TFLM refuses the model, in its own words.
        ToolMissingError: the wheel is not here or does not work.
        ToolFailedError: TFLM aborted.
        ToolTimeoutError: it did not finish in time.
    """
    graph = load_model(model) if isinstance(model, Path) else parse_model(model, "model")
    data = _content(model)
    arrays = batched_inputs(graph, inputs)
    version = require_host()
    with temporary_folder(work_dir) as folder:
        with refusals("write to", folder):
            _store(folder / "inputs.npz", arrays)
        answer = ask(
            folder,
            data,
            output_count=len(graph.outputs),
            independent=independent,
            timeout=timeout,
            log=log,
        )
        if not answer.finished:
            raise _failure(answer, log)
        raw = _stored(folder / "outputs.npz")
    outputs = tuple(
        array.reshape(len(arrays[0]), *graph.tensor(index).vector_shape)
        for array, index in zip(raw, graph.outputs, strict=True)
    )
    return HostOutputs(outputs, len(arrays[0]), version, answer.done.seconds)


def host_footprint(
    model_path: Path,
    graph: Graph,
    *,
    work_dir: Path | None = None,
    timeout: float = 120,
    log: Path | None = None,
) -> TflmFootprint:
    """Whether TFLM loads a model, and the arena its host interpreter then uses.

    A model that TFLM refuses, or that makes it abort, is a result: ``loadable`` is ``False`` and
    ``reason`` holds TFLM's own words. Without a working wheel ``loadable`` is ``None``.

    Args:
        model_path: the ``.tflite`` file.
        graph: the same model, read.
        work_dir: where the temporary folder is made; the system's place by default.
        timeout: seconds for one attempt to load.
        log: file that receives everything TFLM printed.

    Raises:
        MissingPathError: there is no such file.
        ToolFailedError: the child process failed for a reason of its own.
        ToolTimeoutError: loading did not end in time.
    """
    data = _content(model_path)
    try:
        version = require_host()
    except ToolMissingError as error:
        reason = error.message if error.hint is None else f"{error.message} ({error.hint})"
        return _footprint(graph, len(data), None, reason, missing_arena(reason), "")
    with temporary_folder(work_dir) as folder:
        answer = ask(
            folder,
            data,
            output_count=len(graph.outputs),
            independent=True,
            timeout=timeout,
            log=log,
        )
    if answer.finished:
        arena = parse_arena(answer.done.stderr, host_source(version))
        arena = arena or missing_arena("TFLM printed no allocations")
        return _footprint(graph, len(data), True, "", arena, version)
    reason = answer.explanation
    if answer.stage == "import":
        return _footprint(graph, len(data), None, reason, missing_arena(reason), version)
    if not answer.refused and answer.done.returncode >= 0:
        raise _failure(answer, log)
    arena = missing_arena(f"TFLM cannot load the model: {reason}")
    return _footprint(graph, len(data), False, reason, arena, version)


def _footprint(
    graph: Graph, file_bytes: int, loadable: bool | None, reason: str, arena: Arena, version: str
) -> TflmFootprint:
    return TflmFootprint(
        model=graph.name,
        loadable=loadable,
        reason=reason,
        host_arena=arena,
        arena_used=missing(_NOT_PREDICTED),
        arena_required=missing(_NOT_PREDICTED),
        flash_model=measured(file_bytes, "B", "size of the .tflite file"),
        operators=tuple(sorted({operator.name for operator in graph.operators})),
        version=version,
    )


def _content(model: bytes | Path) -> bytes:
    if isinstance(model, bytes):
        return model
    with refusals("read", model):
        return existing_file(model, "the model").read_bytes()


def _store(path: Path, arrays: Sequence[npt.NDArray[np.generic]]) -> None:
    named = {str(index): array for index, array in enumerate(arrays)}
    np.savez(path, allow_pickle=False, **named)


def _stored(path: Path) -> tuple[npt.NDArray[np.generic], ...]:
    with refusals("read", path), np.load(path, allow_pickle=False) as stored:
        return tuple(stored[str(index)] for index in range(len(stored.files)))


def _failure(answer: Answer, log: Path | None) -> CubeAIError:
    if answer.stage == "import":
        return ToolMissingError(answer.explanation, hint=INSTALL_HINT)
    if answer.refused:
        doing = "run" if answer.stage == "run" else "load"
        return UnsupportedModelError(
            f"TFLM cannot {doing} the model: {answer.explanation}",
            hint="convert the model to full int8 or to float32, with operators that TFLM has",
        )
    return ToolFailedError(
        answer.explanation,
        command=answer.done.command,
        returncode=answer.done.returncode,
        tail=answer.done.tail(),
        log=log,
        hint="convert the model to full int8 or to float32; TFLM cannot be the oracle of this one",
    )
