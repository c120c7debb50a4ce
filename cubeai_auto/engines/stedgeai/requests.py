"""What can be asked of ST's tool, in words that hold for every version.

Paths are texts, as the tool gets them: a command line read from a report may come from another
operating system. ``None``, ``False`` and an empty tuple leave a choice to the tool.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

from cubeai_auto.engines.base import EngineRequest
from cubeai_auto.engines.stedgeai.connection import Connection
from cubeai_auto.engines.stedgeai.options import supports
from cubeai_auto.engines.stedgeai.versions import ToolVersion
from cubeai_auto.errors import UsageError

__all__ = [
    "AnalyzeRequest",
    "GenerateRequest",
    "ModelRequest",
    "SupportedOpsRequest",
    "ToolRequest",
    "ValidateRequest",
    "analyze_request",
    "generate_request",
    "validate_request",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """What analyze, generate and validate have in common.

    Attributes:
        models: the model file; Keras models of old versions may have two.
        target: ST's name of the series (``stm32f4``).
        device: the sensor with an ISPU.
        model_type: ``keras``, ``onnx``, ``tflite``; the tool knows it by the file's ending.
        name: the C name of the network.
        compression: ``none``, ``lossless``, ``low``, ``medium``, ``high``.
        optimization: ``balanced``, ``time``, ``ram``.
        inputs_allocated: whether the inputs lie in the activations buffer.
        outputs_allocated: likewise for the outputs.
        input_alignment: bytes.
        output_alignment: bytes.
        memory_pool: file that describes the memories.
        input_data_types: ``float32``, ``int8``, ``uint8``, one per input.
        inputs_ch_position: ``chfirst`` or ``chlast``.
        c_api: ``st-ai`` or ``legacy``.
        hsp: words of coprocessor memory; empty for the tool's choice, ``None`` without.
        neural_art: profile or options of the NPU compiler; empty for its defaults, ``None``
            without the NPU.
    """

    command: ClassVar[str] = ""

    models: tuple[str, ...] = ()
    target: str | None = None
    device: str | None = None
    model_type: str | None = None
    name: str | None = None
    compression: str | None = None
    optimization: str | None = None
    workspace: str | None = None
    no_workspace: bool = False
    output: str | None = None
    verbosity: int | None = None
    quiet: bool = False
    no_report: bool = False
    split_weights: bool = False
    inputs_allocated: bool | None = None
    outputs_allocated: bool | None = None
    input_alignment: int | None = None
    output_alignment: int | None = None
    memory_pool: str | None = None
    input_data_types: tuple[str, ...] = ()
    output_data_types: tuple[str, ...] = ()
    inputs_ch_position: str | None = None
    outputs_ch_position: str | None = None
    no_onnx_io_transpose: bool = False
    no_onnx_optimizer: bool = False
    use_onnx_simplifier: bool = False
    fix_parametric_shapes: str | None = None
    prefetch_compressed_weights: bool = False
    custom: str | None = None
    c_api: str | None = None
    cut_input_tensors: str | None = None
    cut_output_tensors: str | None = None
    cut_input_layers: str | None = None
    cut_output_layers: str | None = None
    allocate_activations: bool = False
    allocate_states: bool = False
    hsp: str | None = None
    neural_art: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyzeRequest(ModelRequest):
    """``analyze``: a report without code."""

    command: ClassVar[str] = "analyze"


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateRequest(ModelRequest):
    """``generate``: C sources.

    ``relocatable`` is empty for a relocatable binary without sub-options, ``None`` for none.
    """

    command: ClassVar[str] = "generate"

    binary: bool = False
    dll: bool = False
    address: str | None = None
    copy_weights_at: str | None = None
    relocatable: str | None = None
    epoch_controller: bool = False
    library: str | None = None
    ihex: bool = False
    no_c_files: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateRequest(ModelRequest):
    """``validate``: run the C code, on this machine or on a board, beside the original model.

    ``mode`` is ``host``, ``target``, ``host-io-only`` or ``target-io-only``; ``inputs`` and
    ``outputs`` are files of vectors (``.csv``, ``.npy``, ``.npz``).
    """

    command: ClassVar[str] = "validate"

    mode: str | None = None
    connection: Connection | None = None
    batch_size: int | None = None
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    validation_json: str | None = None
    range: tuple[float, ...] = ()
    seed: int | None = None
    full: bool = False
    io_only: bool = False
    save_csv: bool = False
    classifier: bool = False
    no_check: bool = False
    no_exec_model: bool = False
    ispu_conf: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportedOpsRequest:
    """``supported-ops``: the operators of a framework that the tool takes."""

    command: ClassVar[str] = "supported-ops"

    model_type: str | None = None
    with_report: bool = False


ToolRequest = AnalyzeRequest | GenerateRequest | ValidateRequest | SupportedOpsRequest


def generate_request(request: EngineRequest, version: ToolVersion) -> GenerateRequest:
    """An engine's request in ST's terms.

    Before 7.2 there is no series to state, because the code is the same for all of them. What a
    version does not have stays in the request, so that building the command line refuses it.

    Raises:
        UsageError: an optimization that ST's tool does not have in any version.
    """
    if request.optimization == "size":
        msg = "ST's tool does not optimize for code size"
        raise UsageError(msg, hint="use optimization ram, time or balanced")
    return GenerateRequest(
        models=(str(request.model.absolute()),),
        target=request.target.name if supports("target", "generate", version) else None,
        name=request.name,
        compression=request.compression,
        optimization=request.optimization,
        inputs_allocated=request.io_in_activations,
        outputs_allocated=request.io_in_activations,
        c_api=request.c_api,
        quiet=supports("quiet", "generate", version),
    )


def analyze_request(request: EngineRequest, version: ToolVersion) -> AnalyzeRequest:
    """The same for ``analyze``.

    Raises:
        UsageError: see :func:`generate_request`.
    """
    return AnalyzeRequest(**_common(generate_request(request, version)))


def validate_request(
    request: EngineRequest,
    version: ToolVersion,
    *,
    mode: str,
    inputs: tuple[str, ...] = (),
    connection: Connection | None = None,
) -> ValidateRequest:
    """The same for ``validate``, with where to run and the files of vectors.

    Raises:
        UsageError: see :func:`generate_request`.
    """
    common = _common(generate_request(request, version))
    return ValidateRequest(**common, mode=mode, inputs=inputs, connection=connection)


def _common(request: ModelRequest) -> dict[str, Any]:
    return {field.name: getattr(request, field.name) for field in fields(ModelRequest)}
