"""A firmware that somebody brings: how it was built, and which prediction it replaces."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.made_firmware import SOFT, make_firmware
from support.tflm_graphs import dense_chain

from cubeai_auto.compare.conditions import THIS_MODEL
from cubeai_auto.compare.setting import Setting
from cubeai_auto.errors import InputError, MissingPathError, UsageError
from cubeai_auto.project.firmware_step import read_firmware, replace_measured
from cubeai_auto.target import find_target
from cubeai_auto.tflite import parse_model
from cubeai_auto.tflm import footprint

pytestmark = pytest.mark.arm

MODEL = dense_chain([20, 16, 4])
GRAPH = parse_model(MODEL, "m")
F4 = Setting(find_target("stm32f4"))


def test_an_elf_file_says_core_abi_compiler_and_model(tmp_path: Path) -> None:
    made = make_firmware(tmp_path / "fw", MODEL)
    found = read_firmware(made.elf, None, GRAPH, MODEL, F4, "-O2")
    assert found is not None
    assert (found.build.core, found.build.fpu_abi, found.build.debug) == ("cortex-m4", "hard", "no")
    assert found.build.optimization == "O2"
    assert found.build.toolchain.startswith("GCC: ")
    assert found.build.model == THIS_MODEL
    assert found.kernels == "cmsis-nn"
    assert found.notes == ()
    assert found.parts.flash.model.value == len(MODEL)
    assert found.parts.ram.arena.value == 4_096


def test_the_core_asked_for_is_taken_where_the_architecture_fits_it(tmp_path: Path) -> None:
    made = make_firmware(tmp_path / "fw", MODEL)
    for target, core in (("stm32h7", "cortex-m7"), ("stm32u5", "cortex-m4 or cortex-m7")):
        found = read_firmware(made.elf, None, GRAPH, MODEL, Setting(find_target(target)))
        assert found is not None
        assert found.build.core == core
    soft = make_firmware(tmp_path / "soft", MODEL, flags=SOFT)
    found = read_firmware(soft.elf, None, GRAPH, MODEL, F4)
    assert found is not None
    assert (found.build.core, found.build.fpu_abi) == ("cortex-m3", "soft")


def test_a_map_alone_does_not_say_for_which_core(tmp_path: Path) -> None:
    made = make_firmware(tmp_path / "fw", MODEL)
    found = read_firmware(None, made.map, GRAPH, MODEL, F4)
    assert found is not None
    assert (found.build.core, found.build.fpu_abi, found.build.debug) == ("", "", "")
    assert len(found.notes) == 2
    assert "--elf" in found.notes[0]
    assert "--firmware-opt" in found.notes[1]


def test_map_and_elf_together(tmp_path: Path) -> None:
    made = make_firmware(tmp_path / "fw", MODEL)
    found = read_firmware(made.elf, made.map, GRAPH, MODEL, F4)
    assert found is not None
    assert found.parts.kind == "GNU ld map"
    assert found.parts.flash.model.value == len(MODEL)
    assert found.parts.ram.arena.known
    assert found.build.core == "cortex-m4"


def test_another_model_in_the_firmware(tmp_path: Path) -> None:
    made = make_firmware(tmp_path / "fw", dense_chain([20, 16, 5]))
    found = read_firmware(made.elf, None, GRAPH, MODEL, F4)
    assert found is not None
    assert found.build.model == "the firmware's model array is not this model"


def test_only_its_own_kernel_set_is_replaced(tmp_path: Path) -> None:
    both = [footprint(GRAPH, kernels=kind, opt="O2") for kind in ("reference", "cmsis-nn")]
    assert replace_measured(both, None) == tuple(both)
    cmsis = read_firmware(make_firmware(tmp_path / "a", MODEL).elf, None, GRAPH, MODEL, F4)
    plain = read_firmware(
        make_firmware(tmp_path / "b", MODEL, cmsis_nn=False).elf, None, GRAPH, MODEL, F4
    )
    assert [f.measured is not None for f in replace_measured(both, cmsis)] == [False, True]
    assert [f.measured is not None for f in replace_measured(both, plain)] == [True, False]


def test_an_arena_that_is_too_small_is_told(tmp_path: Path) -> None:
    found = read_firmware(make_firmware(tmp_path / "a", MODEL, arena=64).elf, None, GRAPH, MODEL, F4)
    (replaced,) = replace_measured([footprint(GRAPH, opt="O2")], found)
    assert any("smaller than" in note for note in replaced.notes)


def test_wrong_files_and_words(tmp_path: Path) -> None:
    assert read_firmware(None, None, GRAPH, MODEL, F4) is None
    with pytest.raises(UsageError, match="goes with"):
        read_firmware(None, None, GRAPH, MODEL, F4, "Os")
    made = make_firmware(tmp_path / "fw", MODEL)
    with pytest.raises(UsageError, match="unknown optimization"):
        read_firmware(made.elf, None, GRAPH, MODEL, F4, "fast")
    with pytest.raises(MissingPathError):
        read_firmware(tmp_path / "no.elf", None, GRAPH, MODEL, F4)
    with pytest.raises(InputError, match="no symbols"):
        read_firmware(make_firmware(tmp_path / "s", MODEL, stripped=True).elf, None, GRAPH, MODEL, F4)
