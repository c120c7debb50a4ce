"""Size and instructions of the digits network, to the byte and to the instruction.

Both are exact for a given compiler and emulator: any change is a change of the generated code,
for better or worse, and is to be entered here on purpose.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cubeai_auto.engines import BuiltinEngine, EngineRequest, ValidationRequest, random_inputs
from cubeai_auto.firmware.toolchain import arm_gcc, qemu
from cubeai_auto.target import find_target
from cubeai_auto.tflite import load_model

GCC, QEMU = "12.2", "7.2"

# optimization, opt level: instructions (largest of five vectors), kernel flash, stack
FIGURES = {
    ("time", "O2"): (138_096, 2_328, 164),
    ("time", "O3"): (134_654, 3_116, 132),
    ("balanced", "O2"): (141_644, 2_180, 164),
    ("balanced", "Os"): (150_983, 1_936, 148),
    ("size", "O2"): (148_840, 2_132, 148),
}

pytestmark = [pytest.mark.corpus, pytest.mark.emulator]


@pytest.fixture(scope="module")
def digits(corpus: Path) -> Path:
    model = corpus / "models_made" / "digits_mlp_int8.tflite"
    if not model.is_file():
        pytest.skip(f"{model} is not there")
    return model


def measure(model: Path, work: Path, optimization: str, opt_level: str) -> tuple[int, int, int]:
    request = EngineRequest(
        model, find_target("stm32f4"), optimization=optimization, opt_level=opt_level
    )
    engine = BuiltinEngine()
    footprint = engine.analyze(request).report.footprint
    assert footprint.activations.value == 912
    assert footprint.weights.value == 119_080
    inputs = random_inputs(load_model(model), 5, 1)
    result = engine.validate(request, ValidationRequest("emulator", inputs, work)).result
    assert result.mismatches in {0, None}
    values = (result.instructions.value, footprint.kernel_flash.value, result.stack.value)
    assert all(isinstance(value, int) for value in values)
    return values  # type: ignore[return-value]


def test_gates(digits: Path, tmp_path: Path) -> None:
    """Whatever the versions: the limits of the project, in one and the same build."""
    instructions, flash, _ = measure(digits, tmp_path, "time", "O2")
    assert instructions <= 183_000
    assert flash <= 2_400


@pytest.mark.parametrize(("optimization", "opt_level"), FIGURES)
def test_no_drift(digits: Path, tmp_path: Path, optimization: str, opt_level: str) -> None:
    versions = f"gcc {arm_gcc().version}, QEMU {qemu().version}"
    if not (str(arm_gcc().version).startswith(GCC) and str(qemu().version).startswith(QEMU)):
        pytest.skip(f"the figures are for gcc {GCC} and QEMU {QEMU}; here: {versions}")
    assert measure(digits, tmp_path, optimization, opt_level) == FIGURES[optimization, opt_level]
