"""Builds small ``.tflite`` models from a typed description, with the schema's own builder functions.

::

    spec = ModelSpec(
        tensors=[
            TensorSpec("x", (1, 4), "int8", scales=(0.5,), zero_points=(-1,)),
            TensorSpec("w", (3, 4), "int8", data=np.ones((3, 4)), scales=(0.1,)),
            TensorSpec("b", (3,), "int32", data=np.zeros(3), scales=(0.05,)),
            TensorSpec("y", (1, 3), "int8", scales=(0.2,), zero_points=(3,)),
        ],
        operators=[
            OperatorSpec(
                "FULLY_CONNECTED", ["x", "w", "b"], ["y"], {"fused_activation_function": "RELU"}
            )
        ],
        inputs=["x"],
        outputs=["y"],
    )
    data = build(spec)
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import flatbuffers
import numpy as np
import numpy.typing as npt
import tflite

__all__ = ["ModelSpec", "OperatorSpec", "TensorSpec", "build"]

_ENUMS = {
    "fused_activation_function": tflite.ActivationFunctionType,
    "padding": tflite.Padding,
    "weights_format": tflite.FullyConnectedOptionsWeightsFormat,
    "mode": tflite.MirrorPadMode,
    "kernel_type": tflite.LSTMKernelType,
}
_OPTIONS = {
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "MAX_POOL_2D": "Pool2DOptions",
    "L2_POOL_2D": "Pool2DOptions",
    "MEAN": "ReducerOptions",
    "SUM": "ReducerOptions",
    "REDUCE_MAX": "ReducerOptions",
    "REDUCE_MIN": "ReducerOptions",
    "REDUCE_PROD": "ReducerOptions",
    "REDUCE_ANY": "ReducerOptions",
    "MAXIMUM": "MaximumMinimumOptions",
    "MINIMUM": "MaximumMinimumOptions",
    "UNIDIRECTIONAL_SEQUENCE_RNN": "SequenceRNNOptions",
}
_NO_OPTIONS = frozenset({"RELU", "RELU6", "RELU_N1_TO_1", "LOGISTIC", "TANH", "ELU", "PRELU"})
_DEPRECATED_CODE_LIMIT = 127


@dataclass(frozen=True)
class TensorSpec:
    """A tensor: ``data`` makes it a constant (an array, or raw bytes as they shall be stored).

    ``scales`` empty means no quantization; ``zero_points`` defaults to zeros. ``buffer_of``
    names another tensor whose buffer this one shares. ``raw_buffer`` is the buffer index
    written whatever it means (for damaged models).
    """

    name: str
    shape: Sequence[int]
    dtype: str = "float32"
    data: npt.ArrayLike | bytes | None = None
    scales: Sequence[float] = ()
    zero_points: Sequence[int] = ()
    axis: int = 0
    shape_signature: Sequence[int] | None = None
    is_variable: bool = False
    buffer_of: str | None = None
    raw_buffer: int | None = None
    empty_quantization: bool = False
    sparse: bool = False


@dataclass(frozen=True)
class OperatorSpec:
    """An operator: tensors by name (or raw index; ``None`` is an absent optional input).

    ``name`` is the schema's spelling, or the custom code with ``custom=True``. Options use the
    schema's snake_case names; enumerations by name.
    """

    name: str
    inputs: Sequence[str | int | None]
    outputs: Sequence[str | int]
    options: Mapping[str, bool | int | float | str | Sequence[int]] = field(default_factory=dict)
    custom: bool = False
    version: int = 1
    intermediates: Sequence[str | int] = ()
    custom_options: bytes = b""


@dataclass(frozen=True)
class ModelSpec:
    """A model with one subgraph; ``empty_subgraphs`` more without content can be appended.

    ``external`` stores constant data behind the flatbuffer (offset and size in the buffer).
    """

    tensors: Sequence[TensorSpec]
    operators: Sequence[OperatorSpec]
    inputs: Sequence[str | int]
    outputs: Sequence[str | int]
    description: str = "built for a test"
    metadata: Mapping[str, bytes] = field(default_factory=dict)
    empty_subgraphs: int = 0
    external: bool = False
    identifier: bytes = b"TFL3"
    schema_version: int = 3


def build(spec: ModelSpec) -> bytes:
    """The model as the bytes of a ``.tflite`` file; constant data is aligned to 16 bytes."""
    raw = _build(spec, [0] * len(spec.tensors), [0] * len(spec.tensors))
    if not spec.external:
        return raw
    offsets, sizes, tail = [0] * len(spec.tensors), [0] * len(spec.tensors), bytearray()
    base = (len(raw) + 1024 + 15) // 16 * 16  # writing offsets adds at most a few bytes per buffer
    for index, tensor in enumerate(spec.tensors):
        if tensor.data is not None:
            payload = _payload(tensor)
            tail += bytes(-len(tail) % 16)
            offsets[index], sizes[index] = base + len(tail), len(payload)
            tail += payload
    raw = _build(spec, offsets, sizes)
    return raw.ljust(base, b"\0") + bytes(tail)


def _build(spec: ModelSpec, offsets: Sequence[int], sizes: Sequence[int]) -> bytes:
    b = flatbuffers.Builder(4096)
    names = {tensor.name: index for index, tensor in enumerate(spec.tensors)}

    def indices(refs: Sequence[str | int | None]) -> list[int]:
        return [-1 if r is None else r if isinstance(r, int) else names[r] for r in refs]

    buffers = [_buffer(b, None, 0, 0)]  # buffer 0 is empty by convention
    buffer_of: dict[str, int] = {}
    for index, tensor in enumerate(spec.tensors):
        if tensor.data is not None:
            buffer_of[tensor.name] = len(buffers)
            buffers.append(_buffer(b, _payload(tensor), offsets[index], sizes[index]))
    metadata = []
    for name, content in spec.metadata.items():
        text = b.CreateString(name)
        tflite.MetadataStart(b)
        tflite.MetadataAddName(b, text)
        tflite.MetadataAddBuffer(b, len(buffers))
        metadata.append(tflite.MetadataEnd(b))
        buffers.append(_buffer(b, content, 0, 0))

    tensors = []
    for tensor in spec.tensors:
        buffer = buffer_of.get(tensor.buffer_of or tensor.name, 0)
        tensors.append(_tensor(b, tensor, buffer if tensor.raw_buffer is None else tensor.raw_buffer))

    codes: dict[tuple[str, bool, int], int] = {}
    operators = []
    for op in spec.operators:
        code = codes.setdefault((op.name, op.custom, op.version), len(codes))
        operators.append(
            _operator(b, op, code, indices(op.inputs), indices(op.outputs), indices(op.intermediates))
        )
    code_offsets = [_operator_code(b, *key) for key in codes]

    main = b.CreateString("main")
    subgraphs = [
        _subgraph(b, tensors, indices(spec.inputs), indices(spec.outputs), operators, main),
        *(_subgraph(b, [], [], [], [], main) for _ in range(spec.empty_subgraphs)),
    ]
    description = b.CreateString(spec.description)
    vectors = [_offsets(b, v) for v in (code_offsets, subgraphs, buffers, metadata)]
    tflite.ModelStart(b)
    tflite.ModelAddVersion(b, spec.schema_version)
    tflite.ModelAddOperatorCodes(b, vectors[0])
    tflite.ModelAddSubgraphs(b, vectors[1])
    tflite.ModelAddDescription(b, description)
    tflite.ModelAddBuffers(b, vectors[2])
    if metadata:
        tflite.ModelAddMetadata(b, vectors[3])
    b.Finish(tflite.ModelEnd(b), file_identifier=spec.identifier)
    return bytes(b.Output())


def _payload(tensor: TensorSpec) -> bytes:
    if isinstance(tensor.data, bytes):
        return tensor.data
    if tensor.dtype == "int4":
        flat = np.asarray(tensor.data, np.int8).ravel()
        flat = np.append(flat, np.zeros(flat.size % 2, np.int8)).astype(np.uint8) & 0xF
        return bytes((flat[0::2] | (flat[1::2] << 4)).astype(np.uint8).tobytes())
    return np.asarray(tensor.data).astype(np.dtype(tensor.dtype).newbyteorder("<")).tobytes()


def _bytes_vector(b: flatbuffers.Builder, content: bytes, alignment: int) -> int:
    b.StartVector(1, len(content), alignment)
    b.head = int(b.Head() - len(content))
    b.Bytes[b.Head() : b.Head() + len(content)] = content
    return int(b.EndVector())


def _offsets(b: flatbuffers.Builder, items: Sequence[int]) -> int:
    b.StartVector(4, len(items), 4)
    for item in reversed(items):
        b.PrependUOffsetTRelative(item)
    return int(b.EndVector())


def _numbers(b: flatbuffers.Builder, items: Sequence[int] | Sequence[float], dtype: str) -> int:
    return int(b.CreateNumpyVector(np.asarray(items, np.dtype(dtype).newbyteorder("<"))))


def _buffer(b: flatbuffers.Builder, content: bytes | None, offset: int, size: int) -> int:
    vector = None if content is None or offset else _bytes_vector(b, content, 16)
    tflite.BufferStart(b)
    if vector is not None:
        tflite.BufferAddData(b, vector)
    if offset:
        tflite.BufferAddOffset(b, offset)
        tflite.BufferAddSize(b, size)
    return int(tflite.BufferEnd(b))


def _quantization(b: flatbuffers.Builder, tensor: TensorSpec) -> int | None:
    if not tensor.scales:
        if not tensor.empty_quantization:
            return None
        tflite.QuantizationParametersStart(b)
        return int(tflite.QuantizationParametersEnd(b))
    scales = _numbers(b, tensor.scales, "float32")
    zeros = _numbers(b, tensor.zero_points or [0] * len(tensor.scales), "int64")
    tflite.QuantizationParametersStart(b)
    tflite.QuantizationParametersAddScale(b, scales)
    tflite.QuantizationParametersAddZeroPoint(b, zeros)
    tflite.QuantizationParametersAddQuantizedDimension(b, tensor.axis)
    return int(tflite.QuantizationParametersEnd(b))


def _tensor(b: flatbuffers.Builder, tensor: TensorSpec, buffer: int) -> int:
    name = b.CreateString(tensor.name)
    shape = _numbers(b, tensor.shape, "int32")
    quantization = _quantization(b, tensor)
    signature = None if tensor.shape_signature is None else _numbers(b, tensor.shape_signature, "int32")
    sparsity = None
    if tensor.sparse:
        order = _numbers(b, list(range(len(tensor.shape))), "int32")
        tflite.SparsityParametersStart(b)
        tflite.SparsityParametersAddTraversalOrder(b, order)
        sparsity = tflite.SparsityParametersEnd(b)
    tflite.TensorStart(b)
    tflite.TensorAddShape(b, shape)
    tflite.TensorAddType(b, getattr(tflite.TensorType, tensor.dtype.upper()))
    tflite.TensorAddBuffer(b, buffer)
    tflite.TensorAddName(b, name)
    tflite.TensorAddHasRank(b, True)
    if quantization is not None:
        tflite.TensorAddQuantization(b, quantization)
    if signature is not None:
        tflite.TensorAddShapeSignature(b, signature)
    if sparsity is not None:
        tflite.TensorAddSparsity(b, sparsity)
    if tensor.is_variable:
        tflite.TensorAddIsVariable(b, True)
    return int(tflite.TensorEnd(b))


def _options_class(op: OperatorSpec) -> str | None:
    if op.custom or op.name in _NO_OPTIONS:
        return None
    if op.name in _OPTIONS:
        return _OPTIONS[op.name]
    wanted = op.name.replace("_", "").lower() + "options"
    return next((name for name in vars(tflite.BuiltinOptions) if name.lower() == wanted), None)


def _options(b: flatbuffers.Builder, op: OperatorSpec, class_name: str) -> int:
    module = importlib.import_module(f"tflite.{class_name}")
    ready: list[tuple[str, object]] = []
    for key, value in op.options.items():
        if isinstance(value, str):
            enum = tflite.TensorType if key.endswith("_type") and key != "kernel_type" else _ENUMS[key]
            ready.append((key, getattr(enum, value)))
        elif isinstance(value, (bool, int, float)):
            ready.append((key, value))
        else:
            ready.append((key, _numbers(b, value, "int32")))
    getattr(module, f"{class_name}Start")(b)
    for key, written in ready:
        camel = "".join(part[:1].upper() + part[1:] for part in key.split("_"))
        getattr(module, f"{class_name}Add{camel}")(b, written)
    return int(getattr(module, f"{class_name}End")(b))


def _operator(
    b: flatbuffers.Builder,
    op: OperatorSpec,
    code: int,
    inputs: Sequence[int],
    outputs: Sequence[int],
    intermediates: Sequence[int],
) -> int:
    class_name = _options_class(op)
    if class_name is None and op.options:
        message = f"{op.name} has no options table"
        raise ValueError(message)
    options = None if class_name is None else _options(b, op, class_name)
    ins, outs = _numbers(b, inputs, "int32"), _numbers(b, outputs, "int32")
    between = _numbers(b, intermediates, "int32") if intermediates else None
    custom = _bytes_vector(b, op.custom_options, 1) if op.custom_options else None
    tflite.OperatorStart(b)
    tflite.OperatorAddOpcodeIndex(b, code)
    tflite.OperatorAddInputs(b, ins)
    tflite.OperatorAddOutputs(b, outs)
    if options is not None:
        tflite.OperatorAddBuiltinOptionsType(b, getattr(tflite.BuiltinOptions, str(class_name)))
        tflite.OperatorAddBuiltinOptions(b, options)
    if custom is not None:
        tflite.OperatorAddCustomOptions(b, custom)
    if between is not None:
        tflite.OperatorAddIntermediates(b, between)
    return int(tflite.OperatorEnd(b))


def _operator_code(b: flatbuffers.Builder, name: str, custom: bool, version: int) -> int:
    code = tflite.BuiltinOperator.CUSTOM if custom else getattr(tflite.BuiltinOperator, name)
    text = b.CreateString(name) if custom else None
    tflite.OperatorCodeStart(b)
    tflite.OperatorCodeAddDeprecatedBuiltinCode(b, min(code, _DEPRECATED_CODE_LIMIT))
    tflite.OperatorCodeAddBuiltinCode(b, code)
    tflite.OperatorCodeAddVersion(b, version)
    if text is not None:
        tflite.OperatorCodeAddCustomCode(b, text)
    return int(tflite.OperatorCodeEnd(b))


def _subgraph(
    b: flatbuffers.Builder,
    tensors: Sequence[int],
    inputs: Sequence[int],
    outputs: Sequence[int],
    operators: Sequence[int],
    name: int,
) -> int:
    vectors = [
        _offsets(b, tensors),
        _numbers(b, inputs, "int32"),
        _numbers(b, outputs, "int32"),
        _offsets(b, operators),
    ]
    tflite.SubGraphStart(b)
    tflite.SubGraphAddTensors(b, vectors[0])
    tflite.SubGraphAddInputs(b, vectors[1])
    tflite.SubGraphAddOutputs(b, vectors[2])
    tflite.SubGraphAddOperators(b, vectors[3])
    tflite.SubGraphAddName(b, name)
    return int(tflite.SubGraphEnd(b))
