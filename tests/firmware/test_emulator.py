from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cubeai_auto.errors import (
    ToolFailedError,
    ToolMissingError,
    ToolTimeoutError,
    UnsupportedModelError,
)
from cubeai_auto.firmware import EmulatorRun, OutputSpec, link_footprint, run_on_emulator
from cubeai_auto.firmware.machines import choices
from cubeai_auto.target import find_target

MakeNetwork = Callable[..., Path]

pytestmark = pytest.mark.emulator

DOUBLED = [OutputSpec(np.int8, (1, 8))]
VECTORS = np.arange(-80, 80, dtype=np.int8).reshape(20, 1, 8)
EXPECTED = np.clip(2 * VECTORS.astype(int), -128, 127)
RUN = "stai_return_code stai_doubler_run(stai_network *network, stai_run_mode mode)"


def emulate(sources: Path, work: Path, target: str = "stm32f4", timeout: float = 30) -> EmulatorRun:
    return run_on_emulator(
        sources, "doubler", [VECTORS], DOUBLED, target=find_target(target), work=work, timeout=timeout
    )


def with_run(make_network: MakeNetwork, body: str, before: str = "") -> Path:
    """The network with another body of its run function."""
    return make_network("doubler", run=f"{before}\n{RUN} {{ (void)network; (void)mode; {body} }}")


def with_assembly(make_network: MakeNetwork, *lines: str) -> Path:
    """The network with a run function of exactly these instructions, after one that returns 0."""
    text = "\\n".join(("movs r0, #0", *lines))
    return make_network("doubler", run=f'__attribute__((naked)) {RUN} {{ __asm volatile("{text}"); }}')


@pytest.mark.parametrize("target", ["stm32f4", "stm32g0", "stm32f1", "stm32h7"])
def test_outputs_and_measures(make_network: MakeNetwork, tmp_path: Path, target: str) -> None:
    run = emulate(make_network("doubler"), tmp_path, target)
    np.testing.assert_array_equal(run.outputs[0], EXPECTED)
    assert run.warnings == ()
    assert 8 * 4 < run.instructions_min < run.instructions_max < 2000  # saturation takes branches
    assert 0 < run.stack_bytes < run.total_stack_bytes < 1000
    assert run.machine.startswith("QEMU ")
    assert run.compiler.startswith("arm-none-eabi-gcc")


@pytest.mark.parametrize(
    ("target", "machine"),
    [
        ("stm32f4", "netduinoplus2 (STM32F405, Cortex-M4), -icount shift=0"),
        ("stm32f1", "netduino2 (STM32F205, Cortex-M3), -icount shift=0"),
        (
            "stm32c0",
            "netduino2 (STM32F205, Cortex-M3), -icount shift=0; code built for cortex-m0plus",
        ),
        (
            "stm32h7",
            "mps2-an500 (MPS2, Cortex-M7), -icount shift=8; the core of stm32h7, not its chip",
        ),
        (
            "stm32u5",
            "mps2-an505 (MPS2, Cortex-M33), -icount shift=8; the core of stm32u5, not its chip",
        ),
    ],
)
def test_the_machine_is_named(
    make_network: MakeNetwork, tmp_path: Path, target: str, machine: str
) -> None:
    run = emulate(make_network("doubler"), tmp_path, target)
    assert run.machine.startswith("QEMU ")
    assert run.machine.endswith(machine)
    assert find_target(target).flags[0] in run.flags


def test_a_core_without_a_machine_is_said() -> None:
    made_up = replace(find_target("stm32u5"), name="stm32x9", core="cortex-m99")
    (choice,) = choices(made_up)
    assert choice.built_for.name == "stm32u5"
    assert choice.note.endswith("; code built for cortex-m33 in place of cortex-m99")


def test_float_with_two_inputs_and_the_math_library(make_network: MakeNetwork, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 5, 4)).astype(np.float32)
    outputs = [OutputSpec(np.float32, (4,)), OutputSpec(np.float32, (4,))]
    run = run_on_emulator(
        make_network("mixer"), "mixer", [a, b], outputs, target=find_target("stm32f4"), work=tmp_path
    )
    np.testing.assert_array_equal(run.outputs[0], a + b)
    np.testing.assert_allclose(run.outputs[1], np.exp(a) * b, rtol=3e-7)
    assert run.warnings == ()


def test_two_runs_give_the_same_numbers(make_network: MakeNetwork, tmp_path: Path) -> None:
    sources = make_network("doubler")
    first, second = (emulate(sources, tmp_path / name) for name in ("a", "b"))
    for field in ("instructions_min", "instructions_max", "stack_bytes", "total_stack_bytes"):
        assert getattr(first, field) == getattr(second, field)


@pytest.mark.parametrize(
    ("lines", "instructions", "stack"),
    [
        (("bx lr",), 2, 0),
        (("nop",) * 5 + ("bx lr",), 7, 0),
        (("push {r4-r7, lr}", "pop {r4-r7, pc}"), 3, 20),
        (("sub sp, #512", "str r0, [sp]", "add sp, #512", "bx lr"), 5, 512),
        (("sub sp, #504",) * 8 + ("str r0, [sp]",) + ("add sp, #504",) * 8 + ("bx lr",), 19, 8 * 504),
        (("movw r1, #1000", "1:", "subs r1, #1", "bne 1b", "bx lr"), 2003, 0),
    ],
)
@pytest.mark.parametrize("target", ["stm32f4", "stm32f1", "stm32f7", "stm32u5"])
def test_instructions_and_stack_are_exact(
    make_network: MakeNetwork,
    tmp_path: Path,
    target: str,
    lines: tuple[str, ...],
    instructions: int,
    stack: int,
) -> None:
    run = emulate(with_assembly(make_network, *lines), tmp_path, target)
    assert (run.instructions_min, run.instructions_max) == (instructions, instructions)
    assert run.stack_bytes == stack


def test_a_folder_with_blanks_and_umlauts(make_network: MakeNetwork, tmp_path: Path) -> None:
    place = tmp_path / "Füße & 数字 im Wald"
    run = emulate(make_network("doubler", folder=place), place / "work")
    np.testing.assert_array_equal(run.outputs[0], EXPECTED)


def test_the_same_objects_as_for_the_footprint(make_network: MakeNetwork, tmp_path: Path) -> None:
    sources = make_network("doubler")
    run = emulate(sources, tmp_path)
    footprint = link_footprint(sources, "doubler", target=find_target("stm32f4"), work=tmp_path)
    assert run.flags == footprint.flags
    for name in ("doubler.o", "doubler_data.o"):
        emulated, linked = (tmp_path / kind / "network" / name for kind in ("emulator", "footprint"))
        assert emulated.read_bytes() == linked.read_bytes()


def test_a_fault_names_the_function(make_network: MakeNetwork, tmp_path: Path) -> None:
    sources = with_run(make_network, "*(volatile int *)0x60000000 = 1; return STAI_SUCCESS;")
    with pytest.raises(
        ToolFailedError, match="faulted in the emulator in stai_doubler_run: fault: pc=0x08"
    ):
        emulate(sources, tmp_path)


def test_a_lockup_is_typed(make_network: MakeNetwork, tmp_path: Path) -> None:
    vtor = "*(volatile uint32_t *)0xE000ED08 = 0x60000000; *(volatile int *)0x60000000 = 1;"
    sources = with_run(make_network, f"{vtor} return STAI_SUCCESS;")
    with pytest.raises(ToolFailedError, match="locked up"):
        emulate(sources, tmp_path)


@pytest.mark.parametrize("kibibytes", [150, 300])
def test_a_stack_overflow_is_typed(make_network: MakeNetwork, tmp_path: Path, kibibytes: int) -> None:
    # 150 KiB run into the network's own 64 KiB, 300 KiB leave RAM.
    sources = with_run(
        make_network,
        f"volatile uint8_t big[{kibibytes} * 1024];"
        " for (unsigned i = 0; i < sizeof big; i++) big[i] = 1;"
        " return owned[big[5]] == 2 ? STAI_ERROR_GENERIC : STAI_SUCCESS;",
        before="static volatile uint8_t owned[65536];",
    )
    with pytest.raises(ToolFailedError, match="the stack overflowed in the emulator"):
        emulate(sources, tmp_path)


@pytest.mark.parametrize(
    ("run", "before"),
    [
        ("owned[9] = 1; return STAI_SUCCESS;", "static volatile uint8_t owned[300000];"),
        (
            "return owned[network[0]] > 1u ? STAI_ERROR_GENERIC : STAI_SUCCESS;",
            "static const volatile uint8_t owned[1100000] = {1};",
        ),
    ],
)
def test_a_network_too_large_for_the_chip_runs_on_a_board(
    make_network: MakeNetwork, tmp_path: Path, run: str, before: str
) -> None:
    sources = with_run(make_network, run, before)
    assert "mps2-an386 (MPS2, Cortex-M4)" in emulate(sources, tmp_path).machine


def test_a_network_larger_than_ram(make_network: MakeNetwork, tmp_path: Path) -> None:
    sources = with_run(
        make_network, "owned[9] = 1; return STAI_SUCCESS;", "static volatile uint8_t owned[5000000];"
    )
    with pytest.raises(UnsupportedModelError, match=r"5,0\d\d,\d{3} bytes of RAM .* 4,194,304 are"):
        emulate(sources, tmp_path)


def test_a_network_larger_than_flash(make_network: MakeNetwork, tmp_path: Path) -> None:
    sources = with_run(
        make_network,
        "return (stai_return_code)owned[network[0]];",
        "static const volatile uint8_t owned[1100000] = {1};",
    )
    with pytest.raises(
        UnsupportedModelError, match=r"1,1\d\d,\d{3} bytes of FLASH .* 1,048,576 are there"
    ):
        emulate(sources, tmp_path, "stm32f1")


def test_an_endless_loop_is_ended(make_network: MakeNetwork, tmp_path: Path) -> None:
    sources = with_run(make_network, "for (;;) { } return STAI_SUCCESS;")
    started = time.monotonic()
    with pytest.raises(ToolTimeoutError):
        emulate(sources, tmp_path, timeout=1)
    assert time.monotonic() - started < 10


def test_a_refused_call(make_network: MakeNetwork, tmp_path: Path) -> None:
    sources = with_run(make_network, "return STAI_ERROR_GENERIC;")
    with pytest.raises(ToolFailedError, match="_run failed with code 0x00020000"):
        emulate(sources, tmp_path)


def test_inputs_of_another_size(make_network: MakeNetwork, tmp_path: Path) -> None:
    sources = make_network("doubler")
    for size, words in ((7, "ends within a vector"), (16, "4 vectors instead of 2")):
        with pytest.raises(ToolFailedError, match=words):
            run_on_emulator(
                sources, "doubler", [np.zeros((2, size), np.int8)], DOUBLED,
                target=find_target("stm32f4"), work=tmp_path,
            )  # fmt: skip


def test_no_emulator(
    make_network: MakeNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QEMU_SYSTEM_ARM", str(tmp_path / "nowhere"))
    with pytest.raises(ToolMissingError, match="nothing there") as caught:
        emulate(make_network("doubler"), tmp_path)
    assert caught.value.exit_code == 3
    assert "apt-get install qemu-system-arm" in str(caught.value.hint)


def test_no_compiler(
    make_network: MakeNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARM_NONE_EABI_GCC", str(tmp_path / "nowhere"))
    with pytest.raises(
        ToolMissingError, match="not looked at, because ARM_NONE_EABI_GCC is set"
    ) as caught:
        emulate(make_network("doubler"), tmp_path)
    expected = "sudo apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi"
    assert str(caught.value.hint).startswith(expected)
