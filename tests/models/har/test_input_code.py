"""The generated C for a network's input, compiled and run here, against the Python side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.input_code_runs import FLAGS, SCALE, TOLERANCE, ZERO_POINT, run_c

from cubeai_auto import process
from cubeai_auto.contract import InputContract
from cubeai_auto.errors import UsageError
from cubeai_auto.firmware.toolchain import arm_gcc
from cubeai_auto.models.dataset import Dataset
from cubeai_auto.models.har.assemble import assemble
from cubeai_auto.models.har.input_code import input_code
from cubeai_auto.models.har.preparation import feature_contract, window_contract
from cubeai_auto.models.har.recordings import Recordings
from cubeai_auto.models.options import RawUnit, SignalOptions
from cubeai_auto.models.preprocess import apply, quantize

UNITS: list[tuple[RawUnit | None, float | None]] = [
    (None, None),
    ("m/s^2", 8.0),
    ("mg", None),
    ("counts", 4.0),
]


@pytest.mark.parametrize(("unit", "full_scale"), UNITS, ids=["g", "m/s2", "mg", "counts"])
@pytest.mark.parametrize("sanitize", [False, True], ids=["plain", "sanitized"])
def test_the_window_with_lengths_is_equal_bit_by_bit(
    people: Recordings, tmp_path: Path, unit: RawUnit | None, full_scale: float | None, sanitize: bool
) -> None:
    dataset = assemble(people, "made", SignalOptions(raw_unit=unit, full_scale=full_scale))
    assert dataset.contract is not None
    contract = window_contract(dataset.contract)
    flags = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all") if sanitize else ()
    reals, stored = run_c(contract, dataset.x_test, tmp_path, *flags)
    expected = apply(contract, dataset.x_test)
    assert reals.tobytes() == expected.tobytes()
    assert np.array_equal(stored, quantize(expected, float(SCALE), ZERO_POINT, "int8"))


@pytest.mark.parametrize("window", [8, 9, 40, 81, 200])
@pytest.mark.parametrize("unit", [None, "counts"], ids=["g", "counts"])
def test_the_ten_features_are_equal_within_rounding(
    people: Recordings, tmp_path: Path, window: int, unit: RawUnit | None
) -> None:
    options = SignalOptions(window=window, raw_unit=unit, full_scale=8.0 if unit else None)
    dataset = assemble(people, "made", options)
    assert dataset.contract is not None
    contract = feature_contract(dataset.contract, dataset.x_train)
    reals, stored = run_c(contract, dataset.x_test, tmp_path, "-fsanitize=address,undefined")
    expected = apply(contract, dataset.x_test)
    assert np.array_equal(reals[:, 3:6], expected[:, 3:6])  # whole numbers
    assert (np.abs(reals - expected) <= TOLERANCE * (1 + np.abs(expected))).all()
    assert np.array_equal(stored, quantize(reals, float(SCALE), ZERO_POINT, "int8"))
    differ = stored != quantize(expected, float(SCALE), ZERO_POINT, "int8")
    assert differ.mean() < 0.002  # where rounding falls on the border of two steps


def test_the_last_feature_of_upstreams_microcontroller_code_would_be_seen(
    made: Dataset, tmp_path: Path
) -> None:
    assert made.contract is not None
    contract = feature_contract(made.contract, made.x_train)
    reals, _ = run_c(contract, made.x_test, tmp_path)
    assert contract.sensor is not None
    sum_of_samples = np.abs(made.x_test.astype(np.float64)).sum(axis=(1, 2)) / 50
    wrong = (sum_of_samples - contract.sensor.center[9]) * contract.sensor.gain[9]
    assert np.abs(reals[:, 9] - wrong).min() > 100 * TOLERANCE


def test_a_plain_window_an_offset_and_center_and_gain(made: Dataset, tmp_path: Path) -> None:
    assert made.contract is not None
    assert made.contract.sensor is not None
    signal = replace(made.contract.sensor, center=(0.5, -0.25, 1.0), gain=(2.0, 3.0, 0.5))
    contract = replace(made.contract, offset=0.125, sensor=signal)
    reals, stored = run_c(contract, made.x_test, tmp_path)
    expected = apply(contract, made.x_test)
    assert reals.tobytes() == expected.tobytes()
    assert np.array_equal(stored, quantize(expected, float(SCALE), ZERO_POINT, "int8"))


def test_values_that_int8_cannot_hold_are_clipped_and_halves_go_away_from_zero(
    made: Dataset, tmp_path: Path
) -> None:
    assert made.contract is not None
    contract = replace(made.contract, scale=float(SCALE))
    raw = np.zeros((1, 40, 3), np.float32)
    raw[0, :8, 0] = [0.5, 1.5, -0.5, -1.5, 1e6, -1e6, np.inf, -np.inf]
    raw[0, 8, 0] = np.nan
    _, stored = run_c(contract, raw, tmp_path, "-fsanitize=undefined", "-fno-sanitize-recover=all")
    assert stored[0, :9, 0].tolist() == [-34, -33, -36, -37, 127, -128, 127, -128, -128]


@pytest.mark.arm
@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m4", "cortex-m33"])
def test_it_compiles_for_the_microcontroller_without_heap_or_doubles(
    made: Dataset, tmp_path: Path, core: str
) -> None:
    assert made.contract is not None
    contracts = (window_contract(made.contract), feature_contract(made.contract, made.x_train))
    for index, contract in enumerate(contracts):
        folder = tmp_path / str(index)
        folder.mkdir()
        for name, text in input_code(contract, "gesture").items():
            (folder / name).write_text(text, "ascii")
        build = [
            arm_gcc().path,
            f"-mcpu={core}",
            "-mthumb",
            *FLAGS,
            "-Wvla",
            "-Wunsuffixed-float-constants",
        ]
        process.run([*build, "-S", "gesture_input.c"], cwd=folder, timeout=60)
        assembly = (folder / "gesture_input.s").read_text("ascii")
        for absent in ("malloc", "__aeabi_d", "__aeabi_f2d"):
            assert absent not in assembly


def test_hostile_text_stays_in_its_comment(made: Dataset) -> None:
    assert made.contract is not None
    contract = replace(made.contract, description="*/ #error\n??/", layout="größe /* */")
    header = input_code(contract, "network")["network_input.h"]
    assert header.isascii()
    assert header.count("*/") == header.count("/*")
    assert "\n#error" not in header


def test_pictures_have_no_input_code(picture_contract: InputContract) -> None:
    with pytest.raises(UsageError, match="no input code"):
        input_code(picture_contract, "network")


def test_the_header_says_what_the_firmware_needs(people: Recordings) -> None:
    dataset = assemble(people, "made", SignalOptions(raw_unit="counts", full_scale=4.0))
    assert dataset.contract is not None
    header = input_code(window_contract(dataset.contract), "gesture")["gesture_input.h"]
    for line in (
        "typedef int16_t gesture_input_raw;",
        "#define GESTURE_INPUT_WINDOW (40)",
        "#define GESTURE_INPUT_STEP (20)",
        "#define GESTURE_INPUT_RATE_HZ (20.0f)",
        "#define GESTURE_INPUT_FULL_SCALE (4.0f)",
        "#define GESTURE_INPUT_RAW_SCALE (0.000122070312f)",
        "#define GESTURE_INPUT_SIZE (160)",
    ):
        assert line in header
    assert "counts of 4 g full scale" in header
