"""Reads a ``.tflite`` file into a :class:`Graph`, without TensorFlow and without trust.

Format: the flatbuffer schema of TensorFlow Lite (version 3, identifier "TFL3"), through the
generated classes of the package ``tflite``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tflite

from cubeai_auto.errors import MissingPathError, ModelFormatError
from cubeai_auto.files import existing_file, refusals, sha256_bytes
from cubeai_auto.tflite.constants import as_array
from cubeai_auto.tflite.flatdata import DamagedError, FlatData, reading
from cubeai_auto.tflite.graph import DType, Graph, Operator, Quantization, Tensor
from cubeai_auto.tflite.options import enum_names, read_options
from cubeai_auto.tflite.recognize import HEAD_BYTES, IDENTIFIER, diagnose
from cubeai_auto.tflite.wellformed import check_graph, check_quantization

__all__ = ["load_model", "parse_model"]

_DTYPES: Mapping[str, DType] = {
    "FLOAT32": "float32", "FLOAT16": "float16", "FLOAT64": "float64", "INT4": "int4",
    "INT8": "int8", "INT16": "int16", "INT32": "int32", "INT64": "int64", "UINT8": "uint8",
    "UINT16": "uint16", "UINT32": "uint32", "UINT64": "uint64", "BOOL": "bool",
    "STRING": "string", "RESOURCE": "resource", "VARIANT": "variant",
    "COMPLEX64": "complex64", "COMPLEX128": "complex128",
}  # fmt: skip

_SCHEMA_VERSION = 3
_MAX_RANK = 16
_FIRST_VALID_OFFSET = 2  # the schema: the offset of an external buffer is "only valid if > 1"

_Bytes = npt.NDArray[np.uint8]


def load_model(path: str | Path) -> Graph:
    """Read a model file; the graph's name is the file's stem.

    Raises:
        MissingPathError: the path does not exist or is no regular file.
        RefusedError: the operating system does not let it be read.
        ModelFormatError: it is something else, truncated or damaged; says what is wrong.
    """
    file = existing_file(Path(path), "the model")
    if not file.is_file():
        msg = f"the model is not a regular file: {file}"
        raise MissingPathError(msg)
    with refusals("read", file), file.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
        _require_identifier(head, file.name)
        data = head + stream.read()
    return _parse(data, file.stem, file.name)


def parse_model(data: bytes, name: str) -> Graph:
    """Read a model from the bytes of its file.

    Constant data is read-only and refers to one copy of the bytes; int4 values are unpacked to
    one int8 an element.

    Args:
        data: the whole file.
        name: the graph's name, also used in error messages.

    Raises:
        ModelFormatError: it is something else, truncated or damaged; says what is wrong.
    """
    _require_identifier(data[:HEAD_BYTES], name)
    return _parse(data, name, name)


def _require_identifier(head: bytes, file: str) -> None:
    if head[4:8] != IDENTIFIER:
        finding, hint = diagnose(head)
        msg = f"{file} is not a TensorFlow Lite model: {finding}"
        raise ModelFormatError(msg, hint=hint)


def _parse(content: bytes, name: str, file: str) -> Graph:
    data = FlatData(content)
    with reading("the model's root", file):
        model = tflite.Model.GetRootAs(data, 0)
        version = int(model.Version())
        if version != _SCHEMA_VERSION:
            msg = f"states schema version {version}, not {_SCHEMA_VERSION}"
            raise DamagedError(msg)
        description = data.text(model, "Description")
        code_tables = data.tables(model, "OperatorCodes")
        subgraphs = data.tables(model, "Subgraphs")
        buffer_tables = data.tables(model, "Buffers")
        if not subgraphs:
            msg = "holds no subgraph"
            raise DamagedError(msg)
    buffers = []
    for index, table in enumerate(buffer_tables):
        with reading(f"buffer {index}", file):
            buffers.append(_buffer(data, table))
    codes = []
    for index, table in enumerate(code_tables):
        with reading(f"operator code {index}", file):
            codes.append(_operator_code(data, table))
    metadata = _metadata(data, model, len(buffers), file)
    parsed = [_subgraph(data, s, buffers, codes, file) for s in subgraphs]
    tensors, operators, inputs, outputs = parsed[0]
    graph = Graph(
        name=name,
        tensors=tensors,
        operators=operators,
        inputs=inputs,
        outputs=outputs,
        file_bytes=len(content),
        sha256=sha256_bytes(content),
        description=description,
        subgraph_count=len(subgraphs),
        metadata=metadata,
    )
    check_graph(graph, file)
    return graph


def _buffer(data: FlatData, table: tflite.Buffer) -> _Bytes:
    """A buffer's bytes, inside the flatbuffer or behind it."""
    offset, size = int(table.Offset()), int(table.Size())
    inside = data.numbers(table, "Data")
    if offset < _FIRST_VALID_OFFSET:
        return inside.astype(np.uint8, copy=False)
    if offset + size > len(data):
        msg = f"stands at bytes {offset} to {offset + size} of a file of {len(data)} bytes"
        raise DamagedError(msg)
    return np.frombuffer(data, np.uint8, count=size, offset=offset)


def _operator_code(data: FlatData, table: tflite.OperatorCode) -> tuple[str, bool, int]:
    """Name, whether it is a custom operator, and version."""
    code = max(int(table.DeprecatedBuiltinCode()), int(table.BuiltinCode()))
    custom = data.text(table, "CustomCode")
    version = int(table.Version())
    if code == tflite.BuiltinOperator.CUSTOM:
        if not custom:
            msg = "is a custom operator without a name"
            raise DamagedError(msg)
        return custom, True, version
    if code not in enum_names("BuiltinOperator"):
        msg = f"is {code}, an operator that the schema of tflite {tflite.__version__} does not know"
        raise DamagedError(msg)
    return enum_names("BuiltinOperator")[code], False, version


def _metadata(data: FlatData, model: tflite.Model, buffers: int, file: str) -> tuple[str, ...]:
    """The names of the metadata entries; the signatures are only checked."""
    with reading("the metadata", file):
        entries = data.tables(model, "Metadata")
        names = [_metadata_entry(data, entry, buffers) for entry in entries]
    with reading("a signature", file):
        for signature in data.tables(model, "SignatureDefs"):
            data.text(signature, "SignatureKey")
            for field in ("Inputs", "Outputs"):
                for entry in data.tables(signature, field):
                    data.text(entry, "Name")
    return tuple(names)


def _metadata_entry(data: FlatData, table: tflite.Metadata, buffers: int) -> str:
    _in_range((int(table.Buffer()),), buffers, "buffer")
    return data.text(table, "Name")


def _subgraph(
    data: FlatData,
    table: tflite.SubGraph,
    buffers: Sequence[_Bytes],
    codes: Sequence[tuple[str, bool, int]],
    file: str,
) -> tuple[tuple[Tensor, ...], tuple[Operator, ...], tuple[int, ...], tuple[int, ...]]:
    with reading("the subgraph", file):
        data.text(table, "Name")
        tensor_tables = data.tables(table, "Tensors")
        operator_tables = data.tables(table, "Operators")
        inputs, outputs = data.integers(table, "Inputs"), data.integers(table, "Outputs")
        _in_range((*inputs, *outputs), len(tensor_tables), "tensor")
    tensors = []
    for index, entry in enumerate(tensor_tables):
        with reading(f"tensor {index}", file):
            tensors.append(_tensor(data, entry, index, buffers))
    operators = []
    for index, entry in enumerate(operator_tables):
        with reading(f"operator {index}", file):
            operators.append(_operator(data, entry, index, codes, len(tensors)))
    return tuple(tensors), tuple(operators), inputs, outputs


def _tensor(data: FlatData, table: tflite.Tensor, index: int, buffers: Sequence[_Bytes]) -> Tensor:
    name = data.text(table, "Name")
    kind = enum_names("TensorType").get(int(table.Type()), str(table.Type()))
    if kind not in _DTYPES:
        msg = f"has the element type {kind}, which this reader does not know"
        raise DamagedError(msg)
    dtype = _DTYPES[kind]
    shape, signature = data.integers(table, "Shape"), data.integers(table, "ShapeSignature")
    for dimensions in (shape, signature):
        if len(dimensions) > _MAX_RANK or min(dimensions, default=0) < -1:
            msg = f"has the impossible shape {list(dimensions[:_MAX_RANK])}"
            raise DamagedError(msg)
    if table.Sparsity() is not None:
        msg = "is stored sparse, which this reader does not unpack: convert without sparsity"
        raise DamagedError(msg)
    buffer = int(table.Buffer())
    _in_range((buffer,), len(buffers), "buffer")
    stored = buffers[buffer]
    if stored.size:
        data.charge(stored.size if dtype in {"int4", "bool"} else 0)
    quantization = _quantization(data, table.Quantization(), len(shape))
    if quantization is not None:
        check_quantization(quantization, dtype, shape)
    return Tensor(
        index=index,
        name=name,
        dtype=dtype,
        shape=shape,
        quantization=quantization,
        data=as_array(stored, dtype, shape) if stored.size else None,
        is_variable=bool(table.IsVariable()),
        shape_signature=signature or None,
    )


def _quantization(
    data: FlatData, table: tflite.QuantizationParameters | None, rank: int
) -> Quantization | None:
    """The quantization; ``None`` unless scales and zero points are both there, as TFLM has it.

    Older converters give a bias the axis of its filter; a vector has only axis 0.
    """
    if table is None:
        return None
    scales, zeros = data.floats(table, "Scale"), data.integers(table, "ZeroPoint")
    data.floats(table, "Min")
    data.floats(table, "Max")
    if not scales or not zeros:
        return None
    return Quantization(scales, zeros, 0 if rank <= 1 else int(table.QuantizedDimension()))


def _operator(
    data: FlatData,
    table: tflite.Operator,
    index: int,
    codes: Sequence[tuple[str, bool, int]],
    tensors: int,
) -> Operator:
    code = int(table.OpcodeIndex())
    _in_range((code,), len(codes), "operator code")
    name, custom, version = codes[code]
    inputs, outputs = data.integers(table, "Inputs"), data.integers(table, "Outputs")
    intermediates = data.integers(table, "Intermediates")
    _in_range((i for i in (*inputs, *intermediates) if i != -1), tensors, "tensor")
    _in_range(outputs, tensors, "tensor")
    data.numbers(table, "CustomOptions")
    data.numbers(table, "MutatingVariableInputs")
    return Operator(
        index=index,
        name=name,
        inputs=inputs,
        outputs=outputs,
        options={} if custom else read_options(data, table),
        custom=custom,
        version=version,
        intermediates=intermediates,
    )


def _in_range(indices: Iterable[int], count: int, what: str) -> None:
    for index in indices:
        if not 0 <= index < count:
            msg = f"refers to {what} {index}, but there are {count}"
            raise DamagedError(msg)
