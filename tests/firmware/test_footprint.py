from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cubeai_auto.errors import ToolFailedError
from cubeai_auto.firmware import link_footprint, read_elf
from cubeai_auto.target import find_target

MakeNetwork = Callable[..., Path]

pytestmark = pytest.mark.arm


@pytest.mark.parametrize("name", ["doubler", "mixer"])
@pytest.mark.parametrize("target", ["stm32g0", "stm32f1", "stm32f4", "stm32f7", "stm32u5"])
def test_every_byte_of_the_program_is_attributed_once(
    make_network: MakeNetwork, tmp_path: Path, name: str, target: str
) -> None:
    footprint = link_footprint(make_network(name), name, target=find_target(target), work=tmp_path)
    sections = [section for section in read_elf(footprint.elf).sections if section.allocated]
    assert footprint.total_flash == sum(section.size for section in sections if section.stored)
    assert footprint.total_ram == sum(section.size for section in sections if section.writable)
    assert footprint.warnings == ()
    assert footprint.code > 0
    assert footprint.application_code > 0


def test_weights_biases_and_channel_constants(make_network: MakeNetwork, tmp_path: Path) -> None:
    footprint = link_footprint(
        make_network("doubler"), "doubler", target=find_target("stm32f4"), work=tmp_path
    )
    assert footprint.weight_symbols == 8  # the unused 100 are not linked
    assert footprint.bias_symbols == 8 * 4
    assert footprint.channel_symbols == 8 * 4 + 8
    assert footprint.weights == 80
    assert (footprint.activations, footprint.context, footprint.io) == (16, 32, 0)
    assert (footprint.data, footprint.bss) == (4, 4)
    assert footprint.network_ram == 16 + 32 + 4 + 4
    assert footprint.library_flash == footprint.library_ram == 0


def test_inputs_and_outputs_outside_and_library_code(make_network: MakeNetwork, tmp_path: Path) -> None:
    sources = make_network("mixer")
    hard = link_footprint(sources, "mixer", target=find_target("stm32f4"), work=tmp_path)
    assert (hard.activations, hard.context, hard.io) == (0, 32, 4 * 16)
    assert hard.weights == 0
    assert hard.library_code > 300  # expf
    soft = link_footprint(sources, "mixer", target=find_target("stm32g0"), work=tmp_path)
    assert soft.library_code > hard.library_code + 1000  # and software floating point


def test_optimization_for_size_is_smaller(make_network: MakeNetwork, tmp_path: Path) -> None:
    sources = make_network("doubler")
    target = find_target("stm32f4")
    fast = link_footprint(sources, "doubler", target=target, work=tmp_path, opt_level="O3")
    small = link_footprint(sources, "doubler", target=target, work=tmp_path, opt_level="Os")
    assert small.code < fast.code
    assert small.weights == fast.weights


def test_a_folder_with_blanks_and_umlauts(make_network: MakeNetwork, tmp_path: Path) -> None:
    target = find_target("stm32f4")
    plain = link_footprint(make_network("doubler"), "doubler", target=target, work=tmp_path)
    place = tmp_path / "Füße & 数字 im Wald"
    odd = link_footprint(
        make_network("doubler", folder=place), "doubler", target=target, work=place / "work"
    )
    assert (odd.code, odd.weights, odd.total_flash) == (plain.code, plain.weights, plain.total_flash)


def test_a_section_of_its_own_is_not_lost(make_network: MakeNetwork, tmp_path: Path) -> None:
    counter = "static volatile uint32_t doubler_runs"
    sources = make_network("doubler", (counter, f'__attribute__((section(".fast"))) {counter}'))
    with pytest.raises(ToolFailedError, match=r"cannot be attributed: \.fast"):
        link_footprint(sources, "doubler", target=find_target("stm32f4"), work=tmp_path)


def test_an_undefined_function_is_the_linkers_complaint(
    make_network: MakeNetwork, tmp_path: Path
) -> None:
    sources = make_network(
        "doubler", ("doubler_runs +=", "extern void nowhere(void); nowhere(); doubler_runs +=")
    )
    with pytest.raises(ToolFailedError, match="undefined reference to `nowhere'"):
        link_footprint(sources, "doubler", target=find_target("stm32f4"), work=tmp_path)
