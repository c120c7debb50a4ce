"""What an ELF file says of how it was built."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.made_firmware import HARD, SOFT, make_firmware
from support.spoilt import spoilt_files

from cubeai_auto.errors import InputError, MissingPathError
from cubeai_auto.firmware.elf_build import elf_build

pytestmark = pytest.mark.arm

MODEL = bytes(range(64))
M33 = ("-mcpu=cortex-m33", "-mthumb", "-mfloat-abi=softfp", "-mfpu=fpv5-sp-d16")
M0 = ("-mcpu=cortex-m0plus", "-mthumb", "-mfloat-abi=soft")


@pytest.mark.parametrize(
    ("flags", "core", "abi"),
    [(HARD, "cortex-m4", "hard"), (SOFT, "cortex-m3", "soft"), (M33, "cortex-m33", "soft"),
     (M0, "cortex-m0plus", "soft")],
)  # fmt: skip
def test_core_and_float_abi(tmp_path: Path, flags: tuple[str, ...], core: str, abi: str) -> None:
    found = elf_build(make_firmware(tmp_path / "fw", MODEL, flags=flags).elf)
    assert core in found.cores
    assert found.fpu_abi == abi
    assert found.compiler.startswith("GCC: ")
    assert found.debug == "no"


def test_an_architecture_of_several_cores_names_them_all(tmp_path: Path) -> None:
    assert elf_build(make_firmware(tmp_path / "fw", MODEL).elf).cores == ("cortex-m4", "cortex-m7")


def test_asserts_show(tmp_path: Path) -> None:
    made = make_firmware(tmp_path / "fw", MODEL, asserts=True)
    assert elf_build(made.elf).debug == "asserts and logs"


def test_without_symbols_nobody_tells_of_debug_code(tmp_path: Path) -> None:
    assert elf_build(make_firmware(tmp_path / "fw", MODEL, stripped=True).elf).debug == ""


def test_damaged_files_are_typed_errors(tmp_path: Path) -> None:
    whole = make_firmware(tmp_path / "fw", MODEL).elf.read_bytes()
    path = tmp_path / "spoilt.elf"
    refused = 0
    for content in spoilt_files(whole, 60):
        path.write_bytes(content)
        try:
            elf_build(path)
        except InputError:
            refused += 1
    assert refused > 20
    with pytest.raises(MissingPathError):
        elf_build(tmp_path / "gone.elf")
