"""The ai_ functions of X-CUBE-AI up to 10, as a thin layer over a network with the st-ai API.

Facts: the names and fields that public applications of that API use. The headers are our own, a
source-compatible subset; ``docs/builtin-engine.md`` lists it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from cubeai_auto.codegen.contract_header import contract_header
from cubeai_auto.codegen.emit import EmitOptions, GeneratedFile, emit, kernel_files, render
from cubeai_auto.codegen.layers import Layer
from cubeai_auto.codegen.literals import check_c_name
from cubeai_auto.codegen.memory import MemoryPlan
from cubeai_auto.codegen.page import TensorText, build_page
from cubeai_auto.errors import UsageError
from cubeai_auto.tflite.graph import Graph

__all__ = ["core_name", "dimensions", "emit_legacy"]

_HEADERS = ("ai_platform.h", "ai_datatypes_defines.h")
_TEMPLATES = (
    (".c", "legacy.c.j2"),
    (".h", "legacy.h.j2"),
    ("_data.h", "legacy_data.h.j2"),
    ("_data_params.h", "legacy_params.h.j2"),
)


def core_name(name: str) -> str:
    """The C name of the st-ai network below a network with the legacy API.

    Raises:
        UsageError: the name is too long for it, or that of a header of the API.
    """
    if f"{name}.h".lower() in _HEADERS:
        msg = f"{name!r} cannot name a network: generated code uses that name itself"
        raise UsageError(msg, hint="use another name, such as network")
    return check_c_name(f"{name}_core")


def emit_legacy(
    graph: Graph, layers: tuple[Layer, ...], memory: MemoryPlan, macc: int, options: EmitOptions
) -> tuple[GeneratedFile, ...]:
    """All files of a network with the legacy API: the layer, the network below it, the headers.

    Raises:
        UsageError: the name cannot be extended.
    """
    core = core_name(options.name)
    below_options = replace(options, name=core, contract=None)
    below_page = build_page(graph, layers, memory, macc, below_options)
    contract = options.contract
    page = replace(
        below_page,
        name=options.name,
        contract=None if contract is None else contract_header(contract, graph.tensor(graph.inputs[0])),
    )
    constants = below_page.constants
    own = [
        GeneratedFile(
            f"{options.name}{suffix}",
            render(
                template,
                page,
                core=core,
                CORE=core.upper(),
                weights=constants[0].symbol if constants else "NULL",
                order=dimensions,
                format=_format,
                unsigned=_unsigned,
            ),
        )
        for suffix, template in _TEMPLATES
    ]
    below = emit(graph, layers, memory, macc, below_options)
    known = {file.name for file in below}
    headers = [file for file in kernel_files(_HEADERS, options) if file.name not in known]
    return (*own, *below, *headers)


def dimensions(shape: Sequence[int]) -> tuple[int, int, int, int]:
    """Batch, channel, width and height of a tensor stored batch first and channel last.

    Two dimensions are batch and channel, three batch, height and channel; a single one is the
    channel. What is between batch and the last two of more than four counts as height.
    """
    if len(shape) < 2:
        return (1, shape[0] if shape else 1, 1, 1)
    width = shape[-2] if len(shape) > 3 else 1
    height = math.prod(shape[1:-2]) if len(shape) > 3 else math.prod(shape[1:-1])
    return (shape[0], shape[-1], width, height)


def _format(tensor: TensorText) -> str:
    name = tensor.format.removeprefix("STAI_FORMAT_")
    return f"AI_BUFFER_FORMAT_{'FLOAT' if name == 'FLOAT32' else name}"


def _unsigned(tensor: TensorText) -> bool:
    return tensor.format == "STAI_FORMAT_U8"
