"""The input contract applied, checked, and quantized."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cubeai_auto.contract import InputContract
from cubeai_auto.errors import DatasetError
from cubeai_auto.models.preprocess import apply, check, quantize

ACCELERATION = InputContract("acceleration in mg", "int16", -4000, 4000, 10, 0.5, (2, 3), "time, axis")


@pytest.fixture
def pictures(arrays: dict[str, npt.NDArray[np.generic]]) -> npt.NDArray[np.uint8]:
    return arrays["x_test"].astype(np.uint8)


def test_pixels_become_the_networks_input(
    picture_contract: InputContract, pictures: npt.NDArray[np.uint8]
) -> None:
    real = apply(picture_contract, pictures)
    assert real.dtype == np.float32
    assert real.shape == (len(pictures), 28, 28)
    assert np.allclose(real, pictures / 255.0, atol=1e-7)
    channel = replace(picture_contract, shape=(28, 28, 1))
    assert np.array_equal(apply(channel, pictures)[..., 0], real)


def test_signals_are_shifted_then_scaled() -> None:
    raw = np.array([[[10, 12, -4000], [0, 4000, 11]]], np.int16)
    assert apply(ACCELERATION, raw).tolist() == [[[0, 1, -2005], [-5, 1995, 0.5]]]


def as_float(pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.generic]:
    return pictures.astype(np.float32) / 255


def one_inverted(pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.generic]:
    mixed = pictures.copy()
    mixed[7] = 255 - mixed[7]
    return mixed


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda x: 255 - x, "border of 20 of 20 pictures (first: index 0) has the value 255"),
        (one_inverted, "border of 1 of 20 pictures (first: index 7)"),
        (lambda x: x.view(np.int8), "they are int8, expected uint8"),
        (as_float, "they are float32, expected uint8"),
        (lambda x: x // 255, "were they scaled already"),
        (lambda x: np.full_like(x, 3), "were they scaled already"),
        (lambda x: np.repeat(x[:, 14, 14], 784).reshape(-1, 28, 28), "border of"),
        (lambda x: x.reshape(-1, 784), "a sample has the shape (784,), expected (28, 28)"),
        (lambda x: x[:, :-1], "a sample has the shape (27, 28)"),
        (lambda x: x[:0], "there are none"),
    ],
    ids=["inverted", "one", "int8", "float", "scaled", "empty", "copied", "flat", "cropped", "none"],
)
def test_what_the_network_was_not_trained_for_is_refused(
    picture_contract: InputContract, pictures: npt.NDArray[np.uint8], spoil: object, sentence: str
) -> None:
    assert callable(spoil)
    with pytest.raises(DatasetError) as caught:
        apply(picture_contract, spoil(pictures))
    assert sentence in caught.value.message
    assert picture_contract.description in caught.value.message
    assert caught.value.exit_code == 5


def test_black_on_white_is_fine_for_a_network_that_knows_it(
    picture_contract: InputContract, pictures: npt.NDArray[np.uint8]
) -> None:
    check(replace(picture_contract, background=255.0), 255 - pictures)


def test_values_outside_the_range_and_nan_are_refused() -> None:
    raw = np.zeros((3, 2, 3), np.int16)
    check(ACCELERATION, raw)
    raw[2, 1, 1] = 4001
    with pytest.raises(DatasetError, match=r"0\.\.4001 leave the range -4000\.\.4000"):
        check(ACCELERATION, raw)
    floats = np.zeros((3, 2, 3), np.float32)
    floats[0, 0, 0] = np.nan
    with pytest.raises(DatasetError, match="leave the range"):
        check(replace(ACCELERATION, raw_dtype="float32"), floats)


def test_rounding_is_half_away_from_zero() -> None:
    values = np.array([0.5, 1.5, 2.5, -0.5, -1.5, 0.49999997, -0.49999997, 0], np.float32)
    assert quantize(values, 1.0, 0, "int8").tolist() == [1, 2, 3, -1, -2, 0, 0, 0]


def test_values_are_clipped_to_the_type() -> None:
    values = np.array([1e30, -1e30, np.inf, -np.inf, 127.4, 3e38], np.float32)
    assert quantize(values, 1e-3, 5, "int8").tolist() == [127, -128, 127, -128, 127, 127]
    assert quantize(values, 1.0, 0, "int16").tolist() == [32767, -32768, 32767, -32768, 127, 32767]
    assert quantize(values, 1.0, 3, "uint8").tolist() == [255, 0, 255, 0, 130, 255]
    with pytest.raises(DatasetError, match="not a number"):
        quantize(np.array([np.nan], np.float32), 1.0, 0, "int8")


def test_every_pixel_of_an_int8_picture_network_is_shifted_by_128(
    picture_contract: InputContract,
) -> None:
    # the scale the converter finds for inputs 0..1; the firmware then needs no arithmetic but XOR 0x80
    pixels = np.zeros((1, 28, 28), np.uint8)
    pixels.reshape(-1)[200:456] = np.arange(256)
    stored = quantize(apply(picture_contract, pixels), 0.003921568859368563, -128, "int8")
    assert np.array_equal(stored, pixels.astype(np.int16) - 128)
    assert stored.dtype == np.int8


@given(
    value=st.floats(-1e4, 1e4, width=32),
    scale=st.floats(2**-20, 8, width=32),
    zero_point=st.integers(-128, 127),
)
def test_quantize_agrees_with_exact_arithmetic(value: float, scale: float, zero_point: int) -> None:
    ratio = float(np.float32(value) / np.float32(scale))  # the one rounding the rule has
    whole = int(abs(ratio))
    nearest = whole + (abs(ratio) - whole >= 0.5)
    expected = max(-128, min(127, (nearest if ratio >= 0 else -nearest) + zero_point))
    assert int(quantize(np.array([value], np.float32), scale, zero_point, "int8")[0]) == expected
