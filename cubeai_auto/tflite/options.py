"""Reads the options of any builtin operator, whatever their table is called."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

import tflite

from cubeai_auto.tflite.flatdata import DamagedError, FlatData
from cubeai_auto.tflite.graph import OptionValue

__all__ = ["enum_names", "read_options"]

_ENUM_BY_FIELD: Mapping[str, str] = {
    "FusedActivationFunction": "ActivationFunctionType",
    "Padding": "Padding",
    "WeightsFormat": "FullyConnectedOptionsWeightsFormat",
    "KernelType": "LSTMKernelType",
    "Mode": "MirrorPadMode",
    "Combiner": "CombinerType",
    "InDataType": "TensorType",
    "OutDataType": "TensorType",
    "OutputType": "TensorType",
    "OutType": "TensorType",
    "IdxOutType": "TensorType",
    "QuantizedBiasType": "TensorType",
    "Type": "LSHProjectionType",
    "ReduceFunction": "ReduceWindowFunction",
    "Algorithm": "RngAlgorithm",
    "ComparisonDirection": "StablehloComparisonDirection",
    "CompareType": "StablehloComparisonType",
}


@functools.cache
def enum_names(enum: str) -> Mapping[int, str]:
    """The names of a schema enumeration by value."""
    members = vars(getattr(tflite, enum))
    return {value: name for name, value in members.items() if isinstance(value, int)}


@functools.cache
def _fields(class_name: str) -> tuple[tuple[str, str, str, bool], ...]:
    """Getter, snake_case name, enumeration (or ""), and whether it is a vector of numbers."""
    members = vars(getattr(tflite, class_name))
    found = []
    for getter in members:
        if getter.startswith(("_", "GetRootAs")) or getter == "Init":
            continue
        if getter.endswith(("BufferHasIdentifier", "AsNumpy", "IsNone")):
            continue
        if getter.endswith("Length") and getter.removesuffix("Length") in members:
            continue
        vector = f"{getter}Length" in members
        if vector and f"{getter}AsNumpy" not in members:
            continue  # a vector of tables: only in StableHLO operators
        snake = re.sub(r"(?<!^)(?=[A-Z])", "_", getter).lower()
        found.append((getter, snake, "" if vector else _ENUM_BY_FIELD.get(getter, ""), vector))
    return tuple(found)


def _from_table(data: FlatData, table: object, class_name: str) -> dict[str, OptionValue]:
    options: dict[str, OptionValue] = {}
    for getter, name, enum, vector in _fields(class_name):
        if vector:
            found = data.numbers(table, getter)
            if found.dtype.kind in "iu":
                options[name] = data.integers(table, getter)
            continue
        value: object = getattr(table, getter)()
        if isinstance(value, bytes):
            options[name] = value.decode("utf-8", "replace")
        elif enum and isinstance(value, int):
            if value not in enum_names(enum):
                msg = f"has {name} {value}, which the schema does not know"
                raise DamagedError(msg)
            options[name] = enum_names(enum)[value]
        elif isinstance(value, (bool, int, float)):
            options[name] = value
    return options


def read_options(data: FlatData, operator: tflite.Operator) -> dict[str, OptionValue]:
    """The operator's builtin options under snake_case names; enumerations by name.

    Raises:
        DamagedError: an unknown options table or an enumeration value out of range.
    """
    options: dict[str, OptionValue] = {}
    for union, kind, value in (
        ("BuiltinOptions", operator.BuiltinOptionsType, operator.BuiltinOptions),
        ("BuiltinOptions2", operator.BuiltinOptions2Type, operator.BuiltinOptions2),
    ):
        number = int(kind())
        reference = value()
        if number == 0 or reference is None:
            continue
        if number not in enum_names(union):
            msg = f"has options of the unknown kind {number}"
            raise DamagedError(msg)
        class_name = enum_names(union)[number]
        table = getattr(tflite, class_name)()
        table.Init(reference.Bytes, reference.Pos)
        options |= _from_table(data, table, class_name)
    return options
