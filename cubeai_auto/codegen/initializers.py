"""The parameters of a layer as a C struct with designated initializers."""

from __future__ import annotations

from collections.abc import Mapping

from cubeai_auto.codegen.constants import Constant, Role
from cubeai_auto.codegen.layers import (
    Affine,
    DenseF32,
    DenseS8,
    LayerBody,
    Rescale8,
    SoftmaxF32,
    SoftmaxS8,
)
from cubeai_auto.codegen.literals import c_float, c_int

__all__ = ["fields_of", "struct_of"]

_DENSE_S8_ARRAYS: tuple[Role, ...] = ("weights", "bias", "multiplier", "shift")


def struct_of(body: LayerBody) -> str:
    """The C type of the layer's parameters."""
    match body:
        case DenseS8():
            return "cai_dense_s8_layer"
        case DenseF32():
            return "cai_dense_f32_layer"
        case SoftmaxS8():
            return "cai_softmax_s8_layer"
        case SoftmaxF32():
            return "cai_softmax_f32_layer"
        case Affine():
            return "cai_affine_layer"
        case Rescale8():
            return "cai_rescale_8_layer"


def fields_of(body: LayerBody, constants: Mapping[Role, Constant]) -> list[tuple[str, str]]:
    """The designated initializers of that struct: member and C expression."""
    match body:
        case DenseS8():
            rows, depth = body.weights.shape
            return [
                *((role, constants[role].symbol) for role in _DENSE_S8_ARRAYS),
                ("batches", f"{body.batches}u"),
                ("rows", f"{rows}u"),
                ("depth", f"{depth}u"),
                ("per_channel", str(int(body.multiplier.size > 1))),
                ("zero_point", str(body.output_zero_point)),
                ("clamp_low", str(body.clamp_low)),
                ("clamp_high", str(body.clamp_high)),
            ]
        case DenseF32():
            rows, depth = body.weights.shape
            return [
                ("weights", constants["weights"].symbol),
                ("bias", constants["bias"].symbol if "bias" in constants else "NULL"),
                ("batches", f"{body.batches}u"),
                ("rows", f"{rows}u"),
                ("depth", f"{depth}u"),
                ("clamp_low", c_float(body.clamp_low)),
                ("clamp_high", c_float(body.clamp_high)),
            ]
        case SoftmaxS8():
            return [
                ("rows", f"{body.rows}u"),
                ("depth", f"{body.depth}u"),
                ("multiplier", c_int(body.multiplier)),
                ("shift", c_int(body.shift)),
                ("diff_min", c_int(body.diff_min)),
            ]
        case SoftmaxF32():
            return [
                ("rows", f"{body.rows}u"),
                ("depth", f"{body.depth}u"),
                ("beta", c_float(body.beta)),
            ]
        case Affine():
            return [
                ("count", f"{body.count}u"),
                ("scale", c_float(body.scale)),
                ("zero_point", str(body.zero_point)),
            ]
        case Rescale8():
            return [
                ("count", f"{body.count}u"),
                ("multiplier", c_int(body.multiplier)),
                ("shift", str(body.shift)),
                ("input_zero_point", str(body.input_zero_point)),
                ("output_zero_point", str(body.output_zero_point)),
                ("input_flip", "0" if body.input_unsigned else "0x80"),
                ("output_flip", "0" if body.output_unsigned else "0x80"),
            ]
