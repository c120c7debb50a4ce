"""The catalogue of boards: complete, consistent with itself, found by any spelling."""

from __future__ import annotations

import itertools
import re
import tomllib
from importlib.resources import files

import pytest

from cubeai_auto import board as module
from cubeai_auto.board import FIELDS, Board, boards, find_board
from cubeai_auto.errors import UsageError
from cubeai_auto.target import find_target, targets

BOARDS = boards()


@pytest.fixture(params=BOARDS, ids=lambda board: board.name)
def board(request: pytest.FixtureRequest) -> Board:
    assert isinstance(request.param, Board)
    return request.param


def test_the_tutorials_board() -> None:
    board = find_board("NUCLEO-F446RE")
    assert (board.mcu, board.cpn, board.target) == ("STM32F446RETx", "STM32F446RET6", "stm32f4")
    assert (board.clock_hz, board.flash_bytes, board.ram_bytes) == (180_000_000, 524_288, 131_072)
    assert board.vcp == module.Uart("USART2", "PA2", "PA3")
    assert board.unverified == ()


def test_there_are_about_thirty_with_distinct_spellings() -> None:
    assert len(BOARDS) >= 30
    spellings = [spelling.lower() for b in BOARDS for spelling in (b.name, *b.aliases)]
    assert len(spellings) == len(set(spellings))


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("nucleo-f446re", "NUCLEO-F446RE"),
        ("NUCLEO_L4R5ZI", "NUCLEO-L4R5ZI"),
        (" B-L475E-IOT01A1 ", "B-L475E-IOT01A"),
        ("P-NUCLEO-WB55-Nucleo", "P-NUCLEO-WB55"),
        ("32F746GDISCOVERY", "STM32F746G-DISCO"),
    ],
)
def test_any_spelling_is_found(spelling: str, name: str) -> None:
    assert find_board(spelling).name == name


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        ("NUCLEO-F446", "NUCLEO-F446RE"),
        ("STM32F746-DISCO", "STM32F746G-DISCO"),
        ("b-u585i", "B-U585I-IOT02A"),
    ],
)
def test_a_wrong_name_leads_to_the_nearest(wrong: str, near: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_board(wrong)
    assert near in str(caught.value.hint)


@pytest.mark.parametrize("wrong", ["", "x", "x" * 10_000, "\0", "Arduino"])
def test_nonsense_is_a_usage_error(wrong: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_board(wrong)
    assert "cubeai-auto boards" in str(caught.value.hint)


def test_the_target_has_the_boards_core(board: Board) -> None:
    target = find_target(board.target)
    assert target.core == board.core
    assert target.fpu == (board.fpu != "none")


def test_names_are_in_cubemxs_forms(board: Board) -> None:
    assert re.fullmatch(r"STM32[A-Z0-9]+x[A-Z]*", board.mcu)
    if board.cpn is not None:
        assert re.sub(r"[0-9]([A-Z]*)$", r"x\1", board.cpn) == board.mcu
    if board.vcp is not None:
        assert re.fullmatch(r"(LP)?US?ART[0-9]+", board.vcp.name)
        assert re.fullmatch(r"P[A-Q][0-9]+", board.vcp.tx)
        assert re.fullmatch(r"P[A-Q][0-9]+", board.vcp.rx)
        assert board.vcp.tx != board.vcp.rx
    assert bool(board.no_vcp) == (board.vcp is None)


def test_memories_do_not_overlap(board: Board) -> None:
    places = sorted(
        (start, start + region.size)
        for region in (*board.ram, *board.external)
        for start in region.starts
    )
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(places))
    assert all(region.size > 0 for region in (*board.ram, *board.external))
    names = [region.name for region in (*board.ram, *board.external)]
    assert len(names) == len(set(names))


def test_kinds_are_where_the_core_has_them(board: Board) -> None:
    assert all(region.kind.startswith("external") for region in board.external)
    for region in board.ram:
        assert not region.kind.startswith("external")
        m7 = board.core == "cortex-m7"
        assert m7 or region.kind not in {"itcm", "dtcm"}
    assert 0 < board.ram_bytes <= sum(region.size for region in board.ram)
    held = {region.kind for region in board.ram if region.holds_data}
    assert not held & {"itcm", "backup"}


def test_every_field_has_a_source(board: Board) -> None:
    given = {source.field for source in board.sources}
    absent = {f for f, gone in (("cpn", board.cpn is None), ("external", not board.external)) if gone}
    assert given >= set(FIELDS) - absent
    for source in board.sources:
        field, _, part = source.field.partition(".")
        assert field in FIELDS
        assert source.source
        regions = {"ram": board.ram, "external": board.external}.get(field, ())
        assert not part or part in {region.name for region in regions}
    assert set(board.unverified) <= given
    assert board.source("ram.nowhere") == board.source("ram")
    for source in board.sources:
        assert source.verified != (
            "from memory" in source.source or "common knowledge" in source.source
        )


def test_a_part_of_a_field_can_have_its_own_source() -> None:
    board = find_board("STM32H735G-DK")
    assert board.source("external").verified
    assert not board.source("external.HyperRAM").verified


def test_every_mark_and_source_of_the_file_is_used() -> None:
    table = tomllib.loads((files("cubeai_auto") / "resources" / "boards.toml").read_text("utf-8"))
    rows = [*table["chip"].values(), *table["board"].values()]
    marked = {field for row in rows for field in row.get("unverified", ())}
    found = {field for board in BOARDS for field in board.unverified}
    assert marked == found
    regions = [r for row in rows for key in ("ram", "external") for r in row.get(key, ())]
    named = {*table["default"].values(), *(r["from"] for r in regions if "from" in r)}
    for row in rows:
        named |= set(row.get("from", {}).values())
    assert named == set(table["source"])
    assert {row["chip"] for row in table["board"].values()} == set(table["chip"])


def test_an_unknown_kind_of_memory_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="no such kind"):
        module._region({"name": "X", "origin": 0, "kib": 1, "kind": "flash"})


def test_the_json_has_every_region_and_source() -> None:
    value = find_board("NUCLEO-G474RE").to_json()
    assert value["vcp"] == {"uart": "LPUART1", "tx": "PA2", "rx": "PA3"}
    assert value["ram"][2] == {  # type: ignore[index, call-overload]
        "name": "CCM", "origin": "0x10000000", "size": 32_768, "kind": "ccm",
        "alias": "0x20018000", "shared": False, "note": None,
    }  # fmt: skip
    assert {row["field"] for row in value["sources"]} >= {"core", "ram", "vcp"}  # type: ignore[index, union-attr, call-overload]


def test_no_two_targets_share_a_name() -> None:
    names = [target.name for target in targets()]
    assert len(names) == len(set(names))
