"""The catalogue of boards against part data, real CubeMX projects and real MCU descriptions.

Every place where they differ is listed here with its reason; a difference that goes away fails, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cubeai_auto.board import Board, boards, find_board
from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.mcu import Mcu, find_part, read_mcu
from cubeai_auto.cubemx.mcu.size_table import expand
from cubeai_auto.errors import UsageError

KIB = 1024
BACKUP_TOO = "ST counts the backup RAM"
UNEXPLAINED = "ST's 1424 KiB are 48 more than the regions of the device header"
ROUNDED = "ST's 4200 KiB are rounded, and have TCM, cache and video RAM in them"
NO_ITCM = "ST counts no ITCM on this family"
DIFFERENT_RAM = {
    "STM32F746G-DISCO": (64 - 16, f"ST counts DTCM in Ram and again as CCMRam; {NO_ITCM}"),
    "STM32F769I-DISCO": (-16, NO_ITCM),
    "NUCLEO-F767ZI": (-16, NO_ITCM),
    "NUCLEO-H7A3ZI-Q": (48, UNEXPLAINED),
    "STM32H7B3I-DK": (48, UNEXPLAINED),
    "NUCLEO-H723ZG": (4, BACKUP_TOO),
    "STM32H735G-DK": (4, BACKUP_TOO),
    "STM32H7S78-DK": (4, BACKUP_TOO),
    "NUCLEO-U575ZI-Q": (2, BACKUP_TOO),
    "B-U585I-IOT02A": (2, BACKUP_TOO),
    "NUCLEO-U5A5ZJ-Q": (2, BACKUP_TOO),
    "STM32N6570-DK": (360, ROUNDED),
    "NUCLEO-N657X0-Q": (360, ROUNDED),
}
"""KiB that the part data state beyond our regions, backup RAM left out, and why."""
NO_CLOCK = {"STM32H7S78-DK", "STM32N6570-DK", "NUCLEO-N657X0-Q"}
"""Boards for whose chip the part data state no clock."""
UNLISTED_CORE = {"P-NUCLEO-WB55": "the radio's core runs ST's firmware only"}
"""Boards with a core that the part data leave out."""


@pytest.fixture(params=boards(), ids=lambda board: board.name)
def board(request: pytest.FixtureRequest) -> Board:
    assert isinstance(request.param, Board)
    return request.param


def test_the_chip_is_in_the_part_data(board: Board) -> None:
    part = find_part(board.mcu)
    assert part.name == board.mcu
    cores = (board.core, *board.other_cores)
    assert part.cores == (cores[:1] if board.name in UNLISTED_CORE else cores)
    assert part.flash_bytes.value == board.flash_bytes
    if board.cpn is not None:
        assert find_part(board.cpn) == part
    family = re.sub(r"[^a-z0-9]", "", part.family.lower())
    assert board.target == family
    if board.name in NO_CLOCK:
        assert part.frequency.value is None
    else:
        assert part.frequency.value == board.clock_hz


def test_the_regions_sum_up_to_the_part_data(board: Board) -> None:
    part = find_part(board.mcu)
    assert part.ram_bytes.value is not None
    stated = int(part.ram_bytes.value + (part.ccm_bytes.value or 0))
    ours = sum(region.size for region in board.ram if region.kind != "backup")
    beyond, reason = DIFFERENT_RAM.get(board.name, (0, "equal"))
    assert (stated - ours) == beyond * KIB, reason
    backup = sum(region.size for region in board.ram if region.kind == "backup")
    assert reason != BACKUP_TOO or backup == beyond * KIB


NOT_IN_CATALOGUE = {"NUCLEO-F031K6": "a Cortex-M0 with 4 KiB of RAM: no board for networks"}
OTHER_VCP_PINS = {
    "AI-IIoT__AI-IIoT--pairC-with-9.1.0.ioc": "the user took USART1 off its pins and uses USART3",
}
"""Files made from a board whose virtual COM port is not on the catalogue's pins."""


@dataclass(frozen=True)
class Project:
    """A real ``.ioc``: its name, and access to its keys."""

    name: str
    document: IocDocument

    def __getitem__(self, key: str) -> str | None:
        return self.document.get(key)

    def signal(self, pin: str) -> str | None:
        """What the file puts on a pin; ``PA13`` is also written ``PA13 (JTMS/SWDIO)``."""
        for key in self.document.keys:
            if key.endswith(".Signal") and re.split(r"[^A-Z0-9]", key)[0] == pin:
                return self.document.get(key)
        return None


@pytest.fixture(scope="module")
def projects(corpus: Path) -> tuple[Project, ...]:
    found = sorted((corpus / "ioc").glob("*.ioc"))
    assert len(found) >= 57
    return tuple(Project(path.name, IocDocument.parse(path.read_bytes())) for path in found)


def on_boards(projects: tuple[Project, ...]) -> Iterator[tuple[Project, Board]]:
    """The projects that name a board of the catalogue."""
    for project in projects:
        name = project["board"]
        if name not in {None, "custom"} and name not in NOT_IN_CATALOGUE:
            assert name is not None
            yield project, find_board(name)


@pytest.mark.corpus
def test_every_board_of_real_projects_is_known_with_its_chip(projects: tuple[Project, ...]) -> None:
    seen = set()
    for project, board in on_boards(projects):
        assert project["Mcu.UserName"] == board.mcu, project.name
        if project["Mcu.CPN"] is not None and board.cpn is not None:
            # The last digit is the temperature range of the part that the user bought.
            assert re.sub(r"[0-9]([A-Z]*)$", r"x\1", project["Mcu.CPN"]) == board.mcu
        seen.add(board.name)
    assert len(seen) >= 18
    for name in NOT_IN_CATALOGUE:
        with pytest.raises(UsageError):
            find_board(name)
        assert name in {project["board"] for project in projects}


@pytest.mark.corpus
def test_the_virtual_com_port_is_where_real_projects_have_it(projects: tuple[Project, ...]) -> None:
    confirmed, different = set(), set()
    for project, board in on_boards(projects):
        assert board.vcp is not None
        wanted = (f"{board.vcp.name}_TX", f"{board.vcp.name}_RX")
        if (project.signal(board.vcp.tx), project.signal(board.vcp.rx)) == wanted:
            confirmed.add(board.name)
        else:
            different.add(project.name)
    assert different == set(OTHER_VCP_PINS)
    assert len(confirmed) >= 18


@pytest.mark.corpus
def test_no_project_runs_faster_than_the_board_can(projects: tuple[Project, ...]) -> None:
    fastest: dict[str, float] = {}
    for project, board in on_boards(projects):
        for key in ("RCC.SYSCLKFreq_VALUE", "RCC.CpuClockFreq_Value", "RCC.CortexFreq_Value"):
            value = project[key]
            if value is not None:
                assert float(value) <= board.clock_hz, (project.name, key)
                fastest[board.name] = max(fastest.get(board.name, 0), float(value))
    # Boards that some project runs at their full clock; the others' files run them slower.
    full = {name for name, hertz in fastest.items() if hertz == find_board(name).clock_hz}
    slower = {
        "NUCLEO-L452RE-P", "NUCLEO-H753ZI", "STM32F429I-DISC1", "STM32F746G-DISCO", "STM32H747I-DISCO",
        "P-NUCLEO-WB55", "STM32N6570-DK",
    }  # fmt: skip
    assert fastest.keys() - full == slower


@pytest.mark.corpus
def test_every_real_project_names_one_part_in_three_ways(projects: tuple[Project, ...]) -> None:
    for project in projects:
        user, name = project["Mcu.UserName"], project["Mcu.Name"]
        assert user is not None
        assert name is not None
        part = find_part(user)
        assert part.ref_name == name, project.name
        assert find_part(name).ref_name == name
        assert part.package == project["Mcu.Package"]
        family = project["Mcu.Family"]
        # CubeMX writes STM32L4 for the family that its part data call STM32L4+.
        assert part.family.rstrip("+") == family
        if project["Mcu.CPN"] is not None:
            assert find_part(project["Mcu.CPN"]) == part


@pytest.mark.corpus
def test_real_descriptions_say_the_same_of_core_flash_and_pins(corpus: Path) -> None:
    described: dict[str, Mcu] = {}
    for path in sorted((corpus / "mcu").glob("*.xml")):
        mcu = read_mcu(path)
        assert mcu.sizes.ref_name == path.stem
        for name in expand(mcu.sizes.ref_name):
            described[name] = mcu
    seen = set()
    for board in boards():
        mcu = described.get(board.mcu)
        if mcu is None:
            continue
        seen.add(board.name)
        assert mcu.sizes.cores[0] == board.core
        position = expand(mcu.sizes.ref_name).index(board.mcu)
        flash = mcu.sizes.flash_kib
        assert flash[position % len(flash)] * KIB == board.flash_bytes
        assert board.vcp is not None
        assert f"{board.vcp.name}_TX" in mcu.signals_of(board.vcp.tx)
        assert f"{board.vcp.name}_RX" in mcu.signals_of(board.vcp.rx)
        assert board.vcp.name in {peripheral.instance for peripheral in mcu.peripherals}
    assert len(seen) >= 8
