"""What the templates of the generated files see: a network in C literals, nothing left to decide."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cubeai_auto import __version__
from cubeai_auto.codegen.constants import Constant, Role, constants_of
from cubeai_auto.codegen.contract_header import ContractHeader, contract_header
from cubeai_auto.codegen.initializers import fields_of, struct_of
from cubeai_auto.codegen.layers import DenseS8, Layer
from cubeai_auto.codegen.literals import array_text, c_comment, c_float, c_string
from cubeai_auto.codegen.memory import ALIGNMENT, MemoryPlan
from cubeai_auto.contract import InputContract
from cubeai_auto.files import sha256_bytes
from cubeai_auto.tflite.graph import Graph, Tensor

__all__ = ["EmitOptions", "Page", "build_page"]

_FORMATS = {"int8": "STAI_FORMAT_S8", "uint8": "STAI_FORMAT_U8", "float32": "STAI_FORMAT_FLOAT32"}


@dataclass(frozen=True, slots=True)
class EmitOptions:
    """How the C is written.

    Attributes:
        name: the network's C name.
        optimization: ``time``, ``balanced``, ``ram`` or ``size``; ``size`` does not unroll.
        fast_float: let the compiler fuse float multiplications and additions.
        contract: exported into the header, if known.
    """

    name: str = "network"
    optimization: str = "balanced"
    fast_float: bool = False
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
    layers: tuple[LayerText, ...]
    inputs: tuple[TensorText, ...]
    outputs: tuple[TensorText, ...]
    inputs_inside: bool
    outputs_inside: bool
    overwritten: bool
    contract: ContractHeader | None


def build_page(
    graph: Graph, layers: tuple[Layer, ...], memory: MemoryPlan, macc: int, options: EmitOptions
) -> Page:
    """Everything that the templates need, in C's spelling."""
    constants = [constant for layer in layers for constant in constants_of(options.name, layer)]
    by_layer = {layer.name: {c.role: c for c in constants if c.layer == layer.name} for layer in layers}
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
        constants=tuple(_constant_text(constant) for constant in constants),
        constant_bytes=sum(constant.data.nbytes for constant in constants),
        layers=tuple(_layer_text(graph, layer, by_layer[layer.name], memory) for layer in layers),
        inputs=tuple(tensor_text(index, "INPUTS") for index in graph.inputs),
        outputs=tuple(tensor_text(index, "OUTPUTS") for index in graph.outputs),
        inputs_inside=memory.io_inside,
        outputs_inside=memory.io_inside,
        overwritten=memory.inputs_overwritten,
        contract=None
        if options.contract is None
        else contract_header(options.contract, graph.tensor(graph.inputs[0])),
    )


def _constant_text(constant: Constant) -> ConstantText:
    aligned = constant.role == "weights" and constant.data.dtype.itemsize < ALIGNMENT
    return ConstantText(
        ctype=constant.ctype,
        symbol=constant.symbol,
        elements=constant.data.size,
        comment=f"{constant.layer}: {constant.role}, {constant.comment}",
        attribute=f" __attribute__((aligned({ALIGNMENT})))" if aligned else "",
        text=array_text(constant.data),
    )


def _layer_text(
    graph: Graph, layer: Layer, constants: Mapping[Role, Constant], memory: MemoryPlan
) -> LayerText:
    source, target = graph.tensor(layer.source), graph.tensor(layer.target)
    place_in, place_out = _place(memory, source), _place(memory, target)
    return LayerText(
        name=layer.name,
        comment=_comment(graph, layer),
        struct=struct_of(layer.body),
        fields=tuple(fields_of(layer.body, constants)),
        call=(
            f"{layer.body.kernel}(&{layer.name}, (const void *)({place_in}),\n"
            f"        (void *)({place_out}));"
        ),
        target=place_out,
        target_bytes=target.nbytes,
    )


def _place(memory: MemoryPlan, tensor: Tensor) -> str:
    """The C expression of a tensor's address."""
    kind, position = memory.place(tensor.index)
    if kind == "activations":
        return f"activations + {position}"
    return f"context->{kind}[{position}]"


def _comment(graph: Graph, layer: Layer) -> str:
    source, target = graph.tensor(layer.source), graph.tensor(layer.target)
    shapes = (
        f"{source.dtype} {'x'.join(map(str, source.shape))} -> "
        f"{target.dtype} {'x'.join(map(str, target.shape))}"
    )
    detail = f"; {layer.body.why}" if isinstance(layer.body, DenseS8) else ""
    return c_comment(f"operator {layer.operator}, {shapes}{detail}")
