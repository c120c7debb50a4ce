"""The recurrent cases: every rule of rounding, saturation and order shows in at least one."""

from __future__ import annotations

import numpy as np
from support.engine_cases import Case
from support.recurrent_cases import Lstm, Svdf, float32_of, in_float32, lstm_case, svdf_case

from cubeai_auto.codegen.fixed_point import quantize_multiplier

__all__ = ["lstm_cases", "lstm_f32_cases", "svdf_cases"]

_SIXTEEN = (0.05, 0.02, 0.0004, 0.0001, 0.3)
"""Scales with which a state of 16 bits is well used."""


def svdf_cases() -> list[Case]:
    """SVDF with states of 8 and 16 bits."""
    eight = {
        "plain": Svdf(),
        "one_step": Svdf(memory=1, rank=1),
        "one_filter": Svdf(inputs=1, units=1, rank=1, memory=7),
        "batches": Svdf(batches=3, rank=3),
        "many_inputs": Svdf(inputs=37, units=5, memory=10, scales=(0.05, 0.02, 2.0, 0.03, 9.0)),
        "state_zero_point": Svdf(zero_points=(4, 5, -128), activation="RELU"),
        "state_wraps": Svdf(zero_points=(-128, 100, 0), scales=(0.05, 0.02, 0.1, 0.03, 8.0)),
        "state_wraps_below": Svdf(zero_points=(127, -128, 0), scales=(0.05, 0.02, 0.1, 0.03, 8.0)),
        "ends": Svdf(zero_points=(127, 0, -128), scales=(0.05, 0.02, 0.3, 0.03, 0.5)),
        "left_shifts": Svdf(scales=(0.9, 0.9, 0.1, 0.3, 0.01), units=6, rank=1),
        "relu_left_out": Svdf(activation="RELU", zero_points=(0, 0, 0)),
        "relu6_left_out": Svdf(activation="RELU6", zero_points=(0, 0, -128)),
        "large_bias": Svdf(bias=[2**30, -(2**30), 3], scales=(0.05, 0.02, 0.8, 0.03, 3e5)),
        "dead": Svdf(feature=0, time=0, bias=0),
        "halves": Svdf(
            inputs=1, units=8, rank=1, memory=1, feature=1, time=[[1]], zero_points=(0, 0, 0),
            bias=np.arange(-4, 4), scales=(0.5, 0.5, 1.0, 0.25, 0.5),
        ),
    }  # fmt: skip
    sixteen = {
        "plain_16": Svdf(state="int16", scales=_SIXTEEN),
        "one_step_16": Svdf(state="int16", scales=_SIXTEEN, memory=1, rank=1),
        "batches_16": Svdf(state="int16", scales=_SIXTEEN, batches=2, rank=1, memory=5),
        "loud_16": Svdf(state="int16", scales=(0.05, 0.02, 0.00002, 0.0001, 0.02)),
        "quiet_16": Svdf(state="int16", scales=(0.05, 0.02, 0.3, 0.0001, 0.8)),
        "many_inputs_16": Svdf(state="int16", scales=_SIXTEEN, inputs=40, units=6, memory=10),
    }
    cases = [svdf_case(f"svdf_{name}", wanted) for name, wanted in (eight | sixteen).items()]
    return [*cases, _svdf_state_ratio(), _svdf_output_ratio()]


def lstm_cases() -> list[Case]:
    """LSTM with cells of several scales."""
    loud = [0.02] * 4 + [0.15] * 4
    kinds = {
        "plain": Lstm(),
        "one_step": Lstm(steps=1),
        "one_unit": Lstm(units=1, inputs=1, steps=4),
        "batches": Lstm(batches=3),
        "time_major": Lstm(batches=3, time_major=True),
        "time_major_one": Lstm(steps=5, time_major=True),
        "many_units": Lstm(units=19, inputs=23, steps=2, weight_scales=[0.005] * 8),
        "cell_9": Lstm(scales=(0.03, 1 / 128, 2**-9)),
        "cell_12": Lstm(scales=(0.03, 1 / 128, 2**-12)),
        "cell_13": Lstm(scales=(0.03, 1 / 128, 2**-13), bias_spread=300),
        "cell_15": Lstm(scales=(0.03, 1 / 128, 2**-15), bias_spread=300),
        "cell_20": Lstm(scales=(0.03, 1 / 128, 2**-20), bias_spread=300),
        "cell_of_4": Lstm(scales=(0.03, 1 / 128, 4.0)),
        "cell_overflows": Lstm(scales=(0.03, 1 / 128, 2**-14), biases=60_000, steps=2),
        "clipped": Lstm(cell_clip=1.5),
        "clipped_between": Lstm(cell_clip=0.72, scales=(0.03, 1 / 128, 2**-4)),
        "clipped_to_nothing": Lstm(cell_clip=1e-9),
        "clipped_far": Lstm(cell_clip=1e9),
        "zero_points_low": Lstm(zero_points=(-128, -128)),
        "zero_points_high": Lstm(zero_points=(127, 127)),
        "loud": Lstm(weight_scales=loud, bias_spread=3_000_000, units=8),
        "soft": Lstm(spread=(3, 3), bias_spread=100, scales=(0.03, 1 / 16000, 2**-15)),
        "fine": Lstm(scales=(0.03, 1 / 32768, 2**-15), spread=(1, 9), bias_spread=9),
        "fine_halves": Lstm(
            scales=(0.03, 1 / 32768, 2**-15), spread=(1, 9), biases=[[9], [0], [2], [9]],
            weight_scales=[0.013, 1e-9, 0.013, 0.013, 0.02, 1e-9, 0.02, 0.02],
        ),
        "other_output": Lstm(made=(0.1, 5)),
        "left_shifts": Lstm(scales=(4.0, 1 / 128, 2**-11), weight_scales=[0.4] * 8, steps=2),
    }  # fmt: skip
    return [*(lstm_case(f"lstm_{name}", wanted) for name, wanted in kinds.items()), _lstm_ratios()]


def lstm_f32_cases() -> list[Case]:
    """LSTM in float32; sums differ in the last bit if they are added in another order."""
    kinds = {
        "plain": Lstm(),
        "one_step": Lstm(steps=1, units=3),
        "batches": Lstm(batches=3),
        "time_major": Lstm(batches=3, time_major=True),
        "many_units": Lstm(units=17, inputs=21, steps=2, weight_scales=[0.005] * 8),
        "clipped": Lstm(cell_clip=0.5),
        "loud": Lstm(weight_scales=[0.9] * 4 + [0.2] * 4),
        "soft": Lstm(spread=(3, 3), bias_spread=100),
    }
    return [in_float32(lstm_case(f"lstm_f32_{name}", wanted)) for name, wanted in kinds.items()]


def _svdf_state_ratio() -> Case:
    """A state that is another one if its scales are multiplied in float32."""
    inputs = 40
    total = 127 * 127 * inputs
    into, weight = float32_of(0.0371), float32_of(0.0213)
    for half in range(32_000, 20_000, -1):
        bits = -quantize_multiplier(half / total).shift
        kept = float32_of(into * weight * total / (half + 0.5 - 2.0 ** -(bits + 1)))
        wide = into * weight / kept
        narrow = float(np.float32(into) * np.float32(weight) / np.float32(kept))
        state = _scaled(total, wide)
        if state != _scaled(total, narrow):
            break
    else:
        message = "no scale lies between"
        raise AssertionError(message)
    wanted = Svdf(
        state="int16", inputs=inputs, units=1, rank=1, memory=1, feature=127, time=1,
        bias=[-state], scales=(into, weight, kept, 0.5, float32_of(kept * 0.5)),
        zero_points=(0, 0, 0), vectors=127,
    )  # fmt: skip
    return svdf_case("svdf_state_ratio", wanted)


def _scaled(total: int, ratio: float) -> int:
    """total * ratio, rounded twice; for ratios below 1."""
    factor = quantize_multiplier(ratio)
    high = (total * factor.value + 2**30) >> 31
    bits = -factor.shift
    return high if bits == 0 else (high + (1 << (bits - 1)) - (high < 0)) >> bits


def _svdf_output_ratio() -> Case:
    """Biases that lie between the halves of a ratio computed in float64 and in float32."""
    state, time = float32_of(0.0371), float32_of(0.0213)
    made = float32_of(state * time * 1.3 * 2**23)
    wide = state * time / made
    narrow = float(np.float32(state) * np.float32(time) / np.float32(made))
    halves = np.arange(-90, 90, 9) + 0.5
    bias = np.round((halves / wide + halves / narrow) / 2).astype(np.int64)
    wanted = Svdf(
        units=bias.size, rank=1, feature=0, time=0, bias=bias, zero_points=(0, 0, 0),
        scales=(0.05, 0.05, state, time, made),
    )  # fmt: skip
    return svdf_case("svdf_output_ratio", wanted)


def _lstm_ratios() -> Case:
    """Gates on two sides of a half, seen through an output of 2^-16 a step.

    Units 0 to 3 take their cell gate from a bias, 4 to 7 from the outputs of 8 and 9, which are 127.
    Input and output gates are open, forget gates closed. Scales multiplied in float32 move a gate,
    and the output with it.
    """
    units, open_, closed = 10, 2**28, -(2**28)
    into, weight, kept = float32_of(0.000371), float32_of(2**-28 * 1.37), float32_of(2**-16 * 1.1)
    wide = into * weight * 4096
    narrow = float(np.float32(into) * np.float32(weight)) * 4096
    halves = np.array([-6.5, -2.5, 1.5, 5.5])
    biases = np.zeros((4, units), np.int64)
    biases[0], biases[1], biases[3] = open_, closed, open_
    biases[2, :4] = np.round((halves / wide + halves / narrow) / 2)
    biases[2, 8:] = 2**31 - 1
    into_gates = [2**-9, 2**-9, weight, 2**-9]
    rows, recurrent = _recurrent_ties(kept)
    case = lstm_case(
        "lstm_ratios",
        Lstm(
            units=units, steps=2, inputs=2, spread=(0, 0), biases=biases, zero_points=(0, 0),
            scales=(into, kept, 2**-15), vectors=0,
            weight_scales=[*into_gates, 0.01, 0.01, recurrent, 0.01],
        ),
    )  # fmt: skip
    matrix = np.zeros((units, units), np.int64)
    matrix[4:8, 8:] = rows
    tensors = tuple(
        type(t)(t.name, t.shape, t.dtype, data=matrix, scales=t.scales) if t.name == "rc" else t
        for t in case.tensors
    )
    return Case(case.name, tensors, case.operator, case.vectors)


def _recurrent_ties(kept: float) -> tuple[np.ndarray, float]:
    """Weights (4, 2) for two outputs of 127, and their scale: the sums lie near a half."""
    for steps in range(1, 8):
        for number in range(100, 250):
            total = 127 * number
            bits = -quantize_multiplier((steps + 0.5) / total).shift
            scale = np.float32((steps + 0.5 - 2.0 ** -(bits + 1)) / (total * kept * 4096))
            for near in (scale, np.nextafter(scale, np.float32(0)), np.nextafter(scale, np.float32(1))):
                wide = kept * float(near) * 4096
                narrow = float(np.float32(kept) * near) * 4096
                if _scaled(total, wide) != _scaled(total, narrow):
                    half = np.array([number // 2, number - number // 2])
                    return np.array([half, -half, half[::-1], -half[::-1]]), float(near)
    message = "no scale lies between"
    raise AssertionError(message)
