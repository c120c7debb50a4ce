from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from cubeai_auto.errors import InputError, MissingPathError
from cubeai_auto.firmware import link_footprint, read_elf
from cubeai_auto.target import find_target

MakeNetwork = Callable[..., Path]


@pytest.fixture
def program(make_network: MakeNetwork, tmp_path: Path) -> Path:
    return link_footprint(
        make_network("doubler"), "doubler", target=find_target("stm32f4"), work=tmp_path
    ).elf


@pytest.mark.arm
def test_sections_and_symbols(program: Path) -> None:
    image = read_elf(program)
    symbols = {symbol.name: symbol for symbol in image.symbols}
    run, weights = symbols["stai_doubler_run"], symbols["doubler_fc_weights"]
    assert run.function
    assert run.section == ".network_code"
    assert image.symbol_at(run.address + run.size - 2) == run
    assert image.symbol_at(0x60000000) is None
    assert (weights.size, weights.section, weights.function) == (8, ".network_weights", False)
    bss = next(section for section in image.sections if section.name == ".network_bss")
    assert (bss.size, bss.allocated, bss.writable, bss.stored) == (4, True, True, False)
    assert image.size_of(".nothing") == 0


@pytest.mark.arm
def test_damage_is_an_input_error_or_goes_unnoticed(program: Path, tmp_path: Path) -> None:
    good = program.read_bytes()
    random_source = random.Random(7)
    damaged = tmp_path / "damaged.elf"
    refusals: list[str] = []
    headers = int.from_bytes(good[32:36], "little")
    for number in range(200):
        data = bytearray(good)
        if number % 4 == 0:
            del data[random_source.randrange(len(data)) :]
        else:  # in the file header or in the section headers, where it hurts
            for _ in range(4):
                start, end = ((0, 52), (headers, len(data)))[number % 2]
                data[random_source.randrange(start, end)] = random_source.choice((0, 1, 0x7F, 0xFF))
        damaged.write_bytes(data)
        try:
            read_elf(damaged)
        except InputError as error:
            refusals.append(error.message)
    assert len(refusals) > 60
    assert all(str(damaged) in message for message in refusals)


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"no ELF at all\n", bytes(1000)])
def test_other_files(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "text.elf"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"text\.elf is not a readable ELF file"):
        read_elf(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError):
        read_elf(tmp_path / "nowhere.elf")
    with pytest.raises(MissingPathError):
        read_elf(tmp_path)
