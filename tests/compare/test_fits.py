"""Whether a network fits: flash, one buffer in adjoining regions, all RAM; and what is not known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cubeai_auto.board import Board, Region, boards, find_board
from cubeai_auto.compare.fits import Fit, check_fit, fit_report, spans
from cubeai_auto.quantity import Quantity, measured, missing
from cubeai_auto.reports import CubeReport, Footprint, ToolInfo
from cubeai_auto.reports.memory import MemoryPool

KIB = 1024
UNLINKED = missing("not linked: no compiler")


def size(value: int) -> Quantity:
    return measured(value, "B", "a linked program")


def footprint(flash: int, activations: int, ram: int | None = None) -> Footprint:
    return Footprint(
        weights=size(flash),
        activations=size(activations),
        flash_total=size(flash),
        ram_total=size(activations if ram is None else ram),
    )


def sizes(board: Board) -> dict[str, int]:
    return {span.name: span.size // KIB for span in spans(board)}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("NUCLEO-F446RE", {"SRAM1 + SRAM2": 128}),
        ("NUCLEO-F429ZI", {"CCM": 64, "SRAM1 + SRAM2 + SRAM3": 192}),
        ("NUCLEO-L476RG", {"SRAM1": 96, "SRAM2": 32}),
        ("NUCLEO-L4R5ZI", {"SRAM1 + SRAM2 + SRAM3": 640}),
        ("NUCLEO-G474RE", {"SRAM1 + SRAM2 + CCM": 128}),
        ("STM32F746G-DISCO", {"DTCM + SRAM1 + SRAM2": 320}),
        ("NUCLEO-H743ZI2", {"AXI SRAM": 512, "DTCM": 128, "D2 SRAM1-3": 288, "D3 SRAM4": 64}),
        ("P-NUCLEO-WB55", {"SRAM1": 192}),
        ("NUCLEO-U575ZI-Q", {"SRAM1 + SRAM2 + SRAM3": 768, "SRAM4": 16}),
    ],
)
def test_one_buffer_spans_regions_that_adjoin(name: str, expected: dict[str, int]) -> None:
    assert sizes(find_board(name)) == expected


@pytest.mark.parametrize("board", boards(), ids=lambda board: board.name)
def test_spans_share_the_data_ram_out(board: Board) -> None:
    found = spans(board)
    assert sum(span.size for span in found) == board.ram_bytes
    names = [name for span in found for name in span.names]
    assert sorted(names) == sorted(region.name for region in board.ram if region.holds_data)
    fit = check_fit(footprint(1, 1), board)
    assert fit.fits
    assert fit.activations.room.value == max(span.size for span in found)


def test_an_alias_on_either_side_joins() -> None:
    board = find_board("NUCLEO-F446RE")
    low = Region("low", 0x1000_0000, KIB, "sram", alias=0x2000_0000 - KIB)
    ram = (*board.ram, low)
    assert sizes(replace(board, ram=ram)) == {"low + SRAM1 + SRAM2": 129}
    apart = (*board.ram, replace(low, alias=0x3000_0000))
    assert sizes(replace(board, ram=apart)) == {"low": 1, "SRAM1 + SRAM2": 128}


def test_what_fits_to_the_byte() -> None:
    board = find_board("NUCLEO-L476RG")
    exact = check_fit(footprint(1024 * KIB, 96 * KIB, 128 * KIB), board)
    assert exact.fits is True
    assert exact.reasons == ()
    lines = (exact.flash, exact.activations, exact.ram)
    assert [line.headroom.value for line in lines] == [0, 0, 0]
    assert exact.flash.headroom.how == "predicted"
    assert exact.flash.room.how == "reported"
    assert "open_pin_data" in exact.flash.room.source


@pytest.mark.parametrize(
    ("flash", "activations", "ram", "broken"),
    [
        (1024 * KIB + 1, 96 * KIB, 128 * KIB, "flash"),
        (1024 * KIB, 96 * KIB + 1, 128 * KIB, "activations"),
        (1024 * KIB, 96 * KIB, 128 * KIB + 1, "RAM"),
    ],
)
def test_a_byte_too_much(flash: int, activations: int, ram: int, broken: str) -> None:
    fit = check_fit(footprint(flash, activations, ram), find_board("NUCLEO-L476RG"))
    assert fit.fits is False
    (reason,) = fit.reasons
    assert reason.startswith(f"{broken}: needs ")
    lines = {"flash": fit.flash, "activations": fit.activations, "RAM": fit.ram}
    assert [name for name, line in lines.items() if line.fits is False] == [broken]
    assert lines[broken].headroom.value == -1


def test_regions_tell_what_is_left_in_each() -> None:
    fit = check_fit(footprint(1, 100 * KIB), find_board("NUCLEO-H743ZI2"))
    left = {line.place: line.headroom.value for line in fit.regions}
    assert left == {
        "AXI SRAM": 412 * KIB, "D2 SRAM1-3": 188 * KIB, "DTCM": 28 * KIB, "D3 SRAM4": -36 * KIB,
    }  # fmt: skip
    assert [line.fits for line in fit.regions] == [True, True, True, False]
    assert fit.activations == fit.regions[0]
    assert fit.fits is True


def test_a_figure_that_is_not_known_decides_nothing() -> None:
    board = find_board("NUCLEO-F446RE")
    unlinked = replace(footprint(1, 100), flash_total=UNLINKED, ram_total=UNLINKED)
    fit = check_fit(unlinked, board)
    assert fit.fits is None
    assert fit.reasons == tuple(
        f"{name}: not known: not linked: no compiler" for name in ("flash", "RAM")
    )
    assert fit.flash.headroom.reason == "not linked: no compiler"
    assert fit.activations.fits is True
    too_large = replace(unlinked, activations=size(200 * KIB))
    assert check_fit(too_large, board).fits is False


def test_external_memory_is_named_but_does_not_count() -> None:
    board = find_board("STM32F746G-DISCO")
    fit = check_fit(footprint(2048 * KIB, 400 * KIB), board)
    assert fit.fits is False
    assert "the board's Quad-SPI flash (16,777,216 B) would hold it" in fit.reasons[0]
    assert "the board's SDRAM (8,388,608 B) would hold it" in fit.reasons[1]
    far = check_fit(footprint(2048 * KIB, 9000 * KIB), board)
    assert not any("would hold" in reason for reason in far.reasons[1:])


@pytest.mark.parametrize(("name", "kib"), [("STM32N6570-DK", 131_072), ("STM32H7S78-DK", 131_072)])
def test_chips_without_room_for_programs_use_flash_outside(name: str, kib: int) -> None:
    board = find_board(name)
    fit = check_fit(footprint(100 * KIB, KIB), board)
    assert fit.fits is True
    assert fit.flash.room.value == kib * KIB
    assert "outside the chip" in fit.flash.place
    assert "not verified" in fit.flash.room.source


def test_a_chip_without_any_flash() -> None:
    board = replace(find_board("STM32N6570-DK"), external=())
    fit = check_fit(footprint(1, 1), board)
    assert fit.fits is False
    assert "internal flash has 0 B" in fit.reasons[0]


def report(pools: int = 0, target: str = "stm32l4") -> CubeReport:
    gone = missing("not stated")
    pool = MemoryPool("p", gone, gone, activations=size(60 * KIB))
    return CubeReport(
        tool=ToolInfo("stedgeai"), status="ok", model_path="m", model_name="m", model_format="int8",
        model_hash="0", c_name="network", macc=gone, params=gone, footprint=footprint(KIB, 120 * KIB),
        inputs=(), outputs=(), layers=(), target=target, memory_pools=(pool,) * pools,
    )  # fmt: skip


def test_activations_in_several_pools_need_not_be_one_buffer() -> None:
    board = find_board("NUCLEO-L476RG")
    assert fit_report(report(), board).fits is False
    assert fit_report(report(pools=1), board).fits is False
    fit = fit_report(report(pools=2), board)
    assert fit.fits is True
    assert fit.activations.place == "all data RAM"


def test_figures_for_another_series_are_noted() -> None:
    board = find_board("NUCLEO-L476RG")
    assert not any("figures" in reason for reason in fit_report(report(), board).reasons)
    other = fit_report(report(pools=2, target="stm32h7"), board)
    assert other.fits is True
    assert other.reasons == ("the figures are for stm32h7, the board is a stm32l4",)


def test_the_json() -> None:
    fit = check_fit(footprint(1, 2), find_board("NUCLEO-L476RG"))
    value = fit.to_json()
    assert list(value) == ["board", "fits", "flash", "activations", "ram", "regions", "reasons"]
    assert value["fits"] is True
    flash = value["flash"]
    assert isinstance(flash, dict)
    assert flash["headroom"] == fit.flash.headroom.to_json()
    assert isinstance(fit, Fit)
