"""Sources for a firmware with TensorFlow Lite Micro: the model as an array, and the op resolver.

TFLM wants the model's bytes aligned to 16, and a resolver that names every operator the model uses; an
operator more costs flash, one less stops the model from loading.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from cubeai_auto.errors import UnsupportedModelError, UsageError
from cubeai_auto.files import write_files
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflm.builds import Registrations
from cubeai_auto.tflm.operators import COMMIT, CUSTOM_OPERATORS, operator_facts
from cubeai_auto.tflm.values import TflmFootprint

__all__ = ["ArrayLanguage", "export_sources", "resolver_calls", "sources"]

ArrayLanguage = Literal["c", "cpp"]
"""Language of the model array: a ``.c`` or a ``.cc`` file; the header serves both."""

_ALIGNMENT = 16
_BYTES_A_LINE = 16
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}")
_HEADERS_WITH_INT8 = {
    "ADD": "add",
    "BATCH_MATMUL": "batch_matmul",
    "CONV_2D": "conv",
    "DEPTHWISE_CONV_2D": "depthwise_conv",
    "FULLY_CONNECTED": "fully_connected",
    "MAXIMUM": "maximum_minimum",
    "MINIMUM": "maximum_minimum",
    "MUL": "mul",
    "PAD": "pad",
    "AVERAGE_POOL_2D": "pooling",
    "MAX_POOL_2D": "pooling",
    "SOFTMAX": "softmax",
    "SVDF": "svdf",
    "TRANSPOSE": "transpose",
    "TRANSPOSE_CONV": "transpose_conv",
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "unidirectional_sequence_lstm",
}
"""Where TFLM declares the registrations of the int8 kernels alone, in ``micro/kernels``."""

_ALIGN_MACRO = """\
#if defined(__cplusplus)
#define {upper}_ALIGNED alignas({alignment})
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define {upper}_ALIGNED _Alignas({alignment})
#else
#define {upper}_ALIGNED __attribute__((aligned({alignment})))
#endif
"""


def export_sources(
    directory: Path,
    graph: Graph,
    model: bytes,
    footprint: TflmFootprint | None = None,
    *,
    name: str = "network",
    registrations: Registrations = "default",
    language: ArrayLanguage = "cpp",
) -> tuple[Path, ...]:
    """Write the sources into a folder: all of them, or none.

    Args:
        directory: where; other files in it stay.
        graph: the model, read.
        model: the model file's content.
        footprint: if given, and its arena is known, the header states its size.
        name: prefix of files and names, a C identifier.
        registrations: ``"int8"`` for the int8 kernels alone where TFLM has such registrations.
        language: of the array.

    Returns:
        The files written.

    Raises:
        UsageError: the name is no C identifier.
        UnsupportedModelError: TFLM has no kernel for an operator.
        RefusedError: the files cannot be written.
    """
    contents = sources(
        graph, model, footprint, name=name, registrations=registrations, language=language
    )
    write_files(directory, contents)
    return tuple(directory / file for file in contents)


def sources(
    graph: Graph,
    model: bytes,
    footprint: TflmFootprint | None = None,
    *,
    name: str = "network",
    registrations: Registrations = "default",
    language: ArrayLanguage = "cpp",
) -> dict[str, str]:
    """The content of every file by its name; arguments and errors as of :func:`export_sources`."""
    if _IDENTIFIER.fullmatch(name) is None:
        msg = f"{name!r} is not a C identifier"
        raise UsageError(msg, hint="letters, digits and underscores, not starting with a digit")
    ending = "c" if language == "c" else "cc"
    return {
        f"{name}_model.h": _model_header(name, graph, len(model), footprint),
        f"{name}_model.{ending}": _model_array(name, model),
        f"{name}_resolver.h": _resolver(name, graph, registrations),
    }


def resolver_calls(graph: Graph, registrations: Registrations = "default") -> tuple[str, ...]:
    """The resolver's calls, ``AddConv2D()`` and so on: one for each distinct operator, sorted.

    Raises:
        UnsupportedModelError: TFLM has no kernel for an operator.
    """
    calls = []
    known = operator_facts()
    kinds = _activation_types(graph)
    for name, custom in sorted({(op.name, op.custom) for op in graph.operators}):
        if custom and name in CUSTOM_OPERATORS:
            calls.append(f"Add{CUSTOM_OPERATORS[name]}()")
        elif custom or name not in known:
            kind = "custom operator" if custom else "operator"
            msg = f"TFLM {COMMIT} has no registration for the {kind} {name!r}"
            raise UnsupportedModelError(msg, hint="register it in the application, and convert without")
        elif registrations == "int8" and known[name].int8 and kinds[name] == {"int8"}:
            calls.append(f"Add{known[name].add}(tflite::Register_{name}_INT8())")
        else:
            calls.append(f"Add{known[name].add}()")
    return tuple(calls)


def _activation_types(graph: Graph) -> dict[str, set[str]]:
    """The types of all activations that an operator reads or writes, by the operator's name."""
    found: dict[str, set[str]] = {}
    for op in graph.operators:
        kinds = found.setdefault(op.name, set())
        for index in (*op.inputs, *op.outputs):
            tensor = graph.tensor(index) if index >= 0 else None
            if tensor is not None and not tensor.is_constant and not tensor.is_variable:
                kinds.add(tensor.dtype)
    return found


def _model_header(name: str, graph: Graph, size: int, footprint: TflmFootprint | None) -> str:
    upper = name.upper()
    lines = [
        f"// {_comment(graph.name)}.tflite as an array: {size:,} bytes, SHA-256 {graph.sha256}.",
        "// Written by cubeai-auto tflm --export; C and C++.",
        f"#ifndef {upper}_MODEL_H_",
        f"#define {upper}_MODEL_H_",
        "",
        _ALIGN_MACRO.format(upper=upper, alignment=_ALIGNMENT),
        f"#define {upper}_MODEL_SIZE {size}u",
    ]
    required = None if footprint is None else footprint.arena_required
    if footprint is not None and required is not None and required.value is not None:
        used = footprint.arena_used.value
        lines += [
            "",
            f"// Predicted for TFLM {footprint.commit} with {footprint.kernels} kernels: the smallest",
            f"// tensor arena that works; arena_used_bytes() then gives {used}. Align it to 16.",
            f"#define {upper}_ARENA_SIZE {required.value}u",
        ]
    lines += [
        "",
        "#ifdef __cplusplus",
        'extern "C" {',
        "#endif",
        f"extern const unsigned char {name}_model[{upper}_MODEL_SIZE];",
        "#ifdef __cplusplus",
        "}",
        "#endif",
        "",
        f"#endif  // {upper}_MODEL_H_",
    ]
    return "\n".join(lines) + "\n"


def _model_array(name: str, model: bytes) -> str:
    upper = name.upper()
    rows = [
        "    " + "".join(f"0x{byte:02x}, " for byte in model[at : at + _BYTES_A_LINE]).rstrip()
        for at in range(0, len(model), _BYTES_A_LINE)
    ]
    return "\n".join(
        [
            f'#include "{name}_model.h"',
            "",
            f"{upper}_ALIGNED const unsigned char {name}_model[{upper}_MODEL_SIZE] = {{",
            *rows,
            "};",
            "",
        ]
    )


def _resolver(name: str, graph: Graph, registrations: Registrations) -> str:
    upper, calls = name.upper(), resolver_calls(graph, registrations)
    camel = "".join(part[:1].upper() + part[1:] for part in name.split("_"))
    int8 = {call.partition("Register_")[2].partition("_INT8")[0] for call in calls if "_INT8" in call}
    headers = sorted({_HEADERS_WITH_INT8[op] for op in int8})
    includes = [f'#include "tensorflow/lite/micro/kernels/{header}.h"' for header in headers]
    return "\n".join(
        [
            f"// The operators of {_comment(graph.name)}.tflite for TensorFlow Lite Micro.",
            "// Written by cubeai-auto tflm --export.",
            f"#ifndef {upper}_RESOLVER_H_",
            f"#define {upper}_RESOLVER_H_",
            "",
            *includes,
            '#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"',
            "",
            f"using {camel}Resolver = tflite::MicroMutableOpResolver<{max(1, len(calls))}>;",
            "",
            f"inline TfLiteStatus {camel}RegisterOps({camel}Resolver& resolver) {{",
            "  TfLiteStatus status = kTfLiteOk;",
            *(f"  if (status == kTfLiteOk) status = resolver.{call};" for call in calls),
            "  return status;",
            "}",
            "",
            f"#endif  // {upper}_RESOLVER_H_",
            "",
        ]
    )


def _comment(text: str) -> str:
    """Text that cannot end or continue a comment line."""
    return "".join(c if c.isascii() and c.isprintable() and c != "\\" else "_" for c in text)[:80]
