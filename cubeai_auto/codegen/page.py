"""What the templates of the generated files see: a network in C literals, nothing left to decide."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cubeai_auto import __version__
from cubeai_auto.codegen.contract_header import ContractHeader, contract_header
from cubeai_auto.codegen.fixed_point import Rounding
from cubeai_auto.codegen.layers import Layer, LayerArray
from cubeai_auto.codegen.literals import array_text, c_comment, c_float, c_string
from cubeai_auto.codegen.memory import ALIGNMENT, MemoryPlan
from cubeai_auto.codegen.states import StatePlan
from cubeai_auto.contract import InputContract
from cubeai_auto.files import sha256_bytes
from cubeai_auto.tflite.graph import Graph, Tensor

__all__ = ["EmitOptions", "Page", "TensorText", "build_page"]

_CTYPES = {"int8": "int8_t", "int16": "int16_t", "int32": "int32_t", "float32": "float"}
_FORMATS = {"int8": "STAI_FORMAT_S8", "uint8": "STAI_FORMAT_U8", "float32": "STAI_FORMAT_FLOAT32"}


@dataclass(frozen=True, slots=True)
class EmitOptions:
    """How the C is written.

    Attributes:
        name: the network's C name.
        optimization: ``time``, ``balanced``, ``ram`` or ``size``; ``size`` does not unroll.
        fast_float: let the compiler fuse float multiplications and additions.
        rounding: of every requantization.
        contract: exported into the header, if known.
    """

    name: str = "network"
    optimization: str = "balanced"
    fast_float: bool = False
    rounding: Rounding = "double"
    contract: InputContract | None = None


@dataclass(frozen=True, slots=True)
class ConstantText:
    """An array of ``<name>_data.c``."""

    ctype: str
    symbol: str
    elements: int
    comment: str
    attribute: str
    text: str


@dataclass(frozen=True, slots=True)
class LayerText:
    """A layer's parameters and its call; ``target`` is the C expression of its output."""

    name: str
    comment: str
    struct: str
    fields: tuple[tuple[str, str], ...]
    call: str
    target: str
    target_bytes: int


@dataclass(frozen=True, slots=True)
class TensorText:
    """A network input or output; ``scale`` is empty where values are real."""

    name_literal: str
    format: str
    shape: tuple[int, ...]
    elements: int
    bytes: int
    flags: str
    scale: str
    zero_point: int
    offset: int


@dataclass(frozen=True, slots=True)
class Page:
    """A network as the templates see it."""

    name: str
    description: str
    version: str
    version_triple: str
    origin: str
    origin_literal: str
    sha256: str
    signature: str
    macc: int
    flags: str
    activations: int
    alignment: int
    constants: tuple[ConstantText, ...]
    constant_bytes: int
    headers: tuple[str, ...]
    layers: tuple[LayerText, ...]
    inputs: tuple[TensorText, ...]
    outputs: tuple[TensorText, ...]
    inputs_inside: bool
    outputs_inside: bool
    overwritten: bool
    states: StatePlan
    contract: ContractHeader | None


def build_page(
    graph: Graph, layers: tuple[Layer, ...], memory: MemoryPlan, macc: int, options: EmitOptions
) -> Page:
    """Everything that the templates need, in C's spelling."""
    constants = [(layer, array) for layer in layers for array in layer.body.arrays()]
    flags = ["STAI_FLAG_INPUTS", "STAI_FLAG_OUTPUTS"] if memory.io_inside else ["STAI_FLAG_NONE"]
    inside = "STAI_FLAG_ACTIVATIONS | " if memory.io_inside else ""

    def tensor_text(index: int, kind: str) -> TensorText:
        tensor = graph.tensor(index)
        quantized = tensor.quantization if tensor.dtype != "float32" else None
        return TensorText(
            name_literal=c_string(tensor.name),
            format=_FORMATS[tensor.dtype],
            shape=tensor.shape or (1,),
            elements=tensor.elements,
            bytes=tensor.nbytes,
            flags=f"{inside}STAI_FLAG_{kind}",
            scale="" if quantized is None else c_float(quantized.scale),
            zero_point=0 if quantized is None else quantized.zero_point,
            offset=memory.offset(index) if memory.io_inside else 0,
        )

    return Page(
        name=options.name,
        description=f"{c_comment(graph.name)}, {len(layers)} layers",
        version=__version__,
        version_triple=", ".join(re.findall(r"\d+", __version__)[:3]),
        origin=c_comment(graph.name),
        origin_literal=c_string(graph.name),
        sha256=graph.sha256,
        signature=sha256_bytes(f"{graph.sha256}{options}{memory.size}".encode())[:32],
        macc=macc,
        flags=" | ".join(flags),
        activations=memory.size,
        alignment=ALIGNMENT,
        constants=tuple(_constant_text(options.name, layer, array) for layer, array in constants),
        constant_bytes=sum(array.data.nbytes for _, array in constants),
        headers=tuple(sorted({"cai_kernels.h", *(layer.body.header for layer in layers)})),
        layers=tuple(_layer_text(graph, layer, options.name, memory) for layer in layers),
        inputs=tuple(tensor_text(index, "INPUTS") for index in graph.inputs),
        outputs=tuple(tensor_text(index, "OUTPUTS") for index in graph.outputs),
        inputs_inside=memory.io_inside,
        outputs_inside=memory.io_inside,
        overwritten=memory.inputs_overwritten,
        states=memory.states,
        contract=None
        if options.contract is None
        else contract_header(options.contract, graph.tensor(graph.inputs[0])),
    )


def _symbol(name: str, layer: Layer, role: str) -> str:
    return f"{name}_{layer.name}_{role}"


def _constant_text(name: str, layer: Layer, array: LayerArray) -> ConstantText:
    aligned = array.data.nbytes >= ALIGNMENT and array.data.dtype.itemsize < ALIGNMENT
    return ConstantText(
        ctype=_CTYPES[array.data.dtype.name],
        symbol=_symbol(name, layer, array.role),
        elements=array.data.size,
        comment=f"{layer.name}: {array.role}, {array.comment}",
        attribute=f" __attribute__((aligned({ALIGNMENT})))" if aligned else "",
        text=array_text(array.data),
    )


def _layer_text(graph: Graph, layer: Layer, name: str, memory: MemoryPlan) -> LayerText:
    target = graph.tensor(layer.target)
    symbols = {array.role: _symbol(name, layer, array.role) for array in layer.body.arrays()}
    return LayerText(
        name=layer.name,
        comment=_comment(graph, layer),
        struct=layer.body.struct,
        fields=layer.body.fields(symbols),
        call=_call(graph, layer, memory, symbols),
        target=_place(memory, target),
        target_bytes=target.nbytes,
    )


def _call(graph: Graph, layer: Layer, memory: MemoryPlan, symbols: Mapping[str, str]) -> str:
    """The C statement that runs a layer."""
    inputs = [f"(const void *)({_place(memory, graph.tensor(index))})" for index in layer.sources]
    for position, role in sorted(layer.body.constant_inputs.items()):
        inputs.insert(position, f"(const void *){symbols[role]}")
    if layer.body.gathers:
        inputs = [f"(const void *const[]){{ {', '.join(inputs)} }}"]
    arguments = [*inputs, f"(void *)({_place(memory, graph.tensor(layer.target))})"]
    arguments += [f"(void *)(states + {memory.states.offsets[index]})" for index in layer.states]
    if layer.body.scratch is not None:
        place = memory.scratch_offset(layer)
        arguments.append("NULL" if place is None else f"(void *)(activations + {place})")
    joined = ",\n        ".join(arguments)
    return f"{layer.body.kernel}(&{layer.name}, {joined});"


def _place(memory: MemoryPlan, tensor: Tensor) -> str:
    """The C expression of a tensor's address."""
    kind, position = memory.place(tensor.index)
    if kind == "activations":
        return f"activations + {position}"
    return f"context->{kind}[{position}]"


def _comment(graph: Graph, layer: Layer) -> str:
    target = graph.tensor(layer.target)
    given = ", ".join(_shape(graph.tensor(index)) for index in layer.sources)
    detail = f"; {layer.body.why}" if layer.body.why else ""
    return c_comment(f"operator {layer.operator}, {given} -> {_shape(target)}{detail}")


def _shape(tensor: Tensor) -> str:
    return f"{tensor.dtype} {'x'.join(map(str, tensor.shape))}"
