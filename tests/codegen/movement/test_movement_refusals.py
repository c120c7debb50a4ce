"""Operators that move elements, with shapes and options that make no sense: typed refusals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.movement_catalog import indices, tensor
from support.small_models import graph_of
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec
from support.wide_cases import Options

from cubeai_auto.codegen.golden import evaluate
from cubeai_auto.codegen.lower import lower
from cubeai_auto.errors import UnsupportedModelError

X = tensor("x", (1, 4, 6, 3), "int8")
LARGE = 2**31 - 1


def one(
    operator: str,
    inputs: Sequence[TensorSpec],
    outputs: Sequence[Sequence[int]] = ((1, 4, 6, 3),),
    options: Options | None = None,
) -> ModelSpec:
    """One operator with outputs of these shapes."""
    targets = [tensor(f"y{n}", shape, "int8") for n, shape in enumerate(outputs)]
    names = [target.name for target in targets]
    given = [spec.name for spec in inputs if spec.data is None]
    if options is None:
        options = {"num_splits": len(names)} if operator.startswith("SPLIT") else {}
    return ModelSpec(
        [*inputs, *targets],
        [OperatorSpec(operator, [spec.name for spec in inputs], names, options)],
        given,
        names,
    )


def strided(
    begin: Sequence[int], end: Sequence[int], strides: Sequence[int], **masks: int
) -> ModelSpec:
    inputs = [X, indices("b", begin), indices("e", end), indices("s", strides)]
    return one("STRIDED_SLICE", inputs, options=masks)


ONES, SHAPE, ZEROS = (1, 1, 1, 1), (1, 4, 6, 3), (0, 0, 0, 0)
OTHER = TensorSpec("z", (1, 4, 6, 3), "int8", scales=(0.05,), zero_points=(4,))
FLOAT = TensorSpec("z", (1, 4, 6, 3))

REFUSED = {
    "concat: quantization": (
        one("CONCATENATION", [X, OTHER], [(1, 4, 12, 3)], {"axis": 2}),
        "'z' has the scale 0.05 and the zero point 4, the output 0.05 and -3: TFLM refuses it too",
    ),
    "concat: axis": (
        one("CONCATENATION", [X, X], [(1, 4, 12, 3)], {"axis": 4}),
        "axis 4 of a tensor of rank 4",
    ),
    "concat: negative axis": (
        one("CONCATENATION", [X, X], [(1, 4, 12, 3)], {"axis": -5}),
        "axis -5 of a tensor of rank 4",
    ),
    "concat: huge axis": (
        one("CONCATENATION", [X, X], [(1, 4, 12, 3)], {"axis": LARGE}),
        "axis 2147483647",
    ),
    "concat: shapes": (
        one("CONCATENATION", [X, tensor("z", (1, 4, 5, 3), "int8")], [(2, 4, 6, 3)], {"axis": 0}),
        "'z' of shape [1, 4, 5, 3] does not fit [2, 4, 6, 3]",
    ),
    "concat: ranks": (
        one("CONCATENATION", [X, tensor("z", (4, 6, 3), "int8")], [(2, 4, 6, 3)], {"axis": 0}),
        "'z' of shape [4, 6, 3] does not fit",
    ),
    "concat: output": (
        one("CONCATENATION", [X, X], [(3, 4, 6, 3)], {"axis": 0}),
        "2 elements along axis 0 in, 3 out",
    ),
    "concat: types": (
        one("CONCATENATION", [X, FLOAT], [(2, 4, 6, 3)], {"axis": 0}),
        "types float32 to int8",
    ),
    "concat: fused": (
        one("CONCATENATION", [X, X], [(2, 4, 6, 3)], {"axis": 0, "fused_activation_function": "RELU"}),
        "the fused activation RELU: TFLM refuses it too",
    ),
    "concat: constants": (
        ModelSpec(
            [X, tensor("c", (1, 2), "int8", [[1, 2]]), tensor("y", (2, 2), "int8")],
            [OperatorSpec("CONCATENATION", ["c", "c"], ["y"], {"axis": 0})],
            ["x"],
            ["y"],
        ),
        "all its inputs are constants",
    ),
    "pack: axis": (one("PACK", [X], [(1, 4, 6, 3, 1)], {"axis": 5}), "axis 5 of a tensor of rank 5"),
    "pack: shapes": (
        one("PACK", [X], [(1, 4, 6, 4, 1)], {"axis": 4}),
        "'x' of shape [1, 4, 6, 3] does not fit",
    ),
    "pack: count": (one("PACK", [X, X], [(3, 1, 4, 6, 3)], {"axis": 0}), "2 inputs for 3"),
    "pad: negative": (
        one("PAD", [X, indices("p", ((0, 0), (-1, 1), (0, 0), (0, 0)))]),
        "negative paddings",
    ),
    "pad: huge": (
        one("PAD", [X, indices("p", ((0, 0), (LARGE, LARGE), (0, 0), (0, 0)))]),
        "an output of shape [1, 4, 6, 3] instead of [1, 4294967298, 6, 3]",
    ),
    "pad: count": (one("PAD", [X, indices("p", ((0, 0), (1, 1)))]), "4 paddings for 4 dimensions"),
    "pad: computed": (
        one("PAD", [X, TensorSpec("p", (4, 2), "int32")]),
        "its paddings 'p' are computed at run time",
    ),
    "pad: float paddings": (
        one("PAD", [X, TensorSpec("p", (4, 2), data=np.zeros((4, 2)))]),
        "its paddings 'p' are of type float32",
    ),
    "pad: value": (
        one("PADV2", [X, indices("p", np.zeros((4, 2))), tensor("v", (2,), "int8", [1, 2])]),
        "the value 'v' is no constant of one int8",
    ),
    "pad: value of another scale": (
        one(
            "PADV2",
            [
                X,
                indices("p", np.zeros((4, 2))),
                TensorSpec("v", (), "int8", 1, scales=(0.1,), zero_points=(3,)),
            ],
        ),
        "'v' has the scale 0.1 and the zero point 3",
    ),
    "split: axis": (one("SPLIT", [indices("a", 4), X]), "axis 4 of a tensor of rank 4"),
    "split: axes": (one("SPLIT", [indices("a", [1, 2]), X]), "2 axes instead of one"),
    "split: uneven": (
        one("SPLIT", [indices("a", 1), X], [(1, 1, 6, 3)] * 3),
        "4 elements along axis 1 for 3 outputs",
    ),
    "split: output": (
        one("SPLIT", [indices("a", 1), X], [(1, 2, 6, 3), (1, 3, 6, 3)]),
        "an output of shape [1, 3, 6, 3] instead of [1, 2, 6, 3]",
    ),
    "split_v: sizes": (
        one("SPLIT_V", [X, indices("s", [3, 2]), indices("a", 1)], [(1, 3, 6, 3), (1, 2, 6, 3)]),
        "sizes [3, 2] of 4 elements along axis 1",
    ),
    "split_v: two open": (
        one("SPLIT_V", [X, indices("s", [-1, -1]), indices("a", 1)], [(1, 2, 6, 3), (1, 2, 6, 3)]),
        "sizes [4, 4] of 4 elements",
    ),
    "split_v: zero": (
        one("SPLIT_V", [X, indices("s", [4, 0]), indices("a", 1)], [(1, 4, 6, 3), (1, 0, 6, 3)]),
        "sizes [4, 0] for 2 outputs",
    ),
    "split_v: no sizes": (
        one("SPLIT_V", [X, indices("s", []), indices("a", 1)]),
        "its sizes 's' are computed at run time",
    ),
    "split_v: negative": (
        one("SPLIT_V", [X, indices("s", [-2]), indices("a", 1)]),
        "sizes [-2] for 1 outputs",
    ),
    "unpack: count": (
        one("UNPACK", [X], [(1, 6, 3)] * 3, {"axis": 1, "num": 3}),
        "3 outputs for 4 elements",
    ),
    "unpack: axis": (
        one("UNPACK", [X], [(1, 6, 3)] * 3, {"axis": -9}),
        "axis -9 of a tensor of rank 4",
    ),
    "slice: begin": (
        one("SLICE", [X, indices("b", (0, -1, 0, 0)), indices("s", SHAPE)]),
        "begin [0, -1, 0, 0]",
    ),
    "slice: beyond": (
        one("SLICE", [X, indices("b", (0, 2, 0, 0)), indices("s", SHAPE)]),
        "begin [0, 2, 0, 0]",
    ),
    "slice: huge": (
        one("SLICE", [X, indices("b", (LARGE, 0, 0, 0)), indices("s", SHAPE)]),
        "begin [2147483647, 0, 0, 0]",
    ),
    "slice: rank": (
        one("SLICE", [X, indices("b", (0, 0)), indices("s", (1, 1))]),
        "2 begins and 2 sizes",
    ),
    "slice: empty": (
        one("SLICE", [X, indices("b", ZEROS), indices("s", (1, 0, 6, 3))]),
        "begin [0, 0, 0, 0]",
    ),
    "strides: 0": (strided(ZEROS, SHAPE, (1, 0, 1, 1)), "a stride of 0"),
    "strides: empty": (
        strided((0, 3, 0, 0), (1, 2, 6, 3), ONES),
        "an empty slice: 3 to 2 in steps of 1 of 4",
    ),
    "strides: wrong way": (
        strided(ZEROS, SHAPE, (1, -1, 1, 1)),
        "an empty slice: 0 to 4 in steps of -1 of 4",
    ),
    "strides: shrunk away": (
        strided((0, 4, 0, 0), SHAPE, ONES, shrink_axis_mask=2),
        "an empty slice: 4 to 4 in steps of 1 of 4",
    ),
    "strides: rank": (strided((0,), (1,), (1,)), "1 begins, 1 ends and 1 strides for rank 4"),
    "strides: ellipsis": (
        strided(ZEROS, SHAPE, ONES, ellipsis_mask=1),
        "the option ellipsis_mask, which TFLM",
    ),
    "strides: new axis": (
        strided(ZEROS, SHAPE, ONES, new_axis_mask=1),
        "the option new_axis_mask, which TFLM",
    ),
    "strides: output": (
        strided(ZEROS, SHAPE, (1, 2, 1, 1)),
        "an output of shape [1, 4, 6, 3] instead of [1, 2, 6, 3]",
    ),
    "transpose: order": (
        one("TRANSPOSE", [X, indices("p", (0, 1, 1, 2))]),
        "the order [0, 1, 1, 2] of rank 4",
    ),
    "transpose: negative": (
        one("TRANSPOSE", [X, indices("p", (0, 1, -1, 2))]),
        "the order [0, 1, -1, 2]",
    ),
    "transpose: short": (one("TRANSPOSE", [X, indices("p", (1, 0))]), "the order [1, 0] of rank 4"),
    "transpose: output": (
        one("TRANSPOSE", [X, indices("p", (0, 2, 1, 3))]),
        "an output of shape [1, 4, 6, 3] instead of [1, 6, 4, 3]",
    ),
    "transpose: int32": (
        ModelSpec(
            [
                tensor("i", (2, 3), "int32"),
                indices("p", (1, 0)),
                tensor("j", (3, 2), "int32"),
                X,
                tensor("y", (1, 4, 6, 3), "int8"),
            ],
            [OperatorSpec("TRANSPOSE", ["i", "p"], ["j"])],
            ["i"],
            ["j"],
        ),
        "types int32 to int32",
    ),
    "resize: size": (
        one("RESIZE_NEAREST_NEIGHBOR", [X, indices("s", (0, 5))], options={}),
        "[4, 6] to [0, 5] pixels",
    ),
    "resize: sizes": (
        one("RESIZE_NEAREST_NEIGHBOR", [X, indices("s", (1, 2, 3))], options={}),
        "an input of rank 4 and 3 sizes instead of 4 and 2",
    ),
    "resize: huge": (
        one("RESIZE_NEAREST_NEIGHBOR", [X, indices("s", (LARGE, 5))], options={}),
        "[4, 6] to [2147483647, 5] pixels",
    ),
    "resize: output": (
        one("RESIZE_NEAREST_NEIGHBOR", [X, indices("s", (8, 12))], options={}),
        "an output of shape [1, 4, 6, 3] instead of [1, 8, 12, 3]",
    ),
    "reshape: elements": (
        one("RESHAPE", [X], [(1, 4, 6, 2)], {"new_shape": [1, 4, 6, 2]}),
        "int8 of shape [1, 4, 6, 3] to int8 of shape [1, 4, 6, 2]: no view",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_by_name_and_index_with_a_hint(case: str) -> None:
    spec, problem = REFUSED[case]
    name = spec.operators[0].name
    with pytest.raises(UnsupportedModelError) as caught:
        lower(graph_of(spec), dsp=True)
    lines = caught.value.message.splitlines()
    assert any(line.startswith(f"  - {name} (operator 0): {problem}") for line in lines), lines
    assert caught.value.hint


numbers = st.integers(-9, 9) | st.sampled_from([LARGE, -LARGE - 1])


@given(
    st.lists(st.tuples(numbers, numbers, numbers), min_size=3, max_size=3),
    st.integers(0, 7),
    st.integers(0, 7),
    st.integers(0, 7),
)
@settings(max_examples=300, deadline=None)
def test_any_numbers_of_a_strided_slice_give_numpy_s_slice_or_a_refusal(
    triples: list[tuple[int, int, int]], begin_mask: int, end_mask: int, shrink: int
) -> None:
    """The output shape in the file is numpy's own; where numpy has none, any."""
    shape = (3, 5, 4)
    x = np.arange(60, dtype=np.int8).reshape(shape)
    made, expected = (1,), None
    if all(stride for _, _, stride in triples):
        selection: list[slice | int] = []
        for axis, (begin, end, stride) in enumerate(triples):
            first = None if begin_mask >> axis & 1 else begin
            last = None if end_mask >> axis & 1 else end
            start = slice(first, last, stride).indices(shape[axis])[0]
            inside = start if start >= 0 else shape[axis]
            selection.append(inside if shrink >> axis & 1 else slice(first, last, stride))
        try:
            expected = x[tuple(selection)]
        except IndexError:
            expected = None
        if expected is not None and expected.size:
            made = expected.shape
    begins, ends, strides = (list(column) for column in zip(*triples, strict=True))
    inputs = [
        tensor("x", shape, "int8"),
        indices("b", begins),
        indices("e", ends),
        indices("s", strides),
    ]
    masks = {"begin_mask": begin_mask, "end_mask": end_mask, "shrink_axis_mask": shrink}
    spec = one("STRIDED_SLICE", inputs, [made], masks)
    if expected is None or not expected.size:
        with pytest.raises(UnsupportedModelError, match=r"STRIDED_SLICE \(operator 0\): "):
            lower(graph_of(spec), dsp=True)
        return
    (layer,) = lower(graph_of(spec), dsp=True)
    assert evaluate(layer.body, x.ravel()).tolist() == expected.ravel().tolist()
