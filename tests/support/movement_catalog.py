"""Edge cases of operators that move elements."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from support.tflite_builder import OperatorSpec, TensorSpec
from support.wide_cases import Options, WideCase, one_operator, stored_vectors

__all__ = ["copies", "movement_cases"]

_AFFINE = (0.05, -3)


def tensor(
    name: str, shape: Sequence[int], dtype: str, data: npt.ArrayLike | None = None
) -> TensorSpec:
    """A tensor; all int8 ones are quantized alike."""
    if dtype != "int8":
        return TensorSpec(name, shape, dtype, data)
    return TensorSpec(name, shape, dtype, data, scales=_AFFINE[:1], zero_points=_AFFINE[1:])


def indices(name: str, values: Sequence[int] | npt.ArrayLike) -> TensorSpec:
    """A constant of whole numbers."""
    array = np.asarray(values)
    return TensorSpec(name, array.shape, "int32", array)


def _concatenations(dtype: str) -> list[WideCase]:
    cases = []
    for k, (axis, shapes) in enumerate(
        (
            (-1, ((1, 3, 4, 5), (1, 3, 4, 2))),
            (3, ((1, 3, 4, 1), (1, 3, 4, 1), (1, 3, 4, 1))),
            (1, ((1, 3, 4), (1, 1, 4), (1, 2, 4))),
            (-3, ((1, 2, 2, 3), (1, 2, 2, 3))),
            (0, ((2, 3), (1, 3))),
            (0, ((5,), (4,), (1,))),
            (2, ((1, 2, 9, 3), (1, 2, 1, 3))),
        )
    ):
        rank = len(shapes[0])
        total = list(shapes[0])
        total[axis] = sum(shape[axis] for shape in shapes)
        inputs = [tensor(f"x{n}", shape, dtype) for n, shape in enumerate(shapes)]
        target = tensor("y", total, dtype)
        cases.append(one_operator(f"concat_{k}", "CONCATENATION", inputs, [target], {"axis": axis}))
        rng = np.random.default_rng(k)
        inputs[1] = tensor("x1", shapes[1], dtype, rng.integers(-100, 100, shapes[1]))
        name = f"concat_{k}_constant"
        cases.append(one_operator(name, "CONCATENATION", inputs, [target], {"axis": axis % rank}))
    twice = [tensor("x", (1, 2, 3), dtype)] * 2
    cases.append(
        one_operator(
            "concat_twice", "CONCATENATION", twice, [tensor("y", (1, 2, 6), dtype)], {"axis": 2}
        )
    )
    for axis in (0, 1, 2, 3, -1, -4):
        shape = [2, 3, 4]
        shape.insert(axis % 4, 3)
        cases.append(
            one_operator(
                f"pack_{axis}",
                "PACK",
                [tensor(f"x{n}", (2, 3, 4), dtype) for n in range(3)],
                [tensor("y", shape, dtype)],
                {"axis": axis, "values_count": 3},
            )
        )
    return cases


def _paddings(dtype: str) -> list[WideCase]:
    cases = []
    for k, (shape, paddings) in enumerate(
        (
            ((1, 4, 5, 3), ((0, 0), (1, 1), (1, 1), (0, 0))),
            ((1, 4, 5, 3), ((0, 0), (0, 2), (3, 0), (0, 0))),
            ((1, 4, 5, 3), ((1, 2), (0, 1), (2, 1), (3, 4))),
            ((1, 4, 5, 3), ((0, 0), (0, 0), (0, 0), (1, 0))),
            ((1, 4, 5, 3), ((0, 0), (2, 1), (0, 0), (0, 0))),
            ((1, 4, 5, 1), ((0, 0), (0, 0), (0, 0), (0, 0))),
            ((1, 7), ((0, 0), (3, 2))),
            ((1, 1, 1), ((0, 0), (0, 1), (2, 0))),
            ((3,), ((1, 1),)),
            ((2, 1, 3, 2, 2), ((1, 0), (0, 1), (1, 1), (0, 2), (1, 0))),
        )
    ):
        made = [size + sum(pair) for size, pair in zip(shape, paddings, strict=True)]
        inputs = [tensor("x", shape, dtype), indices("p", paddings)]
        target = tensor("y", made, dtype)
        cases.append(one_operator(f"pad_{k}", "PAD", inputs, [target]))
        value = tensor("v", (), dtype, 77 if dtype == "int8" else -1.7)
        cases.append(one_operator(f"padv2_{k}", "PADV2", [*inputs, value], [target]))
    return cases


def _slices(dtype: str) -> list[WideCase]:
    cases = []
    x = tensor("x", (1, 6, 8, 3), dtype)
    for k, (begin, size) in enumerate(
        (
            ((0, 0, 0, 0), (1, 6, 8, 3)),
            ((0, 2, 3, 1), (1, 3, 4, 2)),
            ((0, 0, 0, 2), (-1, -1, -1, 1)),
            ((0, 5, 0, 0), (1, 1, 8, 3)),
        )
    ):
        made = [n - b if s == -1 else s for n, b, s in zip(x.shape, begin, size, strict=True)]
        inputs = [x, indices("b", begin), indices("s", size)]
        cases.append(one_operator(f"slice_{k}", "SLICE", inputs, [tensor("y", made, dtype)]))
    for k, (begin, end, strides, masks) in enumerate(
        (
            ((0, 1, 2, 0), (1, 5, 7, 3), (1, 1, 1, 1), {}),
            ((0, 0, 0, 0), (1, 6, 8, 3), (1, 2, 3, 2), {}),
            ((0, -1, -2, 2), (1, -7, 0, -9), (1, -1, -2, -1), {}),
            ((0, 5, 7, 2), (0, 0, 0, 0), (1, -2, -3, -1), {"end_mask": 15}),
            ((9, 9, 9, 9), (1, 4, 6, 2), (1, 1, 1, 1), {"begin_mask": 15}),
            ((0, -4, 1, 0), (1, -1, 100, 3), (1, 1, 2, 1), {}),
            ((0, 3, 2, 0), (1, 4, 0, 3), (1, 1, 1, 1), {"shrink_axis_mask": 2, "end_mask": 4}),
            ((0, -1, 2, -1), (0, 0, 8, 0), (1, 1, 5, 1), {"shrink_axis_mask": 11}),
            ((0, 2, 0, 1), (1, 6, 8, 2), (1, 3, 1, 1), {"shrink_axis_mask": 8, "begin_mask": 6}),
        )
    ):
        made = _strided_shape(x.shape, begin, end, strides, masks)
        inputs = [x, indices("b", begin), indices("e", end), indices("s", strides)]
        target = tensor("y", made, dtype)
        cases.append(one_operator(f"strided_{k}", "STRIDED_SLICE", inputs, [target], masks))
    flat = tensor("x", (30,), dtype)
    inputs = [flat, indices("b", [-1]), indices("e", [-31]), indices("s", [-1])]
    cases.append(one_operator("reversed", "STRIDED_SLICE", inputs, [tensor("y", (30,), dtype)], {}))
    return cases


def _strided_shape(
    shape: Sequence[int],
    begin: Sequence[int],
    end: Sequence[int],
    strides: Sequence[int],
    masks: Options,
) -> list[int]:
    """The shape by numpy's own slicing."""

    def has(name: str, axis: int) -> bool:
        found = masks.get(f"{name}_mask", 0)
        assert isinstance(found, int)
        return bool(found >> axis & 1)

    selection: list[int | slice] = []
    for axis in range(len(shape)):
        first = None if has("begin", axis) else begin[axis]
        last = None if has("end", axis) else end[axis]
        selection.append(first or 0 if has("shrink_axis", axis) else slice(first, last, strides[axis]))
    return list(np.empty(tuple(shape))[tuple(selection)].shape)


def _splits(dtype: str) -> list[WideCase]:
    cases = []
    for axis, count in ((0, 2), (1, 3), (2, 2), (3, 3), (-1, 3), (-3, 1)):
        shape = [2, 3, 4, 3]
        shape[axis] //= count
        targets = [tensor(f"y{n}", shape, dtype) for n in range(count)]
        inputs = [indices("axis", axis), tensor("x", (2, 3, 4, 3), dtype)]
        options = {"num_splits": count}
        cases.append(one_operator(f"split_{axis}", "SPLIT", inputs, targets, options))
    for k, (axis, sizes) in enumerate(((1, (1, 4, 2)), (-1, (3, -1)), (2, (5, 1)))):
        whole = (1, 7, 6, 5)
        given = [whole[axis] - sum(s for s in sizes if s > 0) if s < 0 else s for s in sizes]
        targets = []
        for n, size in enumerate(given):
            shape = list(whole)
            shape[axis] = size
            targets.append(tensor(f"y{n}", shape, dtype))
        inputs = [tensor("x", whole, dtype), indices("sizes", sizes), indices("axis", axis)]
        cases.append(
            one_operator(f"split_v_{k}", "SPLIT_V", inputs, targets, {"num_splits": len(sizes)})
        )
    for axis in (0, 1, 2, -1):
        shape = [3, 4, 2]
        count = shape.pop(axis)
        targets = [tensor(f"y{n}", shape, dtype) for n in range(count)]
        options = {"axis": axis, "num": count}
        cases.append(
            one_operator(f"unpack_{axis}", "UNPACK", [tensor("x", (3, 4, 2), dtype)], targets, options)
        )
    return cases


def _transpositions(dtype: str) -> list[WideCase]:
    cases = []
    for shape, order in (
        ((3, 5), (1, 0)),
        ((1, 4, 5, 3), (0, 3, 1, 2)),
        ((1, 4, 5, 3), (0, 2, 1, 3)),
        ((1, 4, 5, 3), (2, 3, 0, 1)),
        ((1, 4, 1, 3), (0, 2, 1, 3)),
        ((2, 3, 4), (2, 1, 0)),
        ((2, 3, 2, 4, 3), (4, 2, 0, 3, 1)),
        ((2, 3, 2, 4, 3), (0, 3, 4, 1, 2)),
    ):
        name = "transpose_" + "x".join(map(str, shape)) + "_" + "".join(map(str, order))
        inputs = [tensor("x", shape, dtype), indices("p", order)]
        target = tensor("y", [shape[axis] for axis in order], dtype)
        cases.append(one_operator(name, "TRANSPOSE", inputs, [target]))
    return cases


def _resizes(dtype: str) -> list[WideCase]:
    cases = []
    for k, (shape, size) in enumerate(
        (
            ((1, 4, 5, 3), (8, 10)),
            ((1, 4, 5, 1), (7, 3)),
            ((2, 3, 3, 4), (3, 9)),
            ((1, 1, 1, 2), (3, 2)),
            ((1, 7, 9, 2), (1, 1)),
            ((1, 10, 13, 1), (29, 31)),
            ((1, 6, 8, 1), (47, 41)),  # an index changes if places are computed in float64
        )
    ):
        for corners, centers in ((False, False), (True, False), (False, True)):
            cases.append(
                one_operator(
                    f"resize_{k}_{int(corners)}{int(centers)}",
                    "RESIZE_NEAREST_NEIGHBOR",
                    [tensor("x", shape, dtype), indices("s", size)],
                    [tensor("y", (shape[0], *size, shape[3]), dtype)],
                    {"align_corners": corners, "half_pixel_centers": centers},
                )
            )
    return cases


def movement_cases(dtype: str) -> list[WideCase]:
    """All operators that move elements, of int8 or float32."""
    return [
        *_concatenations(dtype),
        *_paddings(dtype),
        *_slices(dtype),
        *_splits(dtype),
        *_transpositions(dtype),
        *_resizes(dtype),
        *copies(dtype),
    ]


def copies(dtype: str) -> list[WideCase]:
    """Outputs that are views of inputs or of each other."""
    rng = np.random.default_rng(8)
    vectors = stored_vectors(rng, (1, 2, 6))
    given = {"x": vectors if dtype == "int8" else vectors.astype(np.float32)}

    def reshape(source: str, target: str, shape: Sequence[int]) -> OperatorSpec:
        return OperatorSpec("RESHAPE", [source, f"s_{target}"], [target], {"new_shape": list(shape)})

    shapes = {"y": (1, 12), "z": (3, 4), "w": (1, 4, 3)}
    views = [tensor(name, shape, dtype) for name, shape in shapes.items()]
    targets = [indices(f"s_{name}", shape) for name, shape in shapes.items()]
    x = tensor("x", (1, 2, 6), dtype)
    return [
        WideCase("copy", (x, views[0], targets[0]), (reshape("x", "y", (1, 12)),), given, ("y",)),
        WideCase(
            "copy_of_copy",
            (x, *views, *targets),
            (reshape("x", "y", (1, 12)), reshape("y", "z", (3, 4)), reshape("z", "w", (1, 4, 3))),
            given,
            ("w", "y"),
        ),
        WideCase(
            "copies_of_a_result",
            (
                x,
                tensor("h", (1, 2, 6), dtype),
                *views,
                *targets,
                indices("p", [[0, 0], [0, 0], [0, 0]]),
            ),
            (
                OperatorSpec("PAD", ["x", "p"], ["h"]),
                reshape("h", "y", (1, 12)),
                reshape("h", "z", (3, 4)),
                reshape("z", "w", (1, 4, 3)),
            ),
            given,
            ("y", "w", "h"),
        ),
    ]
