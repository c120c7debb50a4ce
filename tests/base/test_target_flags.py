"""The flags of every target are right for the compiler: core, FPU and DSP are what is stated."""

from __future__ import annotations

from pathlib import Path

import pytest

from cubeai_auto.process import run
from cubeai_auto.target import Target, targets

# Architecture and, for cores with an FPU, the precisions that __ARM_FP states (4 single, 8 double).
ARCHITECTURE = {
    "cortex-m0": 6, "cortex-m0plus": 6, "cortex-m3": 7, "cortex-m4": 7, "cortex-m7": 7,
    "cortex-m33": 8, "cortex-m55": 8,
}  # fmt: skip


@pytest.mark.arm
@pytest.mark.parametrize("target", targets(), ids=lambda target: target.name)
def test_the_compiler_sees_the_stated_core(target: Target, tmp_path: Path) -> None:
    source = tmp_path / "one.c"
    source.write_text("float twice(float x) { return x + x; }\n", "utf-8")
    compiled = tmp_path / "one.o"
    gcc = "arm-none-eabi-gcc"
    run([gcc, *target.flags, "-Werror", "-O2", "-c", source, "-o", compiled], timeout=60)
    macros = run([gcc, *target.flags, "-dM", "-E", source], timeout=60).stdout
    defined = dict(line.split(" ", 2)[1:] for line in macros.splitlines() if line.count(" ") > 1)
    assert defined["__ARM_ARCH"] == str(ARCHITECTURE[target.core])
    assert ("__ARM_FEATURE_DSP" in defined) == target.dsp
    assert ("__ARM_FP" in defined) == target.fpu
    assert ("__ARM_PCS_VFP" in defined) == target.fpu
    library = run([gcc, *target.flags, "-print-file-name=libc.a"], timeout=60).stdout.strip()
    assert Path(library).is_file(), "the compiler has no C library for these flags"
