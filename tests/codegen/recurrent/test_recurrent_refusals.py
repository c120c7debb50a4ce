"""What no kernel covers is refused with the reason; where TFLM refuses it too, that is checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
from support.engine_cases import Case, Collection, collect
from support.recurrent_cases import Lstm, Svdf, lstm_case, svdf_case
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build

from cubeai_auto.codegen.lower import lower
from cubeai_auto.errors import CubeAIError, UnsupportedModelError
from cubeai_auto.tflite.reader import parse_model
from cubeai_auto.tflm.host import run_host


def changed(case: Case, name: str, **fields: object) -> Case:
    """The case with another tensor in the place of ``name``."""
    tensors = tuple(replace(t, **fields) if t.name == name else t for t in case.tensors)  # type: ignore[arg-type]
    return replace(case, tensors=tensors)


def operated(case: Case, **options: object) -> Case:
    operator = replace(case.operator, options={**case.operator.options, **options})  # type: ignore[dict-item]
    return replace(case, operator=operator)


def connected(case: Case, position: int, name: str | None) -> Case:
    """The case with another tensor at an input."""
    inputs = list(case.operator.inputs)
    inputs[position] = name
    return replace(case, operator=replace(case.operator, inputs=inputs))


S, L = svdf_case("one", Svdf()), lstm_case("one", Lstm())
_FLOAT = {"dtype": "float32", "scales": (), "zero_points": ()}

# what is wrong: the model, the reason
SVDF: Mapping[str, tuple[Case, str]] = {
    "no bias": (connected(S, 3, None), "no bias: TFLM crashes on it"),
    "computed weights": (changed(S, "feature", data=None, is_variable=True), "must be constants"),
    "weights not symmetric": (changed(S, "time", zero_points=(3,)), "'one/time' have a zero point"),
    "weights per channel": (
        changed(S, "feature", scales=(0.1,) * 6, zero_points=(0,) * 6),
        "'one/feature' is quantized per channel",
    ),
    "types of state and time": (
        changed(S, "time", dtype="int16"),
        "a state of type int8, time weights of type int16, a bias of type int32",
    ),
    "int16 input": (changed(S, "x", dtype="int16", zero_points=(0,)), "types int16 x int8 to int8"),
    "state of 16 bits with a zero point": (
        changed(svdf_case("one", Svdf(state="int16")), "state", zero_points=(5,)),
        "an int16 state with a zero point",
    ),
    "bias of another scale": (
        changed(S, "bias", scales=(0.024 + 2e-5,)),
        "the bias has the scale 0.02402, but state scale x time weight scale is 0.024",
    ),
    "rank": (operated(S, rank=4), "rank 4 with 6 filters of 4 steps"),
    "no rank": (operated(S, rank=0), "rank 0 with 6 filters"),
    "three dimensions": (changed(S, "x", shape=(1, 1, 5)), "not two-dimensional"),
    "size of the state": (changed(S, "state", shape=(1, 20)), "a state of 20 and an output"),
    "tanh": (operated(S, fused_activation_function="TANH"), "the fused activation TANH"),
    "no variable": (
        changed(S, "state", is_variable=False, data=np.zeros(24)),
        "its state 'one/state' is no variable",
    ),
    "initial values": (
        changed(S, "state", data=np.ones(24)),
        "its state 'one/state' has initial values",
    ),
    "no scale of the state": (changed(S, "state", scales=()), "'one/state' has no quantization"),
}
LSTM: Mapping[str, tuple[Case, str]] = {
    "peephole": (lstm_case("one", Lstm(present=[9])), "has peephole weights: TFLM has none either"),
    "projection": (lstm_case("one", Lstm(present=[16])), "has a projection"),
    "layer norm": (lstm_case("one", Lstm(present=[22])), "has layer normalization"),
    "coupled gates": (lstm_case("one", Lstm(absent=[1, 5, 12])), "couples input and forget gate"),
    "no forget bias": (lstm_case("one", Lstm(absent=[13])), "input 13 is missing"),
    "no cell": (lstm_case("one", Lstm(absent=[19])), "input 19 is missing"),
    "relu": (lstm_case("one", Lstm(activation="RELU")), "the activation RELU, not TANH"),
    "cell of 8 bits": (lstm_case("one", Lstm(cell_dtype="int8")), "a cell state of type int8"),
    "cell between powers": (
        lstm_case("one", Lstm(scales=(0.03, 1 / 128, 0.0006))),
        "the cell state has the scale 0.0006, not a power of two",
    ),
    "cell too coarse": (
        lstm_case("one", Lstm(scales=(0.03, 1 / 128, 8.0))),
        "the cell state has the scale 8, not a power of two from 2\\^-27 to 4",
    ),
    "cell too fine": (
        lstm_case("one", Lstm(scales=(0.03, 1 / 128, 2**-28))),
        "not a power of two from 2\\^-27 to 4",
    ),
    "cell with a zero point": (changed(L, "c", zero_points=(1,)), "has a zero point that is not 0"),
    "weights not symmetric": (changed(L, "rf", zero_points=(1,)), "'one/rf' have a zero point"),
    "weights per channel": (
        changed(L, "wi", scales=(0.1,) * 4, zero_points=(0,) * 4),
        "'one/wi' is quantized per channel",
    ),
    "int16": (changed(L, "x", dtype="int16", zero_points=(0,)), "types int16/int8, a cell state"),
    "units": (changed(L, "rc", shape=(4, 3), data=np.ones((4, 3))), "do not fit together"),
    "no sequence": (changed(L, "x", shape=(3, 5)), "an input of \\[3, 5\\] and a state of \\[1, 4\\]"),
    "shared state": (connected(L, 19, "h"), "its state 'one/h' is shared"),
}


@pytest.mark.parametrize("what", SVDF)
def test_svdf(what: str) -> None:
    case, reason = SVDF[what]
    refused(collect([case]), "SVDF", reason)


@pytest.mark.parametrize("what", LSTM)
def test_lstm(what: str) -> None:
    case, reason = LSTM[what]
    refused(collect([case]), "UNIDIRECTIONAL_SEQUENCE_LSTM", reason)


def refused(cases: Collection, operator: str, reason: str) -> None:
    with pytest.raises(UnsupportedModelError, match=reason) as caught:
        lower(cases.graph, dsp=True)
    assert f"{operator} (operator 0): " in caught.value.message
    assert caught.value.hint


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("kind", "what"),
    [
        *(("svdf", what) for what in ("no bias", "bias of another scale", "size of the state")),
        *(("lstm", what) for what in ("peephole", "projection", "layer norm", "coupled gates")),
        *(("lstm", what) for what in ("no forget bias", "cell of 8 bits", "units")),
    ],
)
def test_tflm_refuses_it_too(kind: str, what: str) -> None:
    case = (SVDF if kind == "svdf" else LSTM)[what][0]
    cases = collect([case])
    with pytest.raises(CubeAIError):
        run_host(cases.model, cases.inputs)


def floats(case: Case, constants: str) -> Case:
    """The case in float32; constants of the given type stay as they are."""
    tensors = tuple(
        t if t.data is not None and t.dtype == constants else replace(t, **_FLOAT)  # type: ignore[arg-type]
        for t in case.tensors
    )
    return replace(case, tensors=tensors)


@pytest.mark.parametrize("case", [floats(S, "int8"), floats(L, "int8")], ids=["svdf", "lstm"])
def test_hybrid(case: Case) -> None:
    with pytest.raises(UnsupportedModelError, match="is hybrid: float32 activations with int8"):
        lower(collect([case]).graph, dsp=True)


def test_a_float_svdf() -> None:
    cases = collect([floats(S, "none")])
    with pytest.raises(UnsupportedModelError, match="types float32 x float32 to float32"):
        lower(cases.graph, dsp=True)


def test_two_operators_with_one_state() -> None:
    two = [svdf_case("one", Svdf()), svdf_case("two", Svdf())]
    shared = collect(two)
    index = [t.index for t in shared.graph.tensors if t.name.endswith("/state")]
    first = shared.graph.operators[0]
    second = shared.graph.operators[1]
    inputs = tuple(index[0] if i == index[1] else i for i in second.inputs)
    graph = replace(shared.graph, operators=(first, replace(second, inputs=inputs)))
    with pytest.raises(UnsupportedModelError, match="'one/state' is shared with another operator"):
        lower(graph, dsp=True)


@pytest.mark.parametrize(
    ("operators", "reason"),
    [
        ([OperatorSpec("LOGISTIC", ["v"], ["y"])], "its input 'v' is a variable: state between runs"),
        (
            [OperatorSpec("RESHAPE", ["v"], ["w"]), OperatorSpec("LOGISTIC", ["w"], ["y"])],
            "its input 'w' is a variable",
        ),
        ([OperatorSpec("RESHAPE", ["v"], ["y"])], "output 'y': it is a state under another shape"),
    ],
)
def test_other_operators_take_no_states(operators: list[OperatorSpec], reason: str) -> None:
    def tensor(name: str, **fields: bool) -> TensorSpec:
        return TensorSpec(name, (1, 4), "int8", scales=(1 / 256,), zero_points=(-128,), **fields)

    tensors = [tensor("x"), tensor("v", is_variable=True), tensor("w"), tensor("y"), tensor("z")]
    rest = OperatorSpec("LOGISTIC", ["x"], ["z"])
    model = build(ModelSpec(tensors, [*operators, rest], ["x"], ["y", "z"]))
    with pytest.raises(UnsupportedModelError, match=reason):
        lower(parse_model(model, "states"), dsp=True)


Notes = Callable[[Case], tuple[str, ...]]


@pytest.mark.parametrize(
    ("case", "notes"),
    [
        (S, ()),
        (svdf_case("a", Svdf(activation="RELU", zero_points=(0, 0, -128))), ()),
        (
            svdf_case("a", Svdf(activation="RELU", zero_points=(0, 9, 0))),
            (
                "leaves out its fused RELU, as TFLM does for an int8 SVDF",
                "cuts its state off before adding the state's zero point, as TFLM does",
            ),
        ),
        (L, ()),
        (
            lstm_case("a", Lstm(made=(0.1, 5))),
            ("stores its output with the quantization of its state, as TFLM does",),
        ),
    ],
)
def test_what_an_engineer_should_know(case: Case, notes: tuple[str, ...]) -> None:
    (layer,) = lower(collect([case]).graph, dsp=True)
    assert layer.body.notes == notes
