"""Whole networks with a memory: a keyword spotter of SVDF layers, and a classifier with two LSTM."""

from __future__ import annotations

import numpy as np
from support.recurrent_cases import Lstm, Svdf, lstm_case, svdf_case
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build

__all__ = ["keyword_spotter", "sequence_classifier"]


class _Model:
    """Operators one behind the other; the output of each is the input of the next."""

    def __init__(self, shape: tuple[int, ...], scale: float, zero: int) -> None:
        self.tensors = [TensorSpec("x", shape, "int8", scales=(scale,), zero_points=(zero,))]
        self.operators: list[OperatorSpec] = []
        self._rng = np.random.default_rng(7)

    @property
    def last(self) -> TensorSpec:
        return self.tensors[-1]

    def add_case(self, case_tensors: tuple[TensorSpec, ...], operator: OperatorSpec, name: str) -> None:
        """The operator of a case, on the last tensor in place of its own input."""
        given, source = case_tensors[0], self.last
        assert (given.shape, given.scales) == (source.shape, source.scales)
        names = {given.name: source.name}
        for tensor in case_tensors[1:]:
            names[tensor.name] = f"{name}/{tensor.name}"
            fields = {key: getattr(tensor, key) for key in TensorSpec.__dataclass_fields__}
            self.tensors.append(TensorSpec(**(fields | {"name": names[tensor.name]})))
        inputs = [None if ref is None else names[str(ref)] for ref in operator.inputs]
        outputs = [names[str(ref)] for ref in operator.outputs]
        between = [names[str(ref)] for ref in operator.intermediates]
        self.operators.append(
            OperatorSpec(operator.name, inputs, outputs, operator.options, intermediates=between)
        )

    def add(
        self, name: str, tensor: TensorSpec, constants: tuple[TensorSpec, ...] = (), **options: object
    ) -> None:
        """An operator on the last tensor and constants."""
        inputs = [self.last.name, *(constant.name for constant in constants)]
        self.tensors += [*constants, tensor]
        self.operators.append(OperatorSpec(name, inputs, [tensor.name], options))

    def add_classes(self, classes: int) -> bytes:
        """Dense and softmax behind the last tensor."""
        source = self.last
        weights = self._rng.integers(-127, 128, (classes, source.shape[-1]))
        bias = self._rng.integers(-500, 501, classes)
        constants = (
            TensorSpec("dense/w", weights.shape, "int8", data=weights, scales=(0.02,)),
            TensorSpec("dense/b", (classes,), "int32", data=bias, scales=(source.scales[0] * 0.02,)),
        )
        scale = source.scales[0] * 0.02 * 60 * np.sqrt(weights.shape[1])
        scores = TensorSpec("scores", (1, classes), "int8", scales=(scale,), zero_points=(4,))
        self.add("FULLY_CONNECTED", scores, constants)
        shares = TensorSpec("y", (1, classes), "int8", scales=(1 / 256,), zero_points=(-128,))
        self.add("SOFTMAX", shares, beta=0.2 / scale)
        return build(ModelSpec(self.tensors, self.operators, ["x"], ["y"]))


def keyword_spotter() -> bytes:
    """40 features a run; three SVDF layers with states of 16, 8 and 16 bits; 10 words."""
    model = _Model((1, 40), 0.05, -3)
    layers = (
        Svdf(units=32, rank=2, memory=8, state="int16", inputs=40,
             scales=(0.05, 0.01, 0.0006, 0.0001, 0.02), zero_points=(-3, 0, -128), activation="RELU"),
        Svdf(units=24, rank=1, memory=10, inputs=32,
             scales=(0.02, 0.02, 0.06, 0.02, 0.03), zero_points=(-128, 0, -128), activation="RELU"),
        Svdf(units=16, rank=2, memory=6, state="int16", inputs=24,
             scales=(0.03, 0.02, 0.002, 0.0001, 0.04), zero_points=(-128, 0, 3)),
    )  # fmt: skip
    for number, layer in enumerate(layers):
        case = svdf_case(f"keyword_{number}", layer)
        model.add_case(case.tensors, case.operator, f"svdf_{number}")
    return model.add_classes(10)


def sequence_classifier() -> bytes:
    """Windows of 16 steps of 6 values; LSTM layers of 20 and 12 units; the last step's classes."""
    model = _Model((1, 16, 6), 0.03, -3)
    layers = (
        Lstm(steps=16, inputs=6, units=20, weight_scales=[0.012] * 4 + [0.008] * 4, bias_spread=3000),
        Lstm(steps=16, inputs=20, units=12, scales=(1 / 128, 1 / 128, 2**-12), zero_points=(2, -1),
             weight_scales=[0.009, 0.011, 0.01, 0.008] * 2, bias_spread=3000),
    )  # fmt: skip
    for number, layer in enumerate(layers):
        case = lstm_case(f"classifier_{number}", layer)
        model.add_case(case.tensors, case.operator, f"lstm_{number}")
    hidden = model.last
    ends = {"begin": [0, 15, 0], "end": [1, 16, 12], "strides": [1, 1, 1]}
    constants = tuple(TensorSpec(name, (3,), "int32", data=values) for name, values in ends.items())
    last = TensorSpec("last", (1, 12), "int8", scales=hidden.scales, zero_points=hidden.zero_points)
    model.add("STRIDED_SLICE", last, constants, shrink_axis_mask=2)
    return model.add_classes(5)
