"""Models that the built-in engine refuses, each with one mistake, and what it says of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from support.small_models import hybrid
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec

__all__ = ["REFUSED", "accepted_relatives", "several_problems"]

_FC = "FULLY_CONNECTED (operator 0): "
_SOFTMAX = "SOFTMAX (operator 0): "
_QUANTIZE = "QUANTIZE (operator 0): "
_DEQUANTIZE = "DEQUANTIZE (operator 0): "
_NAN = float("nan")


def t(
    name: str, shape: tuple[int, ...], dtype: str = "int8", scale: float = 0.1, **more: object
) -> TensorSpec:
    scales = () if dtype in {"float32", "int32"} else (scale,)
    return TensorSpec(name, shape, dtype, **{"scales": scales, **more})  # type: ignore[arg-type]


X, Y = t("x", (1, 4)), t("y", (1, 3))
W = t("w", (3, 4), data=np.ones((3, 4)))
B = TensorSpec("b", (3,), "int32", data=np.ones(3), scales=(0.01,))
FX, FY, FW = (
    t("x", (1, 4), "float32"),
    t("y", (1, 3), "float32"),
    t("w", (3, 4), "float32", data=np.ones((3, 4))),
)


def dense(*tensors: TensorSpec, **options: object) -> ModelSpec:
    """One FULLY_CONNECTED of the given tensors: input, weights, perhaps bias, output."""
    names = [tensor.name for tensor in tensors]
    operator = OperatorSpec("FULLY_CONNECTED", names[:-1], names[-1:], options)  # type: ignore[arg-type]
    return ModelSpec(tensors, [operator], names[:1], names[-1:])


def one(name: str, source: TensorSpec, target: TensorSpec, **options: object) -> ModelSpec:
    operator = OperatorSpec(name, ["x"], ["y"], options)  # type: ignore[arg-type]
    return ModelSpec([source, target], [operator], ["x"], ["y"])


REFUSED = {
    "weights computed": (
        ModelSpec(
            [X, t("w", (3, 4)), Y],
            [OperatorSpec("FULLY_CONNECTED", ["x", "w"], ["y"])],
            ["x", "w"],
            ["y"],
        ),
        _FC + "weights and bias must be constants",
    ),
    "bias computed": (
        ModelSpec(
            [X, W, t("b", (3,), "int32"), Y],
            [OperatorSpec("FULLY_CONNECTED", ["x", "w", "b"], ["y"])],
            ["x", "b"],
            ["y"],
        ),
        _FC + "weights and bias must be constants",
    ),
    "weights of rank 3": (dense(X, replace(W, shape=(1, 3, 4)), Y), _FC + "weights of rank 3"),
    "shuffled": (dense(X, W, Y, weights_format="SHUFFLED4x16INT8"), _FC + "shuffled weights"),
    "depth does not fit": (dense(t("x", (1, 5)), W, Y), _FC + "5 inputs do not fit weights of 3 x 4"),
    "outputs do not fit": (dense(X, W, t("y", (1, 4))), _FC + "4 outputs instead of 3"),
    "bias does not fit": (
        dense(X, W, replace(B, shape=(4,), data=np.ones(4)), Y),
        _FC + "a bias of 4 elements for 3 rows",
    ),
    "int16 activations": (
        dense(t("x", (1, 4), "int16"), W, t("y", (1, 3), "int16")),
        _FC + "types int16 x int8 to int16",
    ),
    "int8 to int32": (dense(X, W, t("y", (1, 3), "int32")), _FC + "types int8 x int8 to int32"),
    "uint8": (
        dense(t("x", (1, 4), "uint8"), replace(W, dtype="uint8"), t("y", (1, 3), "uint8")),
        _FC + "types uint8 x uint8 to uint8",
    ),
    "int4 weights": (dense(X, replace(W, dtype="int4"), Y), _FC + "types int8 x int4 to int8"),
    "fused tanh": (dense(X, W, Y, fused_activation_function="TANH"), _FC + "the fused activation TANH"),
    "fused tanh, float": (
        dense(FX, FW, FY, fused_activation_function="TANH"),
        _FC + "the fused activation TANH",
    ),
    "float bias of int32": (dense(FX, FW, replace(B, scales=()), FY), _FC + "a bias of type int32"),
    "int8 bias of float32": (
        dense(X, W, TensorSpec("b", (3,), data=np.ones(3)), Y),
        _FC + "a bias of type float32",
    ),
    "input not quantized": (
        dense(replace(X, scales=()), W, Y),
        _FC + "the input 'x' has no quantization",
    ),
    "weights not quantized": (
        dense(X, replace(W, scales=()), Y),
        _FC + "the weights 'w' have no quantization",
    ),
    "output not quantized": (
        dense(X, W, replace(Y, scales=())),
        _FC + "the output 'y' has no quantization",
    ),
    "input per channel": (
        dense(replace(X, scales=(0.1,) * 4, axis=1), W, Y),
        _FC + "the input 'x' is quantized per channel",
    ),
    "output per channel": (
        dense(X, W, replace(Y, scales=(0.1,) * 3, axis=1)),
        _FC + "the output 'y' is quantized per channel",
    ),
    "scale 0": (dense(X, W, replace(Y, scales=(0.0,))), _FC + "the output 'y' has the scale 0.0"),
    "weights along depth": (
        dense(X, replace(W, scales=(0.1,) * 4, axis=1), Y),
        _FC + "weight scales along dimension 1",
    ),
    "weight zero point": (
        dense(X, replace(W, zero_points=(3,)), Y),
        _FC + "has weights 'w' with a zero point that is not 0",
    ),
    "weight zero points": (
        dense(X, replace(W, scales=(0.1,) * 3, zero_points=(0, 1, 0)), Y),
        _FC + "has 'w', whose zero points per channel are not all 0",
    ),
    "bias scale": (
        dense(X, W, replace(B, scales=(0.0121,)), Y),
        _FC + "the bias has the scale 0.0121, but input",
    ),
    "bias without a scale": (
        dense(X, W, replace(B, scales=()), Y),
        _FC + "the bias has the scale 0, but",
    ),
    "ratio of 2^31": (
        dense(replace(X, scales=(2.0**16,)), replace(W, scales=(2.0**15,)), replace(Y, scales=(1.0,))),
        _FC + "a ratio of scales of 2.14748e+09, beyond 2^31",
    ),
    "tiny scale, fused": (
        dense(
            replace(X, scales=(1e-12,)),
            W,
            replace(Y, scales=(1e-12,)),
            fused_activation_function="RELU6",
        ),
        _FC + "an output scale of 1e-12 with a fused RELU6",
    ),
    "weights that diverged": (
        dense(FX, replace(FW, data=np.full((3, 4), np.inf)), FY),
        _FC + "'w' holds values that are infinite",
    ),
    "bias that diverged": (
        dense(FX, FW, TensorSpec("b", (3,), data=[0, _NAN, 0]), FY),
        _FC + "'b' holds values that are infinite or no numbers",
    ),
    "hybrid": (hybrid(), _FC + "is hybrid: float32 activations with int8 weights"),
    "constant input": (
        ModelSpec(
            [t("c", (1, 4), data=np.ones(4)), W, Y, X, t("z", (1, 4))],
            [
                OperatorSpec("FULLY_CONNECTED", ["c", "w"], ["y"]),
                OperatorSpec("QUANTIZE", ["x"], ["z"]),
            ],
            ["x"],
            ["y", "z"],
        ),
        _FC + "its input 'c' is a constant",
    ),
    "view of a constant": (
        ModelSpec(
            [t("c", (2, 2), data=np.ones((2, 2))), t("v", (1, 4)), W, Y, X],
            [
                OperatorSpec("RESHAPE", ["c"], ["v"], {"new_shape": [1, 4]}),
                OperatorSpec("FULLY_CONNECTED", ["v", "w"], ["y"]),
            ],
            ["x"],
            ["y"],
        ),
        "FULLY_CONNECTED (operator 1): its input 'v' is a constant",
    ),
    "variable": (
        ModelSpec(
            [replace(X, name="s", is_variable=True), W, Y, X],
            [OperatorSpec("FULLY_CONNECTED", ["s", "w"], ["y"])],
            ["x"],
            ["y"],
        ),
        _FC + "its input 's' is a variable",
    ),
    "softmax scale": (
        one("SOFTMAX", t("x", (1, 4)), t("y", (1, 4), scale=0.1), beta=1.0),
        _SOFTMAX + "an int8 output must have the scale 1/256 and the zero point -128",
    ),
    "softmax zero point": (
        one("SOFTMAX", t("x", (1, 4)), t("y", (1, 4), scale=1 / 256, zero_points=(0,)), beta=1.0),
        _SOFTMAX + "an int8 output must have the scale 1/256",
    ),
    "softmax to int16": (
        one("SOFTMAX", t("x", (1, 4)), t("y", (1, 4), "int16"), beta=1.0),
        _SOFTMAX + "types int8 to int16",
    ),
    "softmax of uint8": (
        one("SOFTMAX", t("x", (1, 4), "uint8"), t("y", (1, 4), "uint8"), beta=1.0),
        _SOFTMAX + "types uint8 to uint8",
    ),
    "softmax that is flat": (
        one(
            "SOFTMAX",
            t("x", (1, 4), scale=1e-8),
            t("y", (1, 4), scale=1 / 256, zero_points=(-128,)),
            beta=1.0,
        ),
        _SOFTMAX + "beta * scale = 1e-08 is too small",
    ),
    "softmax of a negative beta": (
        one("SOFTMAX", t("x", (1, 4)), t("y", (1, 4), scale=1 / 256, zero_points=(-128,)), beta=-1.0),
        _SOFTMAX + "beta * scale = -0.1 is too small",
    ),
    "softmax of no beta": (
        one("SOFTMAX", FX, t("y", (1, 4), "float32"), beta=_NAN),
        _SOFTMAX + "beta = nan",
    ),
    "softmax too wide": (
        one(
            "SOFTMAX",
            t("x", (1, 4097)),
            t("y", (1, 4097), scale=1 / 256, zero_points=(-128,)),
            beta=1.0,
        ),
        _SOFTMAX + "4,097 classes: the fixed-point sum holds 4,096",
    ),
    "softmax shapes": (
        one("SOFTMAX", t("x", (1, 4)), t("y", (4, 1), scale=1 / 256, zero_points=(-128,)), beta=1.0),
        _SOFTMAX + "shapes (1, 4) and (4, 1)",
    ),
    "float32 to uint8": (
        one("QUANTIZE", FX, t("y", (1, 4), "uint8")),
        _QUANTIZE + "types float32 to uint8: TFLM has no",
    ),
    "float32 to int16": (
        one("QUANTIZE", FX, t("y", (1, 4), "int16")),
        _QUANTIZE + "types float32 to int16",
    ),
    "int16 to int8": (
        one("QUANTIZE", t("x", (1, 4), "int16"), t("y", (1, 4))),
        _QUANTIZE + "types int16 to int8",
    ),
    "uint8 to uint8": (
        one("QUANTIZE", t("x", (1, 4), "uint8"), t("y", (1, 4), "uint8")),
        _QUANTIZE + "types uint8 to uint8",
    ),
    "quantize elements": (one("QUANTIZE", X, t("y", (1, 5))), _QUANTIZE + "4 elements in, 5 out"),
    "quantize per channel": (
        one("QUANTIZE", FX, replace(t("y", (1, 4)), scales=(0.1,) * 4, axis=1)),
        _QUANTIZE + "the output 'y' is quantized per channel",
    ),
    "quantize ratio": (
        one("QUANTIZE", t("x", (1, 4), scale=1e6), t("y", (1, 4), scale=1e-6)),
        _QUANTIZE + "a ratio of scales",
    ),
    "dequantize int16": (
        one("DEQUANTIZE", t("x", (1, 4), "int16"), t("y", (1, 4), "float32")),
        _DEQUANTIZE + "types int16 to float32",
    ),
    "dequantize elements": (
        one("DEQUANTIZE", X, t("y", (1, 3), "float32")),
        _DEQUANTIZE + "4 elements in, 3 out",
    ),
    "dequantize float16": (
        one("DEQUANTIZE", TensorSpec("x", (1, 4), "float16"), t("y", (1, 4), "float32")),
        _DEQUANTIZE + "reads or writes float16 tensors",
    ),
    "unknown operator": (
        one("ELU", FX, t("y", (1, 4), "float32")),
        "ELU (operator 0): is not among the operators",
    ),
    "custom operator": (
        ModelSpec([FX, FY], [OperatorSpec("Mystery", ["x"], ["y"], custom=True)], ["x"], ["y"]),
        "Mystery (operator 0): is a custom operator",
    ),
    "custom operator in disguise": (
        ModelSpec([FX, FY], [OperatorSpec("SOFTMAX", ["x"], ["y"], custom=True)], ["x"], ["y"]),
        "SOFTMAX (operator 0): is a custom operator",
    ),
    "constant output": (
        ModelSpec(
            [X, t("c", (1, 4), data=np.ones(4)), t("y", (4,)), t("z", (1, 4))],
            [
                OperatorSpec("RESHAPE", ["c"], ["y"], {"new_shape": [4]}),
                OperatorSpec("QUANTIZE", ["x"], ["z"]),
            ],
            ["x"],
            ["y", "z"],
        ),
        "output 'y': it is a constant under another shape",
    ),
    "output that is the input": (
        ModelSpec([X, t("y", (1, 4))], [OperatorSpec("QUANTIZE", ["x"], ["y"])], ["x"], ["y", "x"]),
        "output 'x': no operator computes it",
    ),
    "output listed twice": (
        ModelSpec([X, t("y", (1, 4))], [OperatorSpec("QUANTIZE", ["x"], ["y"])], ["x"], ["y", "y"]),
        "small: two outputs share their memory",
    ),
    "int32 output": (
        ModelSpec(
            [t("x", (1, 4), "int32"), t("y", (4,), "int32")],
            [OperatorSpec("ABS", ["x"], ["y"])],
            ["x"],
            ["y"],
        ),
        "input 'x': type int32, not int8, uint8 or float32",
    ),
    "no input": (
        ModelSpec(
            [t("c", (1, 4), data=np.ones(4)), t("y", (1, 4))],
            [OperatorSpec("QUANTIZE", ["c"], ["y"])],
            [],
            ["y"],
        ),
        "small: the network has no input",
    ),
    "no output": (
        ModelSpec([X, t("y", (1, 4))], [OperatorSpec("QUANTIZE", ["x"], ["y"])], ["x"], []),
        "small: the network has no output",
    ),
    "input listed twice": (
        ModelSpec([X, t("y", (1, 4))], [OperatorSpec("QUANTIZE", ["x"], ["y"])], ["x", "x"], ["y"]),
        "small: a tensor is listed twice among the inputs",
    ),
    "empty input": (
        ModelSpec(
            [t("x", (0, 4)), t("y", (0, 4))], [OperatorSpec("QUANTIZE", ["x"], ["y"])], ["x"], ["y"]
        ),
        "input 'x': no element, shape [0, 4]",
    ),
}


def accepted_relatives() -> list[ModelSpec]:
    """Models of which the refused ones differ in one thing."""
    return [
        dense(X, W, B, Y),
        dense(X, W, Y),
        dense(FX, FW, FY),
        # 0.0015 / 0.1: within TFLM's limit of 0.02 output scales
        dense(X, W, replace(B, scales=(0.0115,)), Y),
    ]


def several_problems() -> ModelSpec:
    """A fused tanh, an ELU, and hybrid weights."""
    return ModelSpec(
        [
            FX,
            FW,
            t("h", (1, 3), "float32"),
            t("r", (1, 3), "float32"),
            replace(W, name="w2", shape=(3, 3), data=np.ones((3, 3))),
            FY,
        ],
        [
            OperatorSpec("FULLY_CONNECTED", ["x", "w"], ["h"], {"fused_activation_function": "TANH"}),
            OperatorSpec("ELU", ["h"], ["r"]),
            OperatorSpec("FULLY_CONNECTED", ["r", "w2"], ["y"]),
        ],
        ["x"],
        ["y"],
    )
