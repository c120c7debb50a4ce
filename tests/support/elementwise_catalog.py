"""Edge cases of elementwise operators."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from support.engine_cases import VECTORS
from support.tflite_builder import TensorSpec
from support.wide_cases import Options, WideCase, one_operator

__all__ = [
    "activation_cases",
    "activation_f32_cases",
    "binary_f32_cases",
    "broadcast_cases",
    "int8",
    "pair_case",
    "product_cases",
    "sum_cases",
]

Affine = tuple[float, int]
_SAME = (0.0531127, 3)
_PAIRS = np.stack(np.meshgrid(np.arange(-128, 128), np.arange(-128, 128), indexing="ij")).reshape(2, -1)


# Found by search: input scale and zero point, and output scale, for which some of the 256 values
# change if a ratio of scales is computed in float32.
_FLOAT32_QUOTIENTS = (
    ((0.29869508743286133, -17), 0.7033104300498962),
    ((0.26268842816352844, -58), 0.4637404680252075),
    ((0.13769090175628662, -108), 0.22054386138916016),
    ((0.07945187389850616, -72), 0.083809994161129),
)
_FLOAT32_SLOPES = (
    ((0.10368054360151291, 100), 0.07666076719760895),
    ((0.01611185260117054, 100), 0.01372844260185957),
    ((0.11928759515285492, 100), 0.25692713260650635),
)
_FLOAT32_SWISHES = (
    ((0.14259816706180573, -106), 0.15238498151302338),
    ((0.06862170249223709, -27), 0.08454480767250061),
    ((0.17042729258537292, -14), 0.09303726255893707),
)


def int8(
    name: str, shape: Sequence[int], affine: Affine, data: npt.ArrayLike | None = None
) -> TensorSpec:
    """An int8 tensor of one scale and zero point."""
    return TensorSpec(name, shape, "int8", data, scales=affine[:1], zero_points=affine[1:])


def pair_case(
    name: str,
    operator: str,
    first: Affine,
    second: Affine,
    made: Affine,
    *,
    activation: str = "NONE",
) -> WideCase:
    """An operation on all 65,536 pairs of stored values."""
    width = -(-_PAIRS.shape[1] // VECTORS)
    pairs = np.zeros((2, VECTORS * width), np.int8)
    pairs[:, : _PAIRS.shape[1]] = _PAIRS
    one, two = pairs.reshape(2, VECTORS, 1, width)
    return one_operator(
        name,
        operator,
        [int8("a", (1, width), first), int8("b", (1, width), second)],
        [int8("y", (1, width), made)],
        _fused(operator, activation),
        {"a": one, "b": two},
    )


def _fused(operator: str, activation: str) -> Options:
    return {"fused_activation_function": activation} if operator in {"ADD", "SUB", "MUL"} else {}


def _broadcasts(operator: str, dtype: str) -> list[WideCase]:
    """Shapes that are broadcast: activations with each other, and constants on either side."""
    rng = np.random.default_rng(9)
    cases = []
    for k, (first, second) in enumerate(
        (
            ((1, 5, 6, 3), (1, 5, 6, 3)),
            ((1, 5, 6, 3), (1, 1, 1, 3)),
            ((1, 5, 6, 8), (8,)),
            ((1, 5, 6, 3), (1, 5, 6, 1)),
            ((1, 5, 6, 3), (1, 1, 6, 1)),
            ((1, 5, 1, 3), (1, 1, 6, 1)),
            ((1, 5, 6, 3), (1,)),
            ((1, 5, 6, 3), ()),
            ((1, 1), (1, 7)),
            ((3,), (1, 5, 6, 3)),
            ((1, 2, 3, 2, 5), (3, 1, 5)),
            ((1, 2, 1, 3, 1, 4), (1, 1, 5, 1, 2, 1)),
            ((2, 3, 4), (2, 1, 4)),
        )
    ):
        shape = np.broadcast_shapes(first, second)
        for constant in ("", "a", "b"):
            tensors = []
            for label, given in (("a", first), ("b", second)):
                fixed = None
                if label == constant:
                    fixed = rng.integers(-128, 128, given)
                if label == constant and dtype == "float32":
                    fixed = rng.standard_normal(given)
                affine = (0.0313579, 5) if label == "a" else (0.0471113, -11)
                if operator in {"MAXIMUM", "MINIMUM"}:
                    affine = _SAME
                tensors.append(
                    int8(label, given, affine, fixed)
                    if dtype == "int8"
                    else TensorSpec(label, given, data=fixed)
                )
            if (operator == "PRELU" and constant != "b") or (not constant and () in (first, second)):
                continue  # slopes are constants; a scalar is no network input
            made = {"MUL": (0.0218731, 3), "PRELU": (0.0413377, 3)}.get(operator, (0.0612347, 3))
            if operator in {"MAXIMUM", "MINIMUM"}:
                made = _SAME
            target = int8("y", shape, made) if dtype == "int8" else TensorSpec("y", shape)
            cases.append(
                one_operator(
                    f"{operator.lower()}_{k}{constant}",
                    operator,
                    tensors,
                    [target],
                    _fused(operator, "NONE"),
                )
            )
    return cases


def sum_cases() -> list[WideCase]:
    """ADD and SUB of int8, over all pairs of values."""
    cases = []
    for operator in ("ADD", "SUB"):
        for k, (first, second, made) in enumerate(
            (
                ((0.0531127, 3), (0.0713379, -9), (0.0917433, 1)),
                ((0.05, -128), (0.05, 127), (0.1, 0)),  # halves
                ((0.5, 0), (0.25, 0), (1.0, 0)),  # quarters
                ((0.05, 0), (0.05, 0), (0.05, 0)),
                ((0.1, 127), (0.0001, 5), (0.1, -128)),
                ((0.003, -100), (0.9, 50), (0.4, 20)),
                ((0.7, 10), (0.6, -10), (0.011, 4)),
                ((0.3, 10), (0.3, -10), (3.1e5, 4)),
                ((1e-9, 0), (1.0, 0), (1.0, 0)),
                ((1.0, 7), (0.9, 3), (0.12, 3)),
                ((1.0, 7), (0.9, 3), (0.05, 3)),  # the factors of the fast kernel would not fit
                ((0.1, 0), (0.3, 0), (0.2, 0)),
                # found by search: outputs change if the ratio of the smaller scale is a float32
                ((0.07762942463159561, -7), (0.046970054507255554, 122), (0.09065769612789154, -94)),
                ((0.04202850162982941, 95), (0.07935686409473419, 52), (0.06925515830516815, 34)),
            )
        ):
            cases.append(pair_case(f"{operator.lower()}_pairs_{k}", operator, first, second, made))
        cases += [
            pair_case(
                f"{operator.lower()}_{name.lower()}",
                operator,
                (0.0531127, 3),
                (0.0713379, -9),
                (0.0617433, -7),
                activation=name,
            )
            for name in ("RELU", "RELU6", "RELU_N1_TO_1")
        ]
    return cases


def product_cases() -> list[WideCase]:
    """MUL, PRELU, MAXIMUM and MINIMUM of int8, over all pairs of values."""
    cases = []
    for k, (first, second, made) in enumerate(
        (
            ((0.05, 3), (0.07, -9), (0.3, 1)),
            ((0.05, -128), (0.05, 127), (0.61, 0)),
            ((0.5, 0), (0.5, 0), (0.5, 0)),  # halves
            ((0.5, -128), (0.25, 127), (16.0, 127)),
            ((1.0, 3), (1.0, 5), (0.9, 7)),  # a shift to the left
            ((100.0, -128), (100.0, 127), (1.0, 7)),
            ((3e4, -128), (2e4, -128), (0.5, 0)),  # a shift that wraps
            ((1e-9, 3), (1e-9, 5), (1.0, 7)),  # a multiplier of 0
            ((1.5, 3), (1e-8, 5), (1.0, 7)),
            ((0.0131, -3), (0.0039, -128), (0.0091, -27)),
            # found by search: outputs change if the ratio is a float32
            ((0.06772325932979584, -128), (0.026692207902669907, 127), (0.14462366700172424, 0)),
        )
    ):
        cases.append(pair_case(f"mul_pairs_{k}", "MUL", first, second, made))
    cases += [
        pair_case(f"mul_{name.lower()}", "MUL", (0.05, 3), (0.07, -9), (0.1, -7), activation=name)
        for name in ("RELU", "RELU6", "RELU_N1_TO_1")
    ]
    slopes = np.arange(-128, 128)
    values = np.tile(np.arange(-128, 128).astype(np.int8), (VECTORS, 1))
    shifted = np.stack([np.roll(row, 7 * k) for k, row in enumerate(values)])
    for k, (first, second, made) in enumerate(
        (
            ((0.05, 3), (0.01, -9), (0.06, 1)),
            ((0.05, -128), (0.01, 0), (0.04, 1)),
            ((0.5, 127), (0.5, 4), (0.25, 0)),
            ((1.0, 20), (1.0, 0), (0.3, 7)),
            (_FLOAT32_QUOTIENTS[0][0], (0.5, 0), (_FLOAT32_QUOTIENTS[0][1], 0)),
        )
    ):
        tensors = [int8("a", (1, 256), first), int8("b", (1, 256), second, slopes)]
        cases.append(
            one_operator(
                f"prelu_{k}", "PRELU", tensors, [int8("y", (1, 256), made)], None,
                {"a": shifted.reshape(VECTORS, 1, 256)},
            )
        )  # fmt: skip
    for operator in ("MAXIMUM", "MINIMUM"):
        cases.append(pair_case(f"{operator.lower()}_pairs", operator, *[(0.05, 3)] * 3))
    return cases


def broadcast_cases() -> list[WideCase]:
    """The same operators on operands of all kinds of shapes."""
    operators = ("ADD", "SUB", "MUL", "PRELU", "MAXIMUM", "MINIMUM")
    return [case for operator in operators for case in _broadcasts(operator, "int8")]


def binary_f32_cases() -> list[WideCase]:
    """The same operators in float32."""
    operators = ("ADD", "SUB", "MUL", "MAXIMUM", "MINIMUM")
    cases = [case for operator in operators for case in _broadcasts(operator, "float32")]
    cases += [case for case in _broadcasts("PRELU", "float32") if len(case.tensors[0].shape) <= 4]
    return cases + [
        one_operator(
            f"{operator.lower()}_{name.lower()}",
            operator,
            [TensorSpec("a", (1, 9)), TensorSpec("b", (1, 9))],
            [TensorSpec("y", (1, 9))],
            {"fused_activation_function": name},
        )
        for operator in ("ADD", "SUB", "MUL")
        for name in ("RELU", "RELU6", "RELU_N1_TO_1")
    ]


def _all_values(
    name: str, operator: str, given: Affine, made: Affine, options: Options | None = None
) -> WideCase:
    """An operator of one input over all 256 stored values."""
    values = np.tile(np.arange(-128, 128).astype(np.int8), (VECTORS, 1)).reshape(VECTORS, 1, 256)
    return one_operator(
        name,
        operator,
        [int8("x", (1, 256), given)],
        [int8("y", (1, 256), made)],
        options,
        {"x": values},
    )


def activation_cases() -> list[WideCase]:
    """Activations of int8, over all values: many scales, zero points at the ends, ratios above 1."""
    pairs = [
        ((0.05, 3), (0.05, 3)),
        ((0.05, 3), (0.07, -128)),
        ((0.05, 3), (0.02, -128)),
        ((0.1, 127), (0.05, -128)),
        ((0.1, -128), (0.2, 127)),
        ((0.5, -7), (0.25, 11)),
        ((0.25, -7), (0.5, 11)),
        ((1.3, 0), (0.011, 0)),
        ((0.0301, -20), (0.0099, -40)),
    ]
    cases = []
    for k, (given, made) in enumerate(pairs):
        cases += [
            _all_values(f"{operator.lower()}_{k}", operator, given, made)
            for operator in ("RELU", "RELU6", "ABS")
        ]
        cases += [
            _all_values(f"leaky_{k}_{alpha}", "LEAKY_RELU", given, made, {"alpha": alpha})
            for alpha in (0.1, 0.3, 1.7, 0.0)
        ]
    for k, (given, scale) in enumerate(_FLOAT32_QUOTIENTS):
        cases.append(_all_values(f"relu_quotient_{k}", "RELU", given, (scale, 0)))
        cases.append(_all_values(f"abs_quotient_{k}", "ABS", given, (scale, -128)))
    cases += [
        _all_values(f"leaky_quotient_{k}", "LEAKY_RELU", given, (scale, 0), {"alpha": 0.3})
        for k, (given, scale) in enumerate(_FLOAT32_SLOPES)
    ]
    cases += [
        _all_values(f"hard_swish_quotient_{k}", "HARD_SWISH", given, (scale, -100))
        for k, (given, scale) in enumerate(_FLOAT32_SWISHES)
    ]
    cases += [
        _all_values(f"relu6_wide_{k}", "RELU6", given, given)
        for k, given in enumerate(((0.1, 100), (0.01, 0), (0.0234, -128), (6 / 255, -128), (3.0, 5)))
    ]
    rng = np.random.default_rng(5)
    scales = [*np.exp(rng.uniform(np.log(1e-4), np.log(2.0), 30)), 2**-28, 1e-6, 0.0625, 8.0, 64.0, 1e5]
    for k, scale in enumerate(scales):
        zero = int(rng.integers(-128, 128))
        cases.append(_all_values(f"logistic_{k}", "LOGISTIC", (scale, zero), (1 / 256, -128)))
        cases.append(_all_values(f"tanh_{k}", "TANH", (scale, zero), (1 / 128, 0)))
    for k, (given, made) in enumerate(
        (
            ((0.0037653180770576, -2), (0.0013898357283324003, -100)),
            ((0.05, 3), (0.04, -100)),
            ((0.0235, -128), (0.0235, -128)),
            ((0.1, 0), (0.05, -100)),
            ((0.3, 20), (0.2, 5)),
            ((2.0, 20), (2.0, 5)),
            ((0.007, 127), (0.004, 127)),
            ((0.0001, 0), (0.00008, 0)),
            ((0.75, -3), (0.0059, 7)),
            ((10.0, 3), (9.0, 4)),
            ((0.01, 0), (2.0, 4)),
        )
    ):
        cases.append(_all_values(f"hard_swish_{k}", "HARD_SWISH", given, made))
    return cases


def activation_f32_cases() -> list[WideCase]:
    """Activations of float32: bits equal, but for LOGISTIC and TANH."""
    return [
        one_operator(
            name.lower(), name, [TensorSpec("x", (1, 40))], [TensorSpec("y", (1, 40))], options
        )
        for name, options in (
            ("RELU", {}),
            ("RELU6", {}),
            ("LEAKY_RELU", {"alpha": 0.3}),
            ("HARD_SWISH", {}),
            ("ABS", {}),
            ("NEG", {}),
            ("LOGISTIC", {}),
            ("TANH", {}),
        )
    ]
