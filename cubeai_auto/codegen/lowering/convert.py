"""QUANTIZE and DEQUANTIZE: what their kernels rely on, and their constants."""

from __future__ import annotations

from typing import Literal

from cubeai_auto.codegen.layers.convert import Affine, Rescale8
from cubeai_auto.codegen.lowering.context import (
    TYPE_HINT,
    Context,
    Lowered,
    RefusedOperatorError,
    Rules,
    multiplier_of,
    per_tensor,
    same_elements,
)
from cubeai_auto.tflite.support import OperatorSupport

__all__ = ["RULES", "SUPPORTED"]

SUPPORTED = (
    OperatorSupport(
        "QUANTIZE", ("float32 to int8", "int8 to int8", "int8 to uint8", "uint8 to int8"), "per tensor"
    ),
    OperatorSupport("DEQUANTIZE", ("int8 to float32", "uint8 to float32"), "per tensor"),
)


def _quantize(at: Context) -> tuple[Lowered, ...]:
    source, target = at.activation(0), at.output()
    types = source.dtype, target.dtype
    same_elements(source, target)
    if types == ("float32", "int8"):
        produced = per_tensor(target, "output")
        return at.layer(Affine("quantize_f32_s8", source.elements, produced.scale, produced.zero_point))
    if types == ("float32", "uint8"):
        raise RefusedOperatorError(
            "types float32 to uint8: TFLM has no such conversion", hint=TYPE_HINT
        )
    if types not in {("int8", "int8"), ("int8", "uint8"), ("uint8", "int8")}:
        raise RefusedOperatorError(f"types {source.dtype} to {target.dtype}", hint=TYPE_HINT)
    given, produced = per_tensor(source, "input"), per_tensor(target, "output")
    ratio = multiplier_of(given.scale / produced.scale)
    body = Rescale8(
        count=source.elements,
        multiplier=ratio.value,
        shift=ratio.shift,
        input_zero_point=given.zero_point - (128 if source.dtype == "uint8" else 0),
        output_zero_point=produced.zero_point - (128 if target.dtype == "uint8" else 0),
        input_unsigned=source.dtype == "uint8",
        output_unsigned=target.dtype == "uint8",
    )
    return at.layer(body)


def _dequantize(at: Context) -> tuple[Lowered, ...]:
    source, target = at.activation(0), at.output()
    same_elements(source, target)
    if target.dtype != "float32" or source.dtype not in {"int8", "uint8"}:
        raise RefusedOperatorError(f"types {source.dtype} to {target.dtype}", hint=TYPE_HINT)
    given = per_tensor(source, "input")
    conversion: Literal["dequantize_u8_f32", "dequantize_s8_f32"] = (
        "dequantize_u8_f32" if source.dtype == "uint8" else "dequantize_s8_f32"
    )
    return at.layer(Affine(conversion, source.elements, given.scale, given.zero_point))


RULES: Rules = {"QUANTIZE": _quantize, "DEQUANTIZE": _dequantize}
